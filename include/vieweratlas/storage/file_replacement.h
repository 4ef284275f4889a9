#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// A new content for a file that exists, written piece by piece and put in place at once: readers see the old content or the new one.
/// It keeps the file's rights, its time of modification and, where the system allows it, its owner. Without commit() nothing changes.
/// Thread-compatible.
///
/// What a killed process leaves behind is a file named ".NAME.replacing.tmp", which the next replacement of the same file takes over:
/// only one process at a time may replace a file.
class FileReplacement {
 public:
  /// Errors: not_found (no such file), invalid_argument (not a regular file; symbolic links are not followed), denied.
  [[nodiscard]] static Result<FileReplacement> begin(const std::filesystem::path& path);
  FileReplacement(FileReplacement&& other) noexcept;
  FileReplacement& operator=(FileReplacement&&) = delete;
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;
  ~FileReplacement();

  /// Errors: limit_exceeded (disk full), unavailable.
  [[nodiscard]] Status append(std::string_view bytes);
  /// Errors: those of append; unavailable when the file has changed since begin(): its new bytes would be lost.
  [[nodiscard]] Status commit();

  /// True for the names that killed replacements leave behind.
  [[nodiscard]] static bool is_left_over(std::string_view file_name);

 private:
  /// What tells two states of a file apart.
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t num_bytes = 0;
    std::int64_t modified_s = 0;
    std::int64_t modified_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  FileReplacement() = default;
  [[nodiscard]] static Stamp stamp_of(const std::filesystem::path& path);

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  Stamp stamp_;
  int fd_ = -1;
};

}  // namespace vieweratlas
