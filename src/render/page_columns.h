#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vieweratlas::render_internal {

/// The numbers of a page, column by column.
///
/// Each column is stored in the narrowest type that holds all its values, little-endian, in byte planes (all lowest bytes,
/// then all second bytes, ...): high planes are nearly constant, and gzip packs them to nothing.
class PageColumns {
 public:
  struct Column {
    std::string_view name;
    std::string_view type;  ///< "u8", "u16", "u32", "f64", "i16"
    std::size_t count = 0;
  };

  /// Adds whole numbers; those from 2^32 on make the column doubles, exact to 2^53.
  void add_counts(std::string_view name, std::span<const std::uint64_t> values);

  /// Adds numbers as multiples of the returned unit, rounded to 16 bits signed. Values that are not finite become 0.
  [[nodiscard]] double add_fractions(std::string_view name, std::span<const float> values);
  /// The same with a given unit.
  void add_multiples(std::string_view name, std::span<const float> values, double unit);

  [[nodiscard]] std::span<const Column> columns() const { return columns_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::vector<Column> columns_;
  std::string bytes_;
};

/// The unit in which 16 bits signed hold all of `values`: their largest magnitude / 32,000.
[[nodiscard]] double fraction_unit(std::span<const float> values);

}  // namespace vieweratlas::render_internal
