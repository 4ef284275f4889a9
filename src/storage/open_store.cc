#include "vieweratlas/storage/open_store.h"

#include <memory>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

Result<std::unique_ptr<ObjectStore>> open_store(const StoreOptions& options) {
  switch (options.kind) {
    case StoreKind::kFile: return std::unique_ptr<ObjectStore>(std::make_unique<LocalStore>(options.folder));
    case StoreKind::kS3: return Error{ErrorCode::kInvalidArgument, "this program was built without S3"};
    case StoreKind::kSqlite: return Error{ErrorCode::kInvalidArgument, "this program was built without SQLite"};
  }
  return Error{ErrorCode::kInternal, "an unknown kind of store"};
}

}  // namespace vieweratlas
