#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// How long a store in SQLite waits for another process that holds its file; a transaction takes well under a second.
inline constexpr std::chrono::milliseconds kSqlitePatience{30'000};

/// A store in one SQLite file, which is made, with its folder, where it is missing. Calls wait for other processes for `patience`.
/// Errors: denied, unavailable, corrupt_data (no database, or not one of ours), invalid_argument (a newer format).
[[nodiscard]] Result<std::unique_ptr<ObjectStore>> open_sqlite_store(const std::filesystem::path& file,
                                                                     std::chrono::milliseconds patience = kSqlitePatience);

}  // namespace vieweratlas
