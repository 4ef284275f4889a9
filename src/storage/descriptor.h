#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"

namespace vieweratlas::storage_internal {

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  /// Closes and returns 0 or the errno: some file systems report a full disk only here.
  int close() {
    const int result = ::close(fd_) == 0 ? 0 : errno;
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

/// `path` appears in the errors.
[[nodiscard]] Status write_all(int fd, std::string_view bytes, const std::filesystem::path& path);
/// Makes the names in `folder` survive a crash.
[[nodiscard]] Status sync_folder(const std::filesystem::path& folder);
/// The same for a folder that is open; `path` appears in the errors.
[[nodiscard]] Status sync_folder(int folder, const std::filesystem::path& path);
/// A name in the same folder that listing leaves out and that no other process or thread uses.
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& path);
[[nodiscard]] std::filesystem::path parent_of(const std::filesystem::path& path);

}  // namespace vieweratlas::storage_internal
