#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "presence/snapshot_file.h"

#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::presence_internal {

/// What an input holds, by kind.
struct Listing {
  std::vector<InputFile> files;  ///< that may hold snapshots; sorted as they were given
  std::uint64_t num_membership = 0;
  std::string first_membership;  ///< key
  std::uint64_t num_others = 0;  ///< files of kinds that hold no snapshots
};

/// Sorts `objects` out by their keys. No file is marked as being written.
[[nodiscard]] Listing sort_out(std::vector<StoredObject> objects);

/// Membership lists tell who the platform says is connected, a sample of minutes of delay: no presence like the others.
[[nodiscard]] bool is_membership(std::string_view key);

/// Says which of all files of an input may be incomplete because somebody writes them: those of the newest minute, if there are older
/// ones. Files that are all of one minute were copied or unpacked together. A file alone may be growing.
void mark_files_being_written(std::vector<InputFile>& files);

}  // namespace vieweratlas::presence_internal
