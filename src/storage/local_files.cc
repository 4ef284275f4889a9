#include "vieweratlas/storage/local_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "storage/file_calls.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using storage_internal::parent_of;
using storage_internal::sync_folder;
using storage_internal::temporary_name;
using storage_internal::write_all;

bool is_hidden_or_temporary(std::string_view name) {
  return name.starts_with('.') || name.ends_with(".tmp") || name.ends_with(".part") || name.ends_with('~');
}

Status write_durably(const fs::path& path, std::string_view bytes) {
  Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!descriptor.valid()) return system_error(errno, "writing", path);
  if (Status written = write_all(descriptor.get(), bytes, path); !written) return written;
  if (::fsync(descriptor.get()) != 0) return system_error(errno, "syncing", path);
  if (const int problem = descriptor.close(); problem != 0) return system_error(problem, "closing", path);
  return {};
}

Status make_folder(const fs::path& folder) {
  if (folder.empty()) return {};
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) return system_error(problem.value(), "making the folder", folder);
  if (!fs::is_directory(folder, problem)) return system_error(ENOTDIR, "opening", folder);
  return {};
}

/// Lists one folder: files are appended to `files`, subfolders to `folders`, both as (key, path).
Status list_one(const std::pair<std::string, fs::path>& folder, std::vector<FileEntry>& files,
                std::vector<std::pair<std::string, fs::path>>& folders) {
  std::error_code problem;
  fs::directory_iterator it(folder.second, problem);
  if (problem) return system_error(problem.value(), "listing", folder.second);
  for (; it != fs::directory_iterator(); it.increment(problem)) {
    const std::string name = it->path().filename().string();
    if (is_hidden_or_temporary(name)) continue;
    const std::string key = folder.first.empty() ? name : folder.first + "/" + name;
    struct stat facts{};
    // A file that vanishes between listing and here was renamed by its writer: the next run sees it.
    if (::lstat(it->path().c_str(), &facts) != 0) continue;
    if (S_ISDIR(facts.st_mode)) folders.emplace_back(key, it->path());
    if (S_ISREG(facts.st_mode))
      files.push_back({.key = key,
                       .path = it->path(),
                       .num_bytes = static_cast<std::uint64_t>(facts.st_size),
                       .modified_s = facts.st_mtim.tv_sec,
                       .modified_ns = static_cast<std::uint32_t>(facts.st_mtim.tv_nsec)});
  }
  if (problem) return system_error(problem.value(), "listing", folder.second);
  return {};
}

}  // namespace

Result<std::vector<FileEntry>> list_files(const fs::path& folder) {
  std::error_code problem;
  const fs::file_status status = fs::status(folder, problem);
  if (status.type() == fs::file_type::not_found) return system_error(ENOENT, "listing", folder);
  if (problem) return system_error(problem.value(), "listing", folder);
  if (status.type() != fs::file_type::directory) return system_error(ENOTDIR, "listing", folder);
  std::vector<FileEntry> files;
  std::vector<std::pair<std::string, fs::path>> folders{{"", folder}};
  while (!folders.empty()) {
    const auto next = std::move(folders.back());
    folders.pop_back();
    if (Status listed = list_one(next, files, folders); !listed) return std::move(listed).error();
  }
  std::sort(files.begin(), files.end(), [](const FileEntry& a, const FileEntry& b) { return a.key < b.key; });
  return files;
}

Result<std::string_view> read_file_into(const fs::path& path, std::string& buffer, std::size_t padding) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.valid()) return system_error(errno, "reading", path);
  struct stat facts{};
  if (::fstat(descriptor.get(), &facts) != 0) return system_error(errno, "reading", path);
  if (S_ISDIR(facts.st_mode)) return system_error(EISDIR, "reading", path);
  // The size is a hint only: a file may grow or shrink while it is read, and pipes have none.
  std::size_t size = 0;
  std::size_t capacity = static_cast<std::size_t>(facts.st_size) + 1;
  for (;;) {
    if (buffer.size() < capacity + padding) buffer.resize(capacity + padding);
    const ssize_t got = ::read(descriptor.get(), buffer.data() + size, capacity - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "reading", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size == capacity) capacity *= 2;
  }
  if (buffer.size() < size + padding) buffer.resize(size + padding);
  std::fill_n(buffer.begin() + static_cast<std::ptrdiff_t>(size), padding, '\0');
  return std::string_view(buffer.data(), size);
}

Result<std::string> read_file(const fs::path& path) {
  std::string bytes;
  auto content = read_file_into(path, bytes);
  if (!content) return std::move(content).error();
  bytes.resize(content->size());
  return bytes;
}

Status write_file_atomic(const fs::path& path, std::string_view bytes) {
  if (Status made = make_folder(path.parent_path()); !made) return made;
  const fs::path temporary = temporary_name(path);
  Status status = write_durably(temporary, bytes);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) status = system_error(errno, "renaming to", path);
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return sync_folder(parent_of(path));
}

Result<OutputFolder> OutputFolder::open(const fs::path& folder) {
  if (Status made = make_folder(folder); !made) return std::move(made).error();
  if (::access(folder.c_str(), W_OK | X_OK) != 0) return system_error(errno, "writing into", folder);
  return OutputFolder(folder);
}

OutputFolder::OutputFolder(OutputFolder&& other) noexcept : folder_(std::move(other.folder_)), pending_(std::move(other.pending_)) {
  other.pending_.clear();
}

OutputFolder::~OutputFolder() {
  for (const auto& [temporary, final_path] : pending_) ::unlink(temporary.c_str());
}

Status OutputFolder::add(std::string_view name, std::string_view bytes) {
  const fs::path final_path = folder_ / name;
  const fs::path temporary = temporary_name(final_path);
  pending_.emplace_back(temporary, final_path);  // before writing, so that half a file is removed too
  return write_durably(temporary, bytes);
}

Status OutputFolder::commit() {
  // All bytes are on disk by now, so that only a rename can fail: a folder made unwritable meanwhile, or a folder by that name.
  for (const auto& [temporary, final_path] : pending_) {
    if (::rename(temporary.c_str(), final_path.c_str()) != 0) return system_error(errno, "renaming to", final_path);
  }
  pending_.clear();
  return sync_folder(folder_);
}

}  // namespace vieweratlas
