#include "lake/viewer_rows.h"

#include <cstdint>
#include <functional>
#include <vector>

#include "vieweratlas/presence/day.h"

namespace vieweratlas::lake_internal {

std::uint64_t take_out(DayOfPresence& day, const std::function<bool(std::int64_t viewer)>& is_forgotten) {
  std::uint64_t num_buckets = 0;
  for (DaySource& source : day.sources) {
    std::erase_if(source.rows, [&](const DayRow& row) {
      if (!is_forgotten(row.viewer)) return false;
      num_buckets += static_cast<std::uint64_t>(row.buckets);
      return true;
    });
  }
  std::erase_if(day.aliases, [&](const DayAlias& alias) { return is_forgotten(alias.login) || is_forgotten(alias.viewer); });
  return num_buckets;
}

}  // namespace vieweratlas::lake_internal
