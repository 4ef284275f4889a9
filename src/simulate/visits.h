#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "simulate/world.h"

namespace vieweratlas::simulate_internal {

/// Who was seen in each moment of one channel: viewers of moment m are viewers[offsets[m]..offsets[m + 1]), in no order.
struct Visits {
  std::vector<std::uint32_t> offsets;
  std::vector<std::uint32_t> viewers;

  [[nodiscard]] std::span<const std::uint32_t> at(std::size_t moment) const {
    return std::span(viewers).subspan(offsets[moment], offsets[moment + 1] - offsets[moment]);
  }
};

/// Spreads the members of `channel` over its moments; each is seen at least once. counts[i] becomes the number of moments in
/// which members[i] was seen.
[[nodiscard]] Visits draw_visits(const World& world, std::uint32_t channel, std::span<const std::uint32_t> members,
                                 std::span<std::uint16_t> counts);

}  // namespace vieweratlas::simulate_internal
