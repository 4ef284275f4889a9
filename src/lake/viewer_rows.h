#pragma once

#include <cstdint>
#include <functional>

#include "vieweratlas/presence/day.h"

namespace vieweratlas::lake_internal {

/// Takes viewers out of the rows and the logins of a day. Returns the buckets of their rows.
std::uint64_t take_out(DayOfPresence& day, const std::function<bool(std::int64_t viewer)>& is_forgotten);

}  // namespace vieweratlas::lake_internal
