#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"

// The folder of an ObjectCache on disk: 256 folders of files named ID-SIZE-CHECK.
//
//   ID     what the file holds: 32 hex digits of a digest over URI, size and version
//   SIZE   bytes, decimal
//   CHECK  16 hex digits over the content
//
// A name says all there is to know, so that there is no index that could be wrong. The time of modification is the time of last use.

namespace vieweratlas::storage_internal {

struct CachedFile {
  std::string id;
  std::uint64_t num_bytes = 0;
  std::string check;
  std::int64_t used_ns = 0;  ///< Unix time; when it was listed

  [[nodiscard]] std::string name() const;
};

class CacheFolder {
 public:
  explicit CacheFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Makes the folder (0700). Errors: denied when it belongs to somebody else or others have rights to it.
  [[nodiscard]] Status prepare() const;
  /// All files; temporary ones that a killed process left behind hours ago are removed.
  [[nodiscard]] Result<std::vector<CachedFile>> list() const;
  /// The file with this id, as it may have been put here by another process.
  [[nodiscard]] std::optional<CachedFile> find(const std::string& id) const;
  [[nodiscard]] std::filesystem::path path_of(const CachedFile& file) const { return folder_of(file.id) / file.name(); }
  /// A name for a file in the making, which is to be `place`d. Its folder is made.
  [[nodiscard]] Result<std::filesystem::path> temporary_for(const std::string& id) const;
  /// Renames a file that is complete; false when that cannot be.
  [[nodiscard]] bool place(const std::filesystem::path& temporary, const CachedFile& file) const;

 private:
  [[nodiscard]] std::filesystem::path folder_of(const std::string& id) const { return folder_ / id.substr(0, 2); }
  void list_one(const std::filesystem::path& folder, std::string_view prefix, std::vector<CachedFile>& files) const;

  std::filesystem::path folder_;
};

/// Of the content of a file, from its beginning; its size is told as well. The descriptor's position does not matter and stays.
struct ContentCheck {
  std::string check;
  std::uint64_t num_bytes = 0;
};
[[nodiscard]] Result<ContentCheck> check_content(int fd, const std::filesystem::path& path);

}  // namespace vieweratlas::storage_internal
