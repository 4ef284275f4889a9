#include "storage/file_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/descriptor.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::storage_internal {

namespace fs = std::filesystem;

Result<FileSink> FileSink::begin(const fs::path& path) {
  std::error_code problem;
  fs::create_directories(parent_of(path), problem);
  if (problem) return system_error(problem.value(), "making the folder", parent_of(path));
  FileSink sink;
  sink.path_ = path;
  sink.temporary_ = temporary_name(path);
  sink.fd_ = ::open(sink.temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (sink.fd_ < 0) {
    const int number = errno;
    sink.temporary_.clear();
    return system_error(number, "writing", path);
  }
  return sink;
}

FileSink::FileSink(FileSink&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})), fd_(std::exchange(other.fd_, -1)) {}

FileSink::~FileSink() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status FileSink::append(std::string_view bytes) { return write_all(fd_, bytes, path_); }

Status FileSink::finish_writing() {
  const int synced = ::fsync(fd_) == 0 ? 0 : errno;
  const int closed = ::close(std::exchange(fd_, -1)) == 0 ? 0 : errno;
  if (synced != 0 || closed != 0) return system_error(synced != 0 ? synced : closed, "writing", path_);
  return {};
}

Status FileSink::commit() {
  if (Status written = finish_writing(); !written) return written;
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return system_error(errno, "renaming to", path_);
  temporary_.clear();
  return sync_folder(parent_of(path_));
}

Result<bool> FileSink::commit_if_absent() {
  if (Status written = finish_writing(); !written) return std::move(written).error();
  // A link fails where a rename would replace the file of whoever came first.
  if (::link(temporary_.c_str(), path_.c_str()) != 0) {
    if (errno == EEXIST) return false;
    return system_error(errno, "making", path_);
  }
  if (Status synced = sync_folder(parent_of(path_)); !synced) return std::move(synced).error();
  return true;
}

}  // namespace vieweratlas::storage_internal
