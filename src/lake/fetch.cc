#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {

FetchFile fetch_from(const ObjectStore& store, std::filesystem::path scratch) {
  const auto counter = std::make_shared<std::atomic<std::uint64_t>>(0);
  return [&store, scratch = std::move(scratch), counter](const LakeTable& table) -> Result<int> {
    std::filesystem::path path;
    const auto* const local = dynamic_cast<const LocalStore*>(&store);
    if (local != nullptr) {
      if (!is_object_key(table.key)) return Error{ErrorCode::kInvalidArgument, "no table can be called so"};
      path = local->root() / table.key;
    } else {
      path = scratch / fmt::format("fetched-{}-{}.parquet", ::getpid(), counter->fetch_add(1));
      const Result<StoredObject> object = store.get_file(table.key, path);
      if (!object) return object.error();
    }
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    const int problem = errno;
    std::error_code ignored;
    if (local == nullptr) std::filesystem::remove(path, ignored);
    if (fd < 0) return system_error(problem, "reading", path);
    return fd;
  };
}

}  // namespace vieweratlas
