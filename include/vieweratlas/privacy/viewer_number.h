#pragma once

#include <string_view>

#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {

/// The numbering of presence/day.h with the installation's key: 63 bits that cannot be traced back without it. Copies the key. Thread-safe.
/// Some 0.1 us a call.
[[nodiscard]] ViewerNumbering viewer_numbering(const ViewerKey& key, std::string_view platform);

}  // namespace vieweratlas
