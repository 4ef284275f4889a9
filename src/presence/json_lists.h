#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "presence/viewer_key.h"

// Lists that stand beside the chatters of a snapshot, one element for each. They are read apart from the record: what is wrong in them
// costs the list and not the record.

namespace vieweratlas::presence_internal {

/// The keys of the names in the JSON array that `text` begins with; no key for what is no name. Empty when that is no list.
void read_logins(std::string_view text, std::vector<ViewerKey>& logins);

/// The numbers in the JSON array that `text` begins with; 0 for what is no number. Empty when that is no list.
void read_messages(std::string_view text, std::vector<std::uint32_t>& messages);

}  // namespace vieweratlas::presence_internal
