#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store_folder.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas::storage_internal {

struct WalkedFile {
  std::string key;
  struct stat facts{};
};

struct WalkRange {
  std::string_view prefix;  ///< is_object_prefix
  std::string_view after;   ///< keys up to this one are left out; empty = none
  std::size_t max_files = 0;
};

/// The first files of a folder in order of keys. Symbolic links are not listed and not followed, but for those in the folder that `prefix`
/// names; names that are no keys are left out. Folders that hold nothing of the range are not read. Errors: denied, unavailable.
[[nodiscard]] Result<std::vector<WalkedFile>> walk_folder(const StoreFolder& folder, const WalkRange& range);

}  // namespace vieweratlas::storage_internal
