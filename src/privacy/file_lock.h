#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// An exclusive lock between processes, held for as long as the object lives; the system gives it back when a process dies. The
/// file stays, empty. Thread-compatible.
class FileLock {
 public:
  /// Waits until the lock is free; missing folders are made. Errors: denied, unavailable.
  [[nodiscard]] static Result<FileLock> wait_for(const std::filesystem::path& file);
  /// nullopt when somebody else holds it. Errors: those of wait_for.
  [[nodiscard]] static Result<std::optional<FileLock>> try_lock(const std::filesystem::path& file);

  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace vieweratlas
