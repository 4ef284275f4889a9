#pragma once

#include <filesystem>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas::storage_internal {

/// A file that is written piece by piece under a temporary name and appears whole, or not at all. Thread-compatible.
class FileSink {
 public:
  /// Missing folders are made. Errors: denied, limit_exceeded (disk full), unavailable.
  [[nodiscard]] static Result<FileSink> begin(const std::filesystem::path& path);
  FileSink(FileSink&& other) noexcept;
  FileSink& operator=(FileSink&&) = delete;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink();

  [[nodiscard]] Status append(std::string_view bytes);
  /// In the place of what stands there.
  [[nodiscard]] Status commit();
  /// False when something stands there already; that stays.
  [[nodiscard]] Result<bool> commit_if_absent();

 private:
  FileSink() = default;
  [[nodiscard]] Status finish_writing();

  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty = nothing to clean up
  int fd_ = -1;
};

}  // namespace vieweratlas::storage_internal
