#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "vieweratlas/core/error.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/open_sqlite_store.h"

namespace vieweratlas {

enum class StoreKind : std::uint8_t { kFile, kS3, kSqlite };

struct StoreOptions {
  StoreKind kind = StoreKind::kFile;
  std::filesystem::path folder;       ///< for kFile
  std::filesystem::path sqlite_file;  ///< for kSqlite
  std::chrono::milliseconds sqlite_patience = kSqlitePatience;
  S3Options s3;
};

/// A store as configured. Nothing is asked of it yet. Errors: those of open_s3_store and open_sqlite_store.
[[nodiscard]] Result<std::unique_ptr<ObjectStore>> open_store(const StoreOptions& options);

}  // namespace vieweratlas
