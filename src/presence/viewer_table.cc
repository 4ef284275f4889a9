#include "vieweratlas/presence/viewer_table.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/viewer_key.h"

#include "vieweratlas/core/text.h"

namespace vieweratlas {

ViewerTable::Key ViewerTable::key_of(std::string_view login_or_id) {
  if (presence_internal::needs_care(login_or_id)) return presence_internal::key_of_lower(to_lower(login_or_id));
  return presence_internal::key_of_lower(login_or_id);
}

ViewerTable::ViewerTable(std::vector<Key> keys, std::span<const ViewerAlias> aliases, std::function<std::int64_t(const Key&)> number)
    : keys_(std::move(keys)), number_(std::move(number)) {
  if (!std::is_sorted(keys_.begin(), keys_.end())) {
    order_.resize(keys_.size());
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) { return keys_[a] < keys_[b]; });
  }
  for (const ViewerAlias& alias : aliases) {
    if (const auto viewer = find(alias.id)) of_alias_.emplace_back(alias.login, *viewer);
  }
  std::sort(of_alias_.begin(), of_alias_.end());
}

std::optional<std::uint32_t> ViewerTable::find(std::string_view login_or_id) const {
  Key key = key_of(login_or_id);
  if (number_) key = {.low = static_cast<std::uint64_t>(number_(key)), .high = 0};
  if (const auto viewer = find(key)) return viewer;
  const auto at = std::lower_bound(of_alias_.begin(), of_alias_.end(), std::pair(key, std::uint32_t{0}));
  if (at == of_alias_.end() || at->first != key) return std::nullopt;
  return at->second;
}

std::optional<std::uint32_t> ViewerTable::find(const Key& key) const {
  if (order_.empty()) {
    const auto at = std::lower_bound(keys_.begin(), keys_.end(), key);
    if (at == keys_.end() || *at != key) return std::nullopt;
    return static_cast<std::uint32_t>(at - keys_.begin());
  }
  const auto at =
      std::lower_bound(order_.begin(), order_.end(), key, [this](std::uint32_t id, const Key& wanted) { return keys_[id] < wanted; });
  if (at == order_.end() || keys_[*at] != key) return std::nullopt;
  return *at;
}

}  // namespace vieweratlas
