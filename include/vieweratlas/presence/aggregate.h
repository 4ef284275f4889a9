#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/incidence.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {

/// Filters, applied in this order. A viewer's degree is the number of channels after the channel filters.
struct AggregateOptions {
  std::vector<std::string> bots;           ///< logins or platform ids, any case: removed first
  std::uint64_t min_viewer_count = 0;      ///< channels whose highest reported viewer_count is below it are left out
  std::vector<std::string> exclude_games;  ///< channels whose top game is one of these (any case) are left out
  /// Viewers seen in more channels than this are removed (degree cap; bots cost degree^2). 0 = keep all.
  std::uint32_t max_channels_per_viewer = 0;
  std::uint32_t min_user_appearances = 1;  ///< viewers seen in fewer channels are removed (2 = repeat viewers only), >= 1
  std::uint64_t min_channel_viewers = 0;   ///< channels with a smaller audience are left out, last
};

struct AggregateReport {
  std::uint32_t channels_before = 0;
  std::uint32_t channels_below_viewer_count = 0;
  std::uint32_t channels_excluded_by_game = 0;
  std::uint32_t channels_below_audience = 0;
  std::uint64_t viewers_before = 0;
  std::uint64_t viewers_on_bot_list = 0;  ///< removed, of those listed
  std::uint64_t viewers_over_cap = 0;
  std::uint64_t viewers_below_appearances = 0;
  std::uint64_t memberships_before = 0;
  std::uint64_t memberships_after = 0;
};

struct Aggregate {
  std::vector<Channel> channels;  ///< sorted by falling audience, ties by login
  Incidence incidence;            ///< ids renumbered, dense; viewers without a channel are gone
  AggregateReport report;
};

/// Applies the filters to `presence`. Viewer ids are numbered anew in order of first appearance by row.
/// Errors: invalid_argument (min_user_appearances 0), no_data (nothing left; names the filter that removed most).
/// O(memberships log).
[[nodiscard]] Result<Aggregate> aggregate(const Presence& presence, const AggregateOptions& options, ThreadPool& pool);

}  // namespace vieweratlas
