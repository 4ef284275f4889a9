#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/losses.h"

namespace vieweratlas::graph_internal {

/// Channels in order of appearance, found by login.
class ChannelTable {
 public:
  /// The channel of an id as written in a file, letter case aside; a new one is known by that name alone.
  std::uint32_t find_or_add(std::string_view id);

  [[nodiscard]] std::vector<Channel>& channels() { return channels_; }

 private:
  std::vector<Channel> channels_;
  std::unordered_map<std::string, std::uint32_t> by_login_;  // only looked up, never walked
  std::string key_;
};

/// Reads a nodes file (see read_measured_graph) into `table`. Errors: corrupt_data (no usable header).
[[nodiscard]] Status read_nodes(std::string_view text, std::string_view name, ChannelTable& table, Losses& losses);

}  // namespace vieweratlas::graph_internal
