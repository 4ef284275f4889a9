#include "vieweratlas/presence/viewer_table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
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

ViewerTable::ViewerTable(std::vector<Key> keys) : keys_(std::move(keys)) {
  if (std::is_sorted(keys_.begin(), keys_.end())) return;
  order_.resize(keys_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) { return keys_[a] < keys_[b]; });
}

std::optional<std::uint32_t> ViewerTable::find(std::string_view login_or_id) const {
  const Key key = key_of(login_or_id);
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
