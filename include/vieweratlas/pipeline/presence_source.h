#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/storage/object_cache.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// Whether days that were compacted are read from their tables.
enum class CuratedPolicy : std::uint8_t {
  kAuto,  ///< wherever that comes to the same
  kOff,   ///< never
  kOnly,  ///< no raw file is opened; days that are not compacted are left out
};

/// Where presence is read from. Which way it goes decides nothing about a map.
struct PresenceSource {
  std::filesystem::path folder = "logs";  ///< of snapshots, read recursively; also the lake's, when there is no store
  const ObjectStore* store = nullptr;     ///< in the place of the folder; must outlive the reading
  ObjectCacheOptions cache;               ///< for stores whose objects are no files
  CuratedPolicy curated = CuratedPolicy::kAuto;
  /// Stored pseudonyms of the viewers that ReadOptions::refuse takes out: compacted days with one of them are read from raw files.
  std::vector<std::string> forgotten_names;
  std::string forgotten_list;  ///< ForgottenList::digest() of who is refused: of other lists, days with plain names are read from raw files
  std::filesystem::path lake_key_file;  ///< the key that the lake's viewers are numbered with; may be missing
};

/// How an input was read, for people. No output depends on it.
struct InputReport {
  bool is_cached = false;  ///< the objects came through a cache
  ObjectCacheCounts cache;
  CuratedUse curated;
};

/// Reads presence of a folder or a store, with the lake's days in the place of raw files where they are the same. `report` may be nullptr.
/// Errors: those of read_presence, with no_data also for a missing folder (the message says how to get data); of the store and the cache.
[[nodiscard]] Result<Presence> read_input(const PresenceSource& source, const ReadOptions& options, ThreadPool& pool, InputReport* report);

}  // namespace vieweratlas
