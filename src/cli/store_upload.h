#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// A folder of its own below the system's temporary one, gone with all below it when this ends. Owner-only.
class WorkFolder {
 public:
  /// Errors: denied, limit_exceeded, unavailable.
  [[nodiscard]] static Result<WorkFolder> make();
  WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit WorkFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

struct UploadOptions {
  std::uint32_t parallel = 8;                                             ///< objects at the same time
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< bytes; from one thread at a time
  std::function<bool()> cancelled;
};

/// Puts files into a store, several at the same time. The first error ends it; what was put stays. Errors: those of reading and of the
/// store, cancelled.
[[nodiscard]] Status upload_files(ObjectStore& store, const std::vector<FileEntry>& files, const UploadOptions& options);

}  // namespace vieweratlas
