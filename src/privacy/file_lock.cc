#include "privacy/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

Result<int> open_lock(const fs::path& file) {
  std::error_code problem;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), problem);
  if (problem) return system_error(problem.value(), "making the folder", file.parent_path());
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return system_error(errno, "opening", file);
  return fd;
}

/// flock() that is not disturbed by signals; 0 or an errno.
int lock_descriptor(int fd, int operation) {
  while (::flock(fd, operation) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

Result<FileLock> FileLock::wait_for(const fs::path& file) {
  const Result<int> fd = open_lock(file);
  if (!fd) return fd.error();
  FileLock lock(*fd);
  if (const int problem = lock_descriptor(*fd, LOCK_EX); problem != 0) return system_error(problem, "locking", file);
  return lock;
}

Result<std::optional<FileLock>> FileLock::try_lock(const fs::path& file) {
  const Result<int> fd = open_lock(file);
  if (!fd) return fd.error();
  FileLock lock(*fd);
  const int problem = lock_descriptor(*fd, LOCK_EX | LOCK_NB);
  if (problem == EWOULDBLOCK) return std::optional<FileLock>();
  if (problem != 0) return system_error(problem, "locking", file);
  return std::optional<FileLock>(std::move(lock));
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace vieweratlas
