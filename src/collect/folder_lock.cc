#include "collect/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::collect_internal {
namespace {

Error cannot_lock(const std::filesystem::path& file, int problem) {
  return Error{ErrorCode::kDenied, fmt::format("{} cannot be locked: {}; give this user the right to write there",
                                               printable(file.string(), 4000), std::strerror(problem))};
}

std::string holder_of(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t length = pread(descriptor, text.data(), text.size() - 1, 0);
  return length > 0 ? printable(trim(std::string_view(text.data(), static_cast<std::size_t>(length)))) : std::string("unknown");
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& file) {
  std::error_code problem;
  std::filesystem::create_directories(file.parent_path(), problem);
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return cannot_lock(file, errno);
  FolderLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return cannot_lock(file, errno);
    return Error{ErrorCode::kUnavailable,
                 fmt::format("another collector (process {}) works on {}; stop it, or give this one a folder of its own",
                             holder_of(descriptor), printable(file.parent_path().parent_path().string(), 4000))};
  }
  const std::string own = fmt::format("{}\n", getpid());
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, own.data(), own.size(), 0) < 0) return cannot_lock(file, errno);
  return lock;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace vieweratlas::collect_internal
