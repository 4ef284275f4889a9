#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vieweratlas {

/// The bipartite biadjacency matrix, channels x viewers, in compressed sparse rows.
///
/// Row c holds the viewers that were present in channel c at least once, ascending and unique. Ids are dense and valid in
/// one dataset only. Invariants: offsets.size() == num_channels() + 1, offsets.front() == 0, viewers.size() ==
/// counts.size() == offsets.back(), each viewer < num_viewers. Immutable once built.
struct Incidence {
  std::uint32_t num_viewers = 0;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> viewers;  ///< viewer ids, row by row
  std::vector<std::uint16_t> counts;   ///< snapshots in which the viewer was seen in the channel, >= 1, capped at 65535

  [[nodiscard]] std::uint32_t num_channels() const { return static_cast<std::uint32_t>(offsets.size() - 1); }
  [[nodiscard]] std::uint64_t num_memberships() const { return offsets.back(); }
  [[nodiscard]] std::span<const std::uint32_t> row(std::uint32_t channel) const {
    return std::span(viewers).subspan(offsets[channel], offsets[channel + 1] - offsets[channel]);
  }
};

}  // namespace vieweratlas
