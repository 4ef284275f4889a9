#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// What was done to the data of people, for whoever has to answer for it. Names nobody but the user of the machine by number.
struct AuditEntry {
  UtcTime time;
  std::string action;                           ///< "forget", "purge" or "export"
  std::map<std::string, std::uint64_t> counts;  ///< files, rows, bytes, ...
  std::string folder;                           ///< of outputs, for an export; empty = not said
  std::string version;                          ///< of the program
};

/// <data_dir>/state/audit.jsonl
[[nodiscard]] std::filesystem::path audit_path(const std::filesystem::path& data_dir);

/// Appends one line {"time","action","uid","version","folder","counts"} and syncs it; lines of several processes do not mix. The
/// file is owner-only; missing folders are made. Errors: denied, limit_exceeded (disk full), unavailable.
[[nodiscard]] Status append_audit(const std::filesystem::path& file, const AuditEntry& entry);

/// The same for a store: of local files it is the file at audit_path(), elsewhere an object of its own,
/// "state/audit/TIME-ACTION-DIGEST.json". Errors: those of the store.
[[nodiscard]] Status append_audit(ObjectStore& store, const AuditEntry& entry);

/// Folders that exports named, without repetition, the latest last. A missing file has none; lines that cannot be read are passed over.
[[nodiscard]] Result<std::vector<std::string>> exported_folders(const std::filesystem::path& file);

}  // namespace vieweratlas
