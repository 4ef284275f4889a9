#include "vieweratlas/storage/open_store.h"

#include <filesystem>
#include <memory>
#include <utility>

#if defined(VIEWERATLAS_WITH_S3)
#include "storage/s3_store.h"
#endif

#include "storage/sqlite_store.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

Result<std::unique_ptr<ObjectStore>> open_s3([[maybe_unused]] const S3Options& options) {
#if defined(VIEWERATLAS_WITH_S3)
  Result<std::unique_ptr<storage_internal::S3Store>> store = storage_internal::S3Store::open(options);
  if (!store) return std::move(store).error();
  return std::unique_ptr<ObjectStore>(*std::move(store));
#else
  return Error{ErrorCode::kInvalidArgument, "this program was built without S3; use files or SQLite, or a build with S3"};
#endif
}

Result<std::unique_ptr<ObjectStore>> open_sqlite(const std::filesystem::path& file) {
  Result<std::unique_ptr<storage_internal::SqliteStore>> store = storage_internal::SqliteStore::open(file);
  if (!store) return std::move(store).error();
  return std::unique_ptr<ObjectStore>(*std::move(store));
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> open_store(const StoreOptions& options) {
  switch (options.kind) {
    case StoreKind::kFile: return std::unique_ptr<ObjectStore>(std::make_unique<LocalStore>(options.folder));
    case StoreKind::kS3: return open_s3(options.s3);
    case StoreKind::kSqlite: return open_sqlite(options.sqlite_file);
  }
  return Error{ErrorCode::kInternal, "an unknown kind of store"};
}

}  // namespace vieweratlas
