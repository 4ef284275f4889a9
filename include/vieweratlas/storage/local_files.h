#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

struct FileEntry {
  std::string key;  ///< path below the folder, '/' between parts
  std::filesystem::path path;
  std::uint64_t num_bytes = 0;
  std::int64_t modified_s = 0;    ///< Unix seconds
  std::uint32_t modified_ns = 0;  ///< of the second
};

/// All regular files below `folder`, sorted by key (bytes). Symlinks are not followed; hidden folders and files (leading dot)
/// and temporary names (suffix ".tmp", ".part", "~") are left out. Errors: not_found, denied.
[[nodiscard]] Result<std::vector<FileEntry>> list_files(const std::filesystem::path& folder);

/// Reads a file into `buffer`, which grows as needed and is never shrunk, so that re-using it costs nothing; returns a view of
/// the content, valid until `buffer` changes. `padding` readable bytes follow the end (for SIMD parsers), zeroed.
/// Errors: not_found, denied, invalid_argument (a folder), limit_exceeded, unavailable.
[[nodiscard]] Result<std::string_view> read_file_into(const std::filesystem::path& path, std::string& buffer, std::size_t padding = 0);

/// The bytes of a file. Errors: those of read_file_into.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

/// Writes a file so that readers see the old one or the new one, never half of one: temporary name in the same folder, fsync,
/// rename, fsync of the folder. Missing folders are made. Errors: denied, limit_exceeded (disk full), unavailable.
[[nodiscard]] Status write_file_atomic(const std::filesystem::path& path, std::string_view bytes);

/// Several files that appear together: all are written under temporary names first, and renamed by `commit` only. Without
/// `commit` the destructor removes the temporary files and the folder is as it was. Thread-compatible.
class OutputFolder {
 public:
  /// Errors: denied (folder cannot be made or written), invalid_argument (it is a file).
  [[nodiscard]] static Result<OutputFolder> open(const std::filesystem::path& folder);
  OutputFolder(OutputFolder&&) noexcept;
  OutputFolder& operator=(OutputFolder&&) = delete;
  ~OutputFolder();

  /// `name` has no '/'.
  [[nodiscard]] Status add(std::string_view name, std::string_view bytes);
  /// Renames in the order of `add`, then syncs the folder.
  [[nodiscard]] Status commit();

 private:
  explicit OutputFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
  std::vector<std::pair<std::filesystem::path, std::filesystem::path>> pending_;  // temporary, final
};

}  // namespace vieweratlas
