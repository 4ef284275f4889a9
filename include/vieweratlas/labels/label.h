#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas {

struct LabelOptions {
  double game_threshold = 60;      ///< percent, (0, 100]: the share at which a game names a community
  double language_threshold = 40;  ///< percent, (0, 100]
};

/// A share of a community's channels (those that have the fact at all), with the share on the whole map beside it.
struct LabelShare {
  std::string value;   ///< a game, or a language code
  double percent = 0;  ///< of the community's channels with metadata, each channel counting 1 spread over its values
  double map_percent = 0;
};

struct CommunityLabel {
  std::string text;                            ///< unique on the map, never empty: "Valorant (English)", "German · Just Chatting", ...
  std::string reason;                          ///< one sentence with the numbers behind the text
  std::vector<LabelShare> games;               ///< top 5, falling
  std::vector<LabelShare> languages;           ///< top 5, falling
  std::vector<std::uint32_t> representatives;  ///< up to 5 channel ids, the most typical first
  std::uint32_t num_channels = 0;
  std::uint32_t num_with_game = 0;  ///< channels with game metadata: the denominator
  std::uint32_t num_with_language = 0;
  bool clear_game = false;
  bool clear_language = false;
};

/// Returns one label per community, in the partition's order; texts are pairwise different (ignoring case).
/// `channels` has one entry per node of `graph`. Errors: invalid_argument (thresholds). O(channels + edges).
[[nodiscard]] Result<std::vector<CommunityLabel>> label_communities(const Partition& partition, std::span<const Channel> channels,
                                                                    const OverlapGraph& graph, const LabelOptions& options);

/// The English name of a language code ("en" -> "English", "pt-br" -> "Portuguese (Brazil)"); an unknown code itself.
[[nodiscard]] std::string language_name(std::string_view code);

}  // namespace vieweratlas
