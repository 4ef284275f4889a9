#include "vieweratlas/storage/file_sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime is POSIX
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/file_calls.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {

using storage_internal::parent_of;
using storage_internal::sync_folder;
using storage_internal::temporary_name;
using storage_internal::write_all;
namespace {

namespace fs = std::filesystem;

constexpr int kMaxNameTries = 100;
constexpr std::size_t kMaxShownPath = 1000;

/// The path by which a file without a name can be given one; it needs /proc.
std::string path_of_descriptor(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

/// Names of what is open already: a rename would put something else in their place.
bool is_descriptor(const fs::path& path) {
  const std::string text = path.string();
  return text == "/dev/stdout" || text == "/dev/stderr" || text.starts_with("/dev/fd/") || text.starts_with("/proc/self/fd/");
}

}  // namespace

Result<FileSink> FileSink::begin(const fs::path& wanted) {
  std::error_code problem;
  const fs::file_status there = fs::status(wanted, problem);
  if (fs::is_directory(there) || !wanted.has_filename()) {
    return Error{ErrorCode::kInvalidArgument,
                 "writing \"" + printable(wanted.string(), kMaxShownPath) + "\": it names a folder, not a file; name a file in it"};
  }
  if (is_descriptor(wanted) || (fs::exists(there) && !fs::is_regular_file(there))) return begin_stream(wanted);
  const fs::path real = fs::canonical(wanted, problem);
  const fs::path path = problem ? wanted : real;
  const fs::path folder = parent_of(path);
  fs::create_directories(folder, problem);
  if (problem) return system_error(problem.value(), "making the folder", folder);
  Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) return system_error(errno, "writing into", folder);
  return begin_in(std::move(descriptor), path.filename().string(), path);
}

Result<FileSink> FileSink::begin_stream(const fs::path& path) {
  FileSink sink(Descriptor(-1), path.filename().string(), path);
  sink.file_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!sink.file_.valid()) return system_error(errno, "writing", path);
  sink.is_stream_ = true;
  return sink;
}

Result<FileSink> FileSink::begin_in(Descriptor folder, std::string name, fs::path path) {
  FileSink sink(std::move(folder), std::move(name), std::move(path));
  if (Status opened = sink.open_file(); !opened) return std::move(opened).error();
  return sink;
}

FileSink::FileSink(FileSink&& other) noexcept
    : folder_(std::move(other.folder_)),
      name_(std::move(other.name_)),
      path_(std::move(other.path_)),
      file_(std::move(other.file_)),
      temporary_(std::exchange(other.temporary_, {})),
      finished_(other.finished_),
      is_stream_(other.is_stream_) {}

FileSink::~FileSink() {
  if (!temporary_.empty()) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
}

Status FileSink::open_file() {
  static const bool kCanNameLater = ::access("/proc/self/fd", X_OK) == 0;
  if (kCanNameLater) {
    file_ = Descriptor(::openat(folder_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));
    if (file_.valid()) return {};
    // What file systems say that have no such files; the last two are said by old kernels.
    const bool impossible = errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL || errno == EISDIR || errno == ENOENT;
    if (!impossible) return system_error(errno, "writing", path_);
  }
  return open_named();
}

Status FileSink::open_named() {
  // Processes of two machines or containers may have the same number.
  for (int tries = 0; tries < kMaxNameTries; ++tries) {
    const std::string name = temporary_name(name_).string();
    file_ = Descriptor(::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (file_.valid()) {
      temporary_ = name;
      return {};
    }
    if (errno != EEXIST) break;  // NOLINT(clang-analyzer-unix.Errno): what was there before was not open, so nothing was closed
  }
  return system_error(errno, "writing", path_);
}

Status FileSink::append(std::string_view bytes) { return write_all(file_.get(), bytes, path_); }

Status FileSink::reserve(std::uint64_t num_bytes) {
  if (num_bytes == 0 || ::fallocate(file_.get(), 0, 0, static_cast<off_t>(num_bytes)) == 0) return {};
  const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  return full ? Status(system_error(errno, "writing", path_)) : Status();
}

Status FileSink::write_at(std::uint64_t offset, std::string_view bytes, std::string_view more) {
  while (!bytes.empty() || !more.empty()) {
    // writev takes what it does not change as if it did.
    const std::array<struct iovec, 2> pieces{
        {{const_cast<char*>(bytes.data()), bytes.size()}, {const_cast<char*>(more.data()), more.size()}}};
    const ssize_t written = ::pwritev(file_.get(), pieces.data(), pieces.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(errno, "writing", path_);
    const std::size_t of_first = std::min(static_cast<std::size_t>(written), bytes.size());
    bytes.remove_prefix(of_first);
    more.remove_prefix(static_cast<std::size_t>(written) - of_first);
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status FileSink::read_at(std::uint64_t offset, std::span<char> buffer) const {
  while (!buffer.empty()) {
    const ssize_t got = ::pread(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return system_error(got < 0 ? errno : EIO, "reading", path_);
    buffer = buffer.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

void FileSink::begin_sync(std::uint64_t offset, std::uint64_t num_bytes) {
  // A wish: what it cannot do, or goes wrong, is what fsync does and says.
  ::sync_file_range(file_.get(), static_cast<off_t>(offset), static_cast<off_t>(num_bytes), SYNC_FILE_RANGE_WRITE);
}

Status FileSink::finish_writing() {
  if (std::exchange(finished_, true)) return {};
  // The kernel's own stamp is that of its last tick: two contents of the same length within a tick would look the same.
  std::array<struct timespec, 2> times{};
  ::clock_gettime(CLOCK_REALTIME, times.data());
  times[1] = times[0];
  if (::futimens(file_.get(), times.data()) != 0) return system_error(errno, "writing", path_);
  if (::fsync(file_.get()) != 0) return system_error(errno, "writing", path_);
  return {};
}

Status FileSink::take_temporary_name() {
  if (!temporary_.empty()) return {};
  const std::string from = path_of_descriptor(file_.get());
  for (int tries = 0; tries < kMaxNameTries; ++tries) {
    const std::string name = temporary_name(name_).string();
    if (::linkat(AT_FDCWD, from.c_str(), folder_.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      temporary_ = name;
      return {};
    }
    if (errno != EEXIST) break;
  }
  return system_error(errno, "writing", path_);
}

Status FileSink::commit() {
  if (is_stream_) {
    const int closed = file_.close();
    return closed == 0 ? Status() : Status(system_error(closed, "writing", path_));
  }
  if (Status written = finish_writing(); !written) return written;
  // A link cannot replace: the file takes a temporary name for the moment between the two.
  if (Status named = take_temporary_name(); !named) return named;
  if (const int problem = file_.close(); problem != 0) return system_error(problem, "writing", path_);
  if (::renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) != 0) return system_error(errno, "renaming to", path_);
  temporary_.clear();
  return sync_folder(folder_.get(), parent_of(path_));
}

Result<bool> FileSink::commit_if_absent() {
  if (Status written = finish_writing(); !written) return std::move(written).error();
  // A link fails where a rename would replace the file of whoever came first.
  const bool named = !temporary_.empty();
  const std::string from = named ? temporary_ : path_of_descriptor(file_.get());
  int problem = ::linkat(named ? folder_.get() : AT_FDCWD, from.c_str(), folder_.get(), name_.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
  const bool has_no_links = problem == EPERM || problem == EOPNOTSUPP || problem == ENOSYS;
  if (named && has_no_links) {
    problem = ::renameat2(folder_.get(), from.c_str(), folder_.get(), name_.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (problem == 0) temporary_.clear();
  }
  if (problem == EEXIST) return false;
  if (problem != 0) return system_error(problem, "making", path_);
  if (Status synced = sync_folder(folder_.get(), parent_of(path_)); !synced) return std::move(synced).error();
  return true;
}

}  // namespace vieweratlas
