#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

struct ObjectCacheOptions {
  std::filesystem::path folder;             ///< of this user alone (0700); made when it is missing
  std::uint64_t max_bytes = 20ULL << 30U;   ///< kept on disk, about; an input beyond it is fetched, read and let go
  unsigned num_fetchers = 8;                ///< threads that fetch ahead
  std::uint64_t part_bytes = 16ULL << 20U;  ///< objects from here on are fetched by ObjectStore::get_file, parts side by side
};

/// What a cache did since it was opened.
struct ObjectCacheCounts {
  std::uint64_t num_hits = 0;       ///< objects that were there
  std::uint64_t num_downloads = 0;  ///< objects that were fetched
  std::uint64_t num_bytes = 0;      ///< of the downloads
  std::uint64_t num_damaged = 0;    ///< kept files that were not what had been kept: removed and fetched anew
  std::uint64_t num_evicted = 0;    ///< files that made room
  std::uint64_t num_unkept = 0;     ///< downloads that were not kept: larger than the cache, or the disk was full
};

/// Objects of a store as local files, kept between runs: what has not changed is downloaded once.
///
/// An object is found again by the store's URI of it, its size and its version. Files appear whole, under names that say size and a check
/// of the content, so that neither a killed process nor a damaged disk gives wrong bytes; a kept file is checked when it is first opened.
/// Beyond max_bytes the files that were not used for longest go, first of all those that wait for nobody; an open descriptor stays good.
/// Any number of processes may share the folder. Thread-safe.
class ObjectCache {
 public:
  /// `store` must outlive the cache. Errors: denied (the folder belongs to others or is open to them), those of making it.
  [[nodiscard]] static Result<std::unique_ptr<ObjectCache>> open(const ObjectStore& store, ObjectCacheOptions options);
  ObjectCache(const ObjectCache&) = delete;
  ObjectCache& operator=(const ObjectCache&) = delete;
  ~ObjectCache();

  /// A descriptor for reading, at the beginning of a regular file that holds the object; the caller closes it. An object that changed after
  /// it was listed is given as it is at the moment. Errors: those of ObjectStore::get; limit_exceeded when the cache's disk is full.
  [[nodiscard]] Result<int> open(const StoredObject& object);
  /// Fetches objects in this order on other threads, as far ahead of open() as half of max_bytes allows. A further call replaces what is
  /// not fetched yet. Errors are told by open().
  void prefetch(std::span<const StoredObject> objects);
  [[nodiscard]] ObjectCacheCounts counts() const;

 private:
  class Impl;
  explicit ObjectCache(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
