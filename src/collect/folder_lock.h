#pragma once

#include <filesystem>

#include "vieweratlas/core/error.h"

namespace vieweratlas::collect_internal {

/// Holds a lock file as long as it lives. The kernel releases it when the process ends, however it ends. The file stays.
class FolderLock {
 public:
  /// Makes missing folders. Errors: unavailable (held by another process: the message names its id), denied.
  [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& file);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace vieweratlas::collect_internal
