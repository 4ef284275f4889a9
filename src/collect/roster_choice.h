#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "vieweratlas/presence/sighting.h"

namespace vieweratlas::collect_internal {

/// Chooses the most watched channels so that those once chosen do not come and go with every look: a channel that is in stays
/// until it has fallen 20 % below the channel that would take its place, or is missing for the second time in a row.
class RosterChoice {
 public:
  /// `seen` are the live channels, each id once; what is not there is missing, unless the list was not read to its end (`complete`).
  /// Returns at most `limit`, by falling viewers, then by id.
  [[nodiscard]] std::vector<ChannelFacts> choose(std::vector<ChannelFacts> seen, std::size_t limit, bool complete);
  /// Forgets channels for which `stays` is false: they leave at once.
  void keep_only(const std::function<bool(const ChannelFacts&)>& stays);
  [[nodiscard]] bool empty() const { return chosen_.empty(); }

 private:
  struct Chosen {
    ChannelFacts facts;
    bool missing = false;
  };
  std::map<std::string, Chosen> chosen_;  // by id
};

}  // namespace vieweratlas::collect_internal
