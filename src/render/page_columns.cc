#include "render/page_columns.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vieweratlas::render_internal {
namespace {

/// Leaves room below 32,767 for rounding.
constexpr double kLargestMultiple = 32000;

/// Appends the lowest `width` bytes of each word, plane by plane.
void append_planes(std::string& out, std::span<const std::uint64_t> words, unsigned width) {
  out.reserve(out.size() + words.size() * width);
  for (unsigned byte = 0; byte < width; ++byte) {
    for (const std::uint64_t word : words) {
      out.push_back(static_cast<char>((word >> (8 * byte)) & 0xFFU));
    }
  }
}

}  // namespace

void PageColumns::add_counts(std::string_view name, std::span<const std::uint64_t> values) {
  const std::uint64_t largest = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  if (largest > std::numeric_limits<std::uint32_t>::max()) {
    std::vector<std::uint64_t> words;
    words.reserve(values.size());
    for (const std::uint64_t value : values) {
      words.push_back(std::bit_cast<std::uint64_t>(static_cast<double>(value)));
    }
    columns_.push_back({name, "f64", values.size()});
    append_planes(bytes_, words, 8);
    return;
  }
  const unsigned width = largest > 0xFFFFU ? 4 : largest > 0xFFU ? 2 : 1;
  columns_.push_back({name, width == 4 ? "u32" : width == 2 ? "u16" : "u8", values.size()});
  append_planes(bytes_, values, width);
}

double PageColumns::add_fractions(std::string_view name, std::span<const float> values) {
  const double unit = fraction_unit(values);
  add_multiples(name, values, unit);
  return unit;
}

void PageColumns::add_multiples(std::string_view name, std::span<const float> values, double unit) {
  std::vector<std::uint64_t> words;
  words.reserve(values.size());
  for (const float value : values) {
    const double multiple = std::isfinite(value) ? std::round(static_cast<double>(value) / unit) : 0.0;
    const double bounded = std::clamp(multiple, -32767.0, 32767.0);
    words.push_back(static_cast<std::uint16_t>(static_cast<std::int16_t>(bounded)));
  }
  columns_.push_back({name, "i16", values.size()});
  append_planes(bytes_, words, 2);
}

double fraction_unit(std::span<const float> values) {
  double largest = 0;
  for (const float value : values) {
    if (std::isfinite(value)) {
      largest = std::max(largest, std::abs(static_cast<double>(value)));
    }
  }
  return largest > 0 ? largest / kLargestMultiple : 1.0;
}

}  // namespace vieweratlas::render_internal
