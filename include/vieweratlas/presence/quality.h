#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/incidence.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {

struct ChannelAudience {
  std::string channel;
  std::uint64_t viewers = 0;
};

/// How good the data is. Field names are those of the JSON report.
struct QualityReport {
  std::uint32_t total_channels = 0;
  std::uint64_t total_unique_viewers = 0;
  std::uint64_t total_viewers_per_channel = 0;  ///< sum of the channels' audiences
  std::uint64_t total_snapshots = 0;
  double avg_viewers = 0;  ///< mean of the channels' audiences; likewise median, max, min
  double median_viewers = 0;
  std::uint64_t max_viewers = 0;
  std::uint64_t min_viewers = 0;
  double avg_channels_per_viewer = 0;
  std::uint64_t repeat_viewers_2plus = 0;  ///< seen in 2 or more channels
  std::uint64_t repeat_viewers_3plus = 0;
  std::uint64_t one_off_viewers = 0;  ///< seen in one channel
  double one_off_percentage = 0;
  std::uint64_t suspected_bots = 0;        ///< viewers in more channels than `suspected_bot_degree`
  std::uint32_t suspected_bot_degree = 0;  ///< max(100, 2 x the 99.9th percentile of channels per viewer)
  std::uint64_t hours_in_window = 0;
  std::uint64_t hours_covered = 0;  ///< hours with at least one snapshot
  std::uint64_t longest_gap_hours = 0;
  std::uint64_t snapshots_observed = 0;                  ///< snapshots that say how long was listened
  double channel_hours_observed = 0;                     ///< their sum
  std::vector<ChannelAudience> top_channels_by_viewers;  ///< 10
};

[[nodiscard]] QualityReport quality_report(const Presence& presence);

}  // namespace vieweratlas
