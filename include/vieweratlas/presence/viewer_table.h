#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace vieweratlas {

struct ViewerAlias;

/// Finds the dense id of a viewer by login or platform id. Names themselves are not kept: a viewer is known by a 128-bit
/// hash (at 10^9 viewers the chance that any two collide is below 10^-20), which costs 16 bytes a viewer and leaks nothing.
class ViewerTable {
 public:
  struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend bool operator==(const Key&, const Key&) = default;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  /// The key of a viewer; logins are compared in lower case.
  [[nodiscard]] static Key key_of(std::string_view login_or_id);

  ViewerTable() = default;
  /// `keys[i]` is viewer i. With `aliases` a viewer who is known by id is found by login too; aliases of unknown ids are dropped.
  /// With `number` the viewers are known by numbers (presence/day.h) in the place of keys: {number, 0}, and likewise in aliases.
  explicit ViewerTable(std::vector<Key> keys, std::span<const ViewerAlias> aliases = {},
                       std::function<std::int64_t(const Key&)> number = {});

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(keys_.size()); }
  /// O(log n).
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view login_or_id) const;

 private:
  [[nodiscard]] std::optional<std::uint32_t> find(const Key& key) const;

  std::vector<Key> keys_;
  std::vector<std::uint32_t> order_;                     // ids sorted by key; empty when keys_ is sorted
  std::vector<std::pair<Key, std::uint32_t>> of_alias_;  // sorted
  std::function<std::int64_t(const Key&)> number_;
};

/// A login of a viewer who is known by id.
struct ViewerAlias {
  ViewerTable::Key login;
  ViewerTable::Key id;
};

}  // namespace vieweratlas
