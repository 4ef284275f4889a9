#include "vieweratlas/presence/quality.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <vector>

#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/incidence.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kNumTopChannels = 10;
// Nobody watches a hundred channels in some days; twice what all but one in a thousand do is beyond the tail of people.
constexpr std::uint32_t kLeastBotDegree = 100;
constexpr std::uint64_t kBotQuantileDivisor = 1000;

std::vector<std::uint32_t> degrees_of(const Incidence& incidence) {
  std::vector<std::uint32_t> degrees(incidence.num_viewers, 0);
  for (const std::uint32_t viewer : incidence.viewers) ++degrees[viewer];
  return degrees;
}

/// num_with[d] viewers were seen in d channels.
std::vector<std::uint64_t> histogram_of(const std::vector<std::uint32_t>& degrees) {
  std::vector<std::uint64_t> num_with(1, 0);
  for (const std::uint32_t degree : degrees) {
    if (degree >= num_with.size()) num_with.resize(degree + std::size_t{1}, 0);
    ++num_with[degree];
  }
  return num_with;
}

/// Viewers with at least `degree` channels.
std::uint64_t num_from(const std::vector<std::uint64_t>& num_with, std::size_t degree) {
  if (degree >= num_with.size()) return 0;
  return std::accumulate(num_with.begin() + static_cast<std::ptrdiff_t>(degree), num_with.end(), std::uint64_t{0});
}

/// The smallest degree that all but one in a thousand viewers do not exceed.
std::uint32_t high_quantile(const std::vector<std::uint64_t>& num_with, std::uint64_t num_viewers) {
  std::uint64_t above = num_viewers;
  for (std::size_t degree = 0; degree < num_with.size(); ++degree) {
    above -= num_with[degree];
    if (above <= num_viewers / kBotQuantileDivisor) return static_cast<std::uint32_t>(degree);
  }
  return 0;
}

void add_viewers(const Presence& presence, QualityReport& report) {
  const std::vector<std::uint64_t> num_with = histogram_of(degrees_of(presence.incidence));
  const std::uint64_t num_viewers = presence.incidence.num_viewers;
  report.total_unique_viewers = num_viewers;
  report.total_viewers_per_channel = presence.incidence.num_memberships();
  report.repeat_viewers_2plus = num_from(num_with, 2);
  report.repeat_viewers_3plus = num_from(num_with, 3);
  report.one_off_viewers = num_from(num_with, 1) - report.repeat_viewers_2plus;
  report.suspected_bot_degree = std::max(kLeastBotDegree, 2 * high_quantile(num_with, num_viewers));
  report.suspected_bots = num_from(num_with, report.suspected_bot_degree + std::size_t{1});
  if (num_viewers == 0) return;
  report.avg_channels_per_viewer = static_cast<double>(report.total_viewers_per_channel) / static_cast<double>(num_viewers);
  report.one_off_percentage = 100.0 * static_cast<double>(report.one_off_viewers) / static_cast<double>(num_viewers);
}

void add_channels(const Presence& presence, QualityReport& report) {
  report.total_channels = static_cast<std::uint32_t>(presence.channels.size());
  if (presence.channels.empty()) return;
  std::vector<std::uint32_t> order(presence.channels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Channel& left = presence.channels[a];
    const Channel& right = presence.channels[b];
    return left.audience != right.audience ? left.audience > right.audience : left.login < right.login;
  });
  const std::size_t size = order.size();
  const auto audience = [&](std::size_t rank) { return presence.channels[order[rank]].audience; };
  report.max_viewers = audience(0);
  report.min_viewers = audience(size - 1);
  report.median_viewers = (static_cast<double>(audience((size - 1) / 2)) + static_cast<double>(audience(size / 2))) / 2;
  report.avg_viewers = static_cast<double>(presence.incidence.num_memberships()) / static_cast<double>(size);
  for (std::size_t rank = 0; rank < std::min(size, kNumTopChannels); ++rank) {
    report.top_channels_by_viewers.push_back({.channel = presence.channels[order[rank]].login, .viewers = audience(rank)});
  }
}

void add_coverage(const Presence& presence, QualityReport& report) {
  report.total_snapshots = presence.report.num_snapshots;
  report.snapshots_observed = presence.report.num_snapshots_observed;
  report.channel_hours_observed = static_cast<double>(presence.report.seconds_observed) / 3600;
  const auto& hours = presence.report.snapshots_per_hour;
  report.hours_covered = hours.size();
  if (hours.empty()) return;
  const auto hours_between = [](UtcTime a, UtcTime b) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::hours>(b - a).count());
  };
  report.hours_in_window = hours_between(hours.begin()->first, hours.rbegin()->first) + 1;
  for (auto next = std::next(hours.begin()), it = hours.begin(); next != hours.end(); ++it, ++next) {
    report.longest_gap_hours = std::max(report.longest_gap_hours, hours_between(it->first, next->first) - 1);
  }
}

}  // namespace

QualityReport quality_report(const Presence& presence) {
  QualityReport report;
  add_viewers(presence, report);
  add_channels(presence, report);
  add_coverage(presence, report);
  return report;
}

}  // namespace vieweratlas
