#include "cli/store_choice.h"

#include <memory>

#include "vieweratlas/core/error.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/open_sqlite_store.h"

namespace vieweratlas {

Result<std::unique_ptr<ObjectStore>> open_store(const StoreOptions& options) {
  switch (options.kind) {
    case StoreKind::kFile: return std::unique_ptr<ObjectStore>(std::make_unique<LocalStore>(options.folder));
    case StoreKind::kS3: return open_s3_store(options.s3);
    case StoreKind::kSqlite: return open_sqlite_store(options.sqlite_file, options.sqlite_patience);
  }
  return Error{ErrorCode::kInternal, "an unknown kind of store"};
}

}  // namespace vieweratlas
