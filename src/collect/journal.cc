#include "collect/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "collect/round.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::collect_internal {
namespace {

namespace fs = std::filesystem;

/// Makes the names in the folder of `path` survive a crash.
Status sync_folder_of(const fs::path& path) {
  const fs::path folder = path.parent_path();
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_error(errno, "opening", folder);
  const int problem = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  // Some file systems cannot sync a folder (EINVAL).
  if (problem != 0 && problem != EINVAL) return system_error(problem, "syncing", folder);
  return {};
}

Status lock(int fd, const fs::path& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return system_error(errno, "locking", path);
  return Error{ErrorCode::kUnavailable,
               "locking " + path.string() + ": another collector writes this journal; give each its own data folder"};
}

}  // namespace

Result<std::optional<RoundHeader>> read_journal_file_header(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error(errno, "reading", path);
  Status locked = lock(fd, path);
  std::string head(kJournalHeaderBytes, '\0');
  const ssize_t got = ::pread(fd, head.data(), head.size(), 0);
  const int problem = got < 0 ? errno : 0;
  ::close(fd);
  if (!locked) return std::move(locked).error();
  if (problem != 0) return system_error(problem, "reading", path);
  head.resize(static_cast<std::size_t>(got));
  Result<std::optional<RoundHeader>> header = read_journal_header(head);
  if (!header) return std::move(header).error().with_context("reading " + path.string());
  return header;
}

Result<JournalReading> read_journal_file(const fs::path& path, const std::function<bool(const RoundHeader&, std::string_view)>& on_frame) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error(errno, "reading", path);
  int problem = 0;
  const ByteSource source = [&](char* into, std::size_t size) {
    std::size_t total = 0;
    while (total < size) {
      const ssize_t got = ::read(fd, into + total, size - total);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) problem = errno;
      if (got <= 0) break;
      total += static_cast<std::size_t>(got);
    }
    return total;
  };
  Result<JournalReading> reading = read_journal(source, on_frame);
  ::close(fd);
  // A disk that cannot be read now is no torn journal: nothing may be cut off.
  if (problem != 0) return system_error(problem, "reading", path);
  if (!reading) return std::move(reading).error().with_context("reading " + path.string());
  return reading;
}

JournalFile::~JournalFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::unique_ptr<JournalFile>> JournalFile::create(const fs::path& path, const Round& round, DiskFault fault) {
  std::unique_ptr<JournalFile> file(new JournalFile(path, std::move(fault)));
  if (Status allowed = file->check("create"); !allowed) return std::move(allowed).error();
  std::error_code problem;
  fs::create_directories(path.parent_path(), problem);
  if (problem) return system_error(problem.value(), "making the folder", path.parent_path());
  fs::path temporary = path;
  temporary += ".tmp";
  Status made = file->write_whole(round, temporary);
  if (made.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) made = system_error(errno, "renaming to", path);
  if (made.ok()) made = sync_folder_of(path);
  if (!made) {
    ::unlink(temporary.c_str());
    return std::move(made).error();
  }
  return file;
}

Status JournalFile::write_whole(const Round& round, const fs::path& temporary) {
  fd_ = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd_ < 0) return system_error(errno, "writing", temporary);
  if (Status locked = lock(fd_, path_); !locked) return locked;
  Status status = write(make_journal_header(round.header()));
  std::string records;
  const auto flush = [&] {
    if (status.ok() && !records.empty()) status = append(records);
    records.clear();
  };
  round.append_checkpoint(records, [&] {
    if (records.size() >= kFrameBytes) flush();
  });
  flush();
  if (!status) return status;
  return sync();
}

Result<std::unique_ptr<JournalFile>> JournalFile::reopen(const fs::path& path, const JournalReading& reading, DiskFault fault) {
  std::unique_ptr<JournalFile> file(new JournalFile(path, std::move(fault)));
  if (Status allowed = file->check("create"); !allowed) return std::move(allowed).error();
  file->fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file->fd_ < 0) return system_error(errno, "writing", path);
  if (Status locked = lock(file->fd_, path); !locked) return std::move(locked).error();
  if (::ftruncate(file->fd_, static_cast<off_t>(reading.good_bytes)) != 0) return system_error(errno, "writing", path);
  if (::lseek(file->fd_, 0, SEEK_END) < 0) return system_error(errno, "writing", path);
  file->num_bytes_ = reading.good_bytes;
  file->num_frames_ = reading.num_frames;
  if (Status synced = file->sync(); !synced) return std::move(synced).error();
  return file;
}

Status JournalFile::append(std::string_view records) {
  buffer_.clear();
  append_frame(buffer_, records, num_frames_);
  if (Status written = write(buffer_); !written) return written;
  ++num_frames_;
  return {};
}

Status JournalFile::write(std::string_view bytes) {
  if (Status allowed = check("write"); !allowed) return allowed;
  num_bytes_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(errno, "writing", path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status JournalFile::sync() {
  if (Status allowed = check("sync"); !allowed) return allowed;
  if (::fdatasync(fd_) != 0) return system_error(errno, "syncing", path_);
  return {};
}

Status remove_journal(const fs::path& path, const DiskFault& fault) {
  if (Status allowed = fault ? fault("remove") : Status(); !allowed) return allowed;
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error(errno, "removing", path);
  return {};
}

}  // namespace vieweratlas::collect_internal
