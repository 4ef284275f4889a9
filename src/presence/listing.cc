#include "presence/listing.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/file_name.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::presence_internal {

bool is_membership(std::string_view key) {
  constexpr std::string_view kFolder = "membership/";
  return key.starts_with(kFolder) || key.find("/membership/") != std::string_view::npos;
}

Listing sort_out(std::vector<StoredObject> objects) {
  Listing listing;
  for (StoredObject& object : objects) {
    if (is_membership(object.key)) {
      if (listing.num_membership++ == 0) listing.first_membership = object.key;
      continue;
    }
    FileName name = interpret_file_name(object.key);
    if (name.format == SnapshotFormat::kNone) {
      ++listing.num_others;
    } else {
      listing.files.push_back({.object = std::move(object), .bytes = {}, .name = std::move(name)});
    }
  }
  return listing;
}

void mark_files_being_written(std::vector<InputFile>& files) {
  constexpr std::int64_t kMinuteSeconds = 60;
  std::int64_t newest = std::numeric_limits<std::int64_t>::min();
  std::int64_t oldest = std::numeric_limits<std::int64_t>::max();
  for (const InputFile& file : files) {
    newest = std::max(newest, file.object.modified_s);
    oldest = std::min(oldest, file.object.modified_s);
  }
  if (files.size() > 1 && newest - oldest < kMinuteSeconds) return;
  for (InputFile& file : files) file.being_written = newest - file.object.modified_s < kMinuteSeconds;
}

}  // namespace vieweratlas::presence_internal
