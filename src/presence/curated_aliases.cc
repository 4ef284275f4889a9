#include "presence/curated_aliases.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {

void CuratedAliases::add(DayNumber day, std::span<const DayAlias> aliases) {
  for (const DayAlias& alias : aliases) {
    if (alias.is_listed && !std::binary_search(wanted_.begin(), wanted_.end(), alias.login)) continue;
    pairs_.push_back({.login = alias.login, .viewer = alias.viewer, .day = day});
  }
}

std::set<DayNumber> CuratedAliases::settle() {
  std::set<DayNumber> contradicted;
  std::erase_if(pairs_, [](const Pair& pair) { return pair.login == pair.viewer; });
  std::sort(pairs_.begin(), pairs_.end());
  pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
  const auto contradict = [&](std::span<const Pair> pairs) {
    for (const Pair& pair : pairs) {
      if (pair.day) contradicted.insert(*pair.day);
    }
  };
  for (std::size_t begin = 0; begin < pairs_.size();) {
    const std::span<const Pair> same = pairs_of(pairs_[begin].login);
    viewer_of_.emplace(same.front().login, same.front().viewer);
    if (same.front().viewer != same.back().viewer) contradict(same);
    begin += same.size();
  }
  // An id that is a login itself: rows go one step from where their file had them, and a table does not tell where that was.
  for (const Pair& pair : pairs_) {
    const std::span<const Pair> further = pairs_of(pair.viewer);
    if (further.empty()) continue;
    contradict(further);
    contradict({&pair, 1});
  }
  return contradicted;
}

std::span<const CuratedAliases::Pair> CuratedAliases::pairs_of(std::int64_t login) const {
  const auto begin = std::lower_bound(pairs_.begin(), pairs_.end(), login, [](const Pair& pair, std::int64_t n) { return pair.login < n; });
  const auto end = std::upper_bound(begin, pairs_.end(), login, [](std::int64_t n, const Pair& pair) { return n < pair.login; });
  return {begin, end};
}

std::set<DayNumber> CuratedAliases::days_of(std::int64_t login) const {
  std::set<DayNumber> days;
  for (const Pair& pair : pairs_of(login)) {
    if (pair.day) days.insert(*pair.day);
  }
  return days;
}

bool CuratedAliases::is_told_by_raw_files(std::int64_t login) const {
  const std::span<const Pair> pairs = pairs_of(login);
  return std::any_of(pairs.begin(), pairs.end(), [](const Pair& pair) { return !pair.day; });
}

std::vector<ViewerAlias> CuratedAliases::as_keys() const {
  std::vector<ViewerAlias> aliases;
  for (const auto& [login, viewer] : viewer_of_) {
    aliases.push_back(
        {.login = {.low = static_cast<std::uint64_t>(login), .high = 0}, .id = {.low = static_cast<std::uint64_t>(viewer), .high = 0}});
  }
  std::sort(aliases.begin(), aliases.end(), [](const ViewerAlias& a, const ViewerAlias& b) { return a.login < b.login; });
  return aliases;
}

}  // namespace vieweratlas::presence_internal
