#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vieweratlas {

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
  /// `keys[i]` is viewer i.
  explicit ViewerTable(std::vector<Key> keys);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(keys_.size()); }
  /// O(log n).
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view login_or_id) const;

 private:
  std::vector<Key> keys_;
  std::vector<std::uint32_t> order_;  // ids sorted by key
};

}  // namespace vieweratlas
