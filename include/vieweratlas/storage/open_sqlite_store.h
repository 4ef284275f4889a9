#pragma once

#include <filesystem>
#include <memory>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// A store in one SQLite file, which is made, with its folder, where it is missing.
/// Errors: denied, unavailable, corrupt_data (no database, or not one of ours), invalid_argument (a newer format).
[[nodiscard]] Result<std::unique_ptr<ObjectStore>> open_sqlite_store(const std::filesystem::path& file);

}  // namespace vieweratlas
