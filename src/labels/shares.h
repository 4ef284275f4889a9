#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vieweratlas/community/partition.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::labels_internal {

/// One game or language in one community, against the rest of the map.
struct Term {
  std::string value;      ///< as most channels write it
  double share = 0;       ///< of the community's channels that have the fact, 0..1; each channel counts 1, spread over its values
  double map_share = 0;   ///< the same of all channels
  double rest_share = 0;  ///< the same of all channels outside the community
  double z = 0;           ///< log-odds against the rest in standard deviations; 0 where there is nothing to compare with

  /// More frequent here than elsewhere, and not by chance.
  [[nodiscard]] bool distinctive() const;
};

/// One fact (games or languages) of one community.
struct Fact {
  std::vector<Term> terms;         ///< by falling share, ties by value
  std::uint32_t num_channels = 0;  ///< that have the fact at all: the denominator
};

/// Which fact of a channel is looked at: &Channel::games or &Channel::languages.
using ChannelFact = std::vector<WeightedValue> Channel::*;

/// Returns the fact per community. Values that differ in letter case only are one; empty ones and "unknown" are none. Values are made safe
/// text in one line.
/// Source of z: Monroe, Colaresi and Quinn 2008, log-odds ratio with an informative Dirichlet prior (eq. 16, 18, 20, 22).
[[nodiscard]] std::vector<Fact> community_facts(const Partition& partition, std::span<const Channel> channels, ChannelFact fact);

}  // namespace vieweratlas::labels_internal
