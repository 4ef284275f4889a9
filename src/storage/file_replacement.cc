#include "vieweratlas/storage/file_replacement.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "storage/file_calls.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".replacing.tmp";
constexpr mode_t kAllRights = 07777;

}  // namespace

FileReplacement::Stamp FileReplacement::stamp_of(const fs::path& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return {};
  return {.inode = facts.st_ino, .num_bytes = facts.st_size, .modified_s = facts.st_mtim.tv_sec, .modified_ns = facts.st_mtim.tv_nsec};
}

Result<FileReplacement> FileReplacement::begin(const fs::path& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return system_error(errno, "replacing", path);
  if (!S_ISREG(facts.st_mode)) {
    return Error{ErrorCode::kInvalidArgument, "replacing " + printable(path.string()) + ": it is not a regular file"};
  }
  FileReplacement replacement;
  replacement.path_ = path;
  replacement.stamp_ = stamp_of(path);
  fs::path temporary = path;
  temporary.replace_filename("." + path.filename().string() + std::string(kSuffix));
  ::unlink(temporary.c_str());  // of a killed process
  replacement.fd_ = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (replacement.fd_ < 0) return system_error(errno, "writing", temporary);
  replacement.temporary_ = std::move(temporary);
  // Changing the owner needs rights that only the superuser has; whoever owns the file himself needs none.
  if (::fchown(replacement.fd_, facts.st_uid, facts.st_gid) != 0 && errno != EPERM) return system_error(errno, "writing", path);
  if (::fchmod(replacement.fd_, facts.st_mode & kAllRights) != 0) return system_error(errno, "setting the rights of", path);
  return replacement;
}

FileReplacement::FileReplacement(FileReplacement&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      stamp_(other.stamp_),
      fd_(std::exchange(other.fd_, -1)) {}

FileReplacement::~FileReplacement() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status FileReplacement::append(std::string_view bytes) { return storage_internal::write_all(fd_, bytes, path_); }

Status FileReplacement::commit() {
  // A change of what a file holds makes it no younger than it was.
  struct stat facts{};
  if (::lstat(path_.c_str(), &facts) == 0) {
    const struct timespec times[] = {facts.st_atim, facts.st_mtim};
    ::futimens(fd_, times);
  }
  if (::fsync(fd_) != 0) return system_error(errno, "syncing", temporary_);
  const int closed = ::close(std::exchange(fd_, -1)) == 0 ? 0 : errno;
  if (closed != 0) return system_error(closed, "closing", temporary_);
  if (stamp_of(path_) != stamp_) {
    return Error{ErrorCode::kUnavailable, "replacing " + printable(path_.string()) + ": somebody else changed it meanwhile; run again"};
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return system_error(errno, "renaming to", path_);
  temporary_.clear();
  return storage_internal::sync_folder(storage_internal::parent_of(path_));
}

bool FileReplacement::is_left_over(std::string_view file_name) { return file_name.starts_with('.') && file_name.ends_with(kSuffix); }

}  // namespace vieweratlas
