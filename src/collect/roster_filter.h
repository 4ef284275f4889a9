#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/helix.h"

namespace vieweratlas::collect_internal {

/// Channels that do not want to be listened to, by login or id.
class OptOuts {
 public:
  explicit OptOuts(std::unordered_set<std::string> names) : names_(std::move(names)) {}
  [[nodiscard]] bool has(const ChannelFacts& facts) const { return names_.contains(facts.channel) || names_.contains(facts.channel_id); }

 private:
  std::unordered_set<std::string> names_;
};

/// An empty path holds nobody. A file that cannot be read, and an entry that is no name, are errors: nobody's wish may get lost.
/// Errors: not_found, denied, invalid_argument.
[[nodiscard]] Result<OptOuts> read_opt_outs(const std::filesystem::path& file);

/// Checks again what Helix was asked for, and what it cannot be asked for.
class RosterFilter {
 public:
  RosterFilter(const RosterOptions& options, const std::vector<std::string>& game_ids);
  [[nodiscard]] bool passes(const HelixStream& stream) const;

 private:
  std::uint64_t min_viewers_;
  std::unordered_set<std::string> languages_;
  std::unordered_set<std::string> game_ids_;
};

/// Which of `shards` collectors visits the channel: the same on every machine, whatever else is on the list.
[[nodiscard]] std::uint32_t shard_of(std::string_view channel_id, std::uint32_t shards);

}  // namespace vieweratlas::collect_internal
