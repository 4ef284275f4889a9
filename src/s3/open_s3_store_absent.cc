// For a build without AWS's libraries.
#include <memory>

#include "vieweratlas/core/error.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

Result<std::unique_ptr<ObjectStore>> open_s3_store(const S3Options& /*options*/) {
  return Error{ErrorCode::kInvalidArgument, "this program was built without S3; use files or SQLite, or a build with S3"};
}

}  // namespace vieweratlas
