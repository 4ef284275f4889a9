#include "storage/file_calls.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::storage_internal {

namespace fs = std::filesystem;

Status write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error(errno, "writing", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) return system_error(errno, "opening", folder);
  return sync_folder(descriptor.get(), folder);
}

Status sync_folder(int folder, const fs::path& path) {
  // Some file systems cannot sync a folder (EINVAL); the rename itself is still atomic.
  if (::fsync(folder) != 0 && errno != EINVAL) return system_error(errno, "syncing", path);
  return {};
}

fs::path temporary_name(const fs::path& path) {
  static std::atomic<std::uint32_t> counter{0};
  constexpr std::size_t kMaxNameBytes = 200;  // file systems take 255
  fs::path result = path;
  result.replace_filename("." + path.filename().string().substr(0, kMaxNameBytes) + "." + std::to_string(::getpid()) + "." +
                          std::to_string(counter.fetch_add(1)) + ".tmp");
  return result;
}

fs::path parent_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

}  // namespace vieweratlas::storage_internal
