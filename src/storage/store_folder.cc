// Names are resolved by the kernel, relative to the folder's descriptor (openat2 with RESOLVE_BENEATH), so that nobody can slip a link in
// between a check and its use. The kernel refuses every absolute link, also one that leads into the folder: such names are resolved once
// here, and what comes out is opened without following any link. Kernels and containers without openat2 get the same by the second way,
// where only the last part is guarded against a link that is put there in between.

#include "storage/store_folder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/file_calls.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::storage_internal {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxTries = 100;

/// openat2, or -1 with errno.
int open_resolving(int folder, const std::string& name, int flags, unsigned resolve) {
  struct open_how how{};
  how.flags = static_cast<unsigned>(flags) | static_cast<unsigned>(O_CLOEXEC);
  how.resolve = resolve;
  for (int tries = 0;; ++tries) {
    const auto fd = static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how));
    // EAGAIN: a folder on the way was renamed meanwhile, and the kernel cannot tell whether that led out.
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR) || tries == kMaxTries) return fd;
  }
}

Error missing(int number, const fs::path& path) {
  // What lies below a file is not there, as in stores that have no folders.
  return system_error(number == ENOTDIR ? ENOENT : number, "opening", path);
}

}  // namespace

Result<StoreFolder> StoreFolder::open(const fs::path& root) {
  Descriptor descriptor(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) return system_error(errno, "opening", root);
  return StoreFolder(root, std::move(descriptor));
}

Result<StoreFolder> StoreFolder::make(const fs::path& root) {
  Result<StoreFolder> folder = open(root);
  if (folder || folder.error().code != ErrorCode::kNotFound) return folder;
  std::error_code problem;
  if (fs::create_directories(root, problem); problem) return system_error(problem.value(), "making the folder", root);
  if (Status synced = sync_folder(parent_of(root)); !synced) return std::move(synced).error();
  return open(root);
}

Error StoreFolder::leads_out(std::string_view name) const {
  return {ErrorCode::kDenied, "opening " + printable(path_of(name).string(), 400) + ": a symbolic link leads out of the folder " +
                                  printable(root_.string(), 400) + "; move there what it leads to, or mount it there"};
}

Result<Descriptor> StoreFolder::open_below(std::string_view name, int flags) const {
  const std::string relative(name.empty() ? "." : name);
  Descriptor descriptor(open_resolving(descriptor_.get(), relative, flags, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS));
  if (descriptor.valid()) return descriptor;
  if (errno == EXDEV || errno == ENOSYS || errno == EPERM) return open_by_real_path(name, flags);
  return missing(errno, path_of(name));
}

Result<Descriptor> StoreFolder::open_by_real_path(std::string_view name, int flags) const {
  std::error_code problem;
  const fs::path real_root = fs::canonical(root_, problem);
  if (problem) return system_error(problem.value(), "opening", root_);
  const fs::path real = fs::canonical(path_of(name), problem);
  if (problem) return missing(problem.value(), path_of(name));
  const std::string relative = real.lexically_relative(real_root).string();
  if (relative.empty() || relative == ".." || relative.starts_with("../")) return leads_out(name);
  Descriptor descriptor(open_resolving(descriptor_.get(), relative, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS));
  if (!descriptor.valid() && (errno == ENOSYS || errno == EPERM)) {
    descriptor = Descriptor(::openat(descriptor_.get(), relative.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
  }
  if (descriptor.valid()) return descriptor;
  return errno == ELOOP || errno == EXDEV ? leads_out(name) : missing(errno, path_of(name));
}

Result<Descriptor> StoreFolder::make_below(std::string_view name) const {
  constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY;
  Result<Descriptor> folder = open_below(name, kFolderFlags);
  if (folder || folder.error().code != ErrorCode::kNotFound || name.empty()) return folder;
  const std::size_t slash = name.rfind('/');
  const std::string_view parent_name = slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
  const Result<Descriptor> parent = make_below(parent_name);
  if (!parent) return parent.error();
  const std::string last(slash == std::string_view::npos ? name : name.substr(slash + 1));
  if (::mkdirat(parent->get(), last.c_str(), 0777) == 0) {
    if (Status synced = sync_folder(parent->get(), path_of(parent_name)); !synced) return std::move(synced).error();
  } else if (errno != EEXIST) {
    return system_error(errno, "making the folder", path_of(name));
  }
  folder = open_below(name, kFolderFlags);
  // It is there and cannot be opened as a folder: a file, or a link to nothing.
  if (!folder && folder.error().code == ErrorCode::kNotFound) return system_error(ENOTDIR, "making the folder", path_of(name));
  return folder;
}

}  // namespace vieweratlas::storage_internal
