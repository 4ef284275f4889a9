#include "vieweratlas/storage/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
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
using storage_internal::parent_of;

constexpr mode_t kRightsOfOthers = 077;

/// Like mkdir -p with mode 0700 for what is new.
Status make_private_folder(const fs::path& folder) {
  if (folder.empty() || ::mkdir(folder.c_str(), 0700) == 0) return {};
  if (errno == ENOENT && folder.has_relative_path()) {
    if (Status made = make_private_folder(folder.parent_path()); !made) return made;
    if (::mkdir(folder.c_str(), 0700) == 0) return {};
  }
  const int problem = errno;
  struct stat facts{};
  if (::stat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) return {};
  return system_error(problem == EEXIST ? ENOTDIR : problem, "making the folder", folder);
}

Status write_temporary(const fs::path& path, std::string_view bytes) {
  Descriptor descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!descriptor.valid()) return system_error(errno, "writing", path);
  if (Status written = storage_internal::write_all(descriptor.get(), bytes, path); !written) return written;
  if (::fsync(descriptor.get()) != 0) return system_error(errno, "syncing", path);
  if (const int problem = descriptor.close(); problem != 0) return system_error(problem, "closing", path);
  return {};
}

}  // namespace

Result<std::string> read_private_file(const fs::path& path, std::size_t max_bytes) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor.valid()) return system_error(errno, "reading", path);
  struct stat facts{};
  if (::fstat(descriptor.get(), &facts) != 0) return system_error(errno, "reading", path);
  if (S_ISDIR(facts.st_mode)) return system_error(EISDIR, "reading", path);
  const std::string name = printable(path.string());
  if ((facts.st_mode & kRightsOfOthers) != 0) {
    return Error{ErrorCode::kDenied, "reading " + name + ": it holds a secret, but other users may touch it; run: chmod 600 " + name};
  }
  std::string bytes(max_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(descriptor.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "reading", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > max_bytes) return Error{ErrorCode::kLimitExceeded, "reading " + name + ": it is too long to be what was looked for"};
  bytes.resize(size);
  return bytes;
}

Result<bool> create_private_file(const fs::path& path, std::string_view bytes) {
  if (Status made = make_private_folder(path.parent_path()); !made) return std::move(made).error();
  const fs::path temporary = storage_internal::temporary_name(path);
  if (Status written = write_temporary(temporary, bytes); !written) {
    ::unlink(temporary.c_str());
    return std::move(written).error();
  }
  // A link fails where a rename would replace the file of whoever came first.
  const int problem = ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(temporary.c_str());
  if (problem == EEXIST) return false;
  if (problem != 0) return system_error(problem, "making", path);
  if (Status synced = storage_internal::sync_folder(parent_of(path)); !synced) return std::move(synced).error();
  return true;
}

Status replace_private_file(const fs::path& path, std::string_view bytes) {
  if (Status made = make_private_folder(path.parent_path()); !made) return made;
  const fs::path temporary = storage_internal::temporary_name(path);
  Status status = write_temporary(temporary, bytes);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) status = system_error(errno, "renaming to", path);
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return storage_internal::sync_folder(parent_of(path));
}

}  // namespace vieweratlas
