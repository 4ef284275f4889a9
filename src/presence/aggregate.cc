#include "vieweratlas/presence/aggregate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/incidence.h"
#include "vieweratlas/presence/read.h"

// The filters only decide which rows and which viewers stay; the matrix is copied once, at the end. Kept rows are listed in
// `kept_channels_`, kept viewers marked in `keeps_viewer_`.

namespace vieweratlas {
namespace {

constexpr std::size_t kRowGrain = 16;  // rows differ in length by orders of magnitude: small chunks balance
constexpr std::uint32_t kNoViewer = ~0U;

class Aggregation {
 public:
  Aggregation(const Presence& presence, const AggregateOptions& options, ThreadPool& pool)
      : presence_(presence), options_(options), pool_(pool), keeps_viewer_(presence.incidence.num_viewers, 1) {}

  Result<Aggregate> run() && {
    report_.channels_before = static_cast<std::uint32_t>(presence_.channels.size());
    report_.viewers_before = presence_.incidence.num_viewers;
    report_.memberships_before = presence_.incidence.num_memberships();
    remove_bots();
    filter_channels_by_facts();
    filter_viewers_by_degree();
    filter_channels_by_audience();
    Aggregate result = copy();
    if (result.channels.empty() || result.incidence.num_viewers == 0) return nothing_left();
    return result;
  }

 private:
  void remove_bots();
  void filter_channels_by_facts();
  void filter_viewers_by_degree();
  void filter_channels_by_audience();
  Aggregate copy();
  [[nodiscard]] std::vector<std::uint32_t> number_viewers() const;
  [[nodiscard]] Error nothing_left() const;

  const Presence& presence_;
  const AggregateOptions& options_;
  ThreadPool& pool_;
  AggregateReport report_;
  std::vector<std::uint8_t> keeps_viewer_;
  std::vector<std::uint32_t> kept_channels_;
  std::vector<std::uint64_t> audiences_;  ///< by channel of presence_
};

void Aggregation::remove_bots() {
  for (const std::string& bot : options_.bots) {
    const auto viewer = presence_.viewers.find(trim(bot));
    // A bot that is listed twice, by login and by id, is one.
    if (!viewer || keeps_viewer_[*viewer] == 0) continue;
    keeps_viewer_[*viewer] = 0;
    ++report_.viewers_on_bot_list;
  }
}

void Aggregation::filter_channels_by_facts() {
  std::set<std::string, std::less<>> excluded;
  for (const std::string& game : options_.exclude_games) excluded.insert(to_lower(trim(game)));
  for (std::uint32_t c = 0; c < presence_.channels.size(); ++c) {
    const Channel& channel = presence_.channels[c];
    if (channel.viewer_count < options_.min_viewer_count) {
      ++report_.channels_below_viewer_count;
    } else if (!excluded.empty() && !channel.games.empty() && excluded.contains(to_lower(channel.games.front().value))) {
      ++report_.channels_excluded_by_game;
    } else {
      kept_channels_.push_back(c);
    }
  }
}

/// Degrees count kept channels only; a viewer of none is gone without a count, as the channel filters took it.
void Aggregation::filter_viewers_by_degree() {
  if (options_.max_channels_per_viewer == 0 && options_.min_user_appearances <= 1) return;
  std::vector<std::uint32_t> degrees(keeps_viewer_.size(), 0);
  for (const std::uint32_t channel : kept_channels_) {
    for (const std::uint32_t viewer : presence_.incidence.row(channel)) ++degrees[viewer];
  }
  for (std::size_t viewer = 0; viewer < degrees.size(); ++viewer) {
    if (keeps_viewer_[viewer] == 0 || degrees[viewer] == 0) continue;
    const bool is_over = options_.max_channels_per_viewer > 0 && degrees[viewer] > options_.max_channels_per_viewer;
    const bool is_below = !is_over && degrees[viewer] < options_.min_user_appearances;
    report_.viewers_over_cap += is_over ? 1 : 0;
    report_.viewers_below_appearances += is_below ? 1 : 0;
    if (is_over || is_below) keeps_viewer_[viewer] = 0;
  }
}

void Aggregation::filter_channels_by_audience() {
  audiences_.assign(presence_.channels.size(), 0);
  pool_.parallel_for(kept_channels_.size(), kRowGrain, [&](std::size_t begin, std::size_t end, unsigned /*worker*/) {
    for (std::size_t i = begin; i < end; ++i) {
      std::uint64_t audience = 0;
      for (const std::uint32_t viewer : presence_.incidence.row(kept_channels_[i])) audience += keeps_viewer_[viewer];
      audiences_[kept_channels_[i]] = audience;
    }
  });
  report_.channels_below_audience = static_cast<std::uint32_t>(
      std::erase_if(kept_channels_, [&](std::uint32_t c) { return audiences_[c] < options_.min_channel_viewers; }));
  std::sort(kept_channels_.begin(), kept_channels_.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (audiences_[a] != audiences_[b]) return audiences_[a] > audiences_[b];
    return presence_.channels[a].login < presence_.channels[b].login;
  });
}

/// New ids in order of first appearance by row: viewers of large channels, which are many, get ids that are near each other.
std::vector<std::uint32_t> Aggregation::number_viewers() const {
  std::vector<std::uint32_t> numbers(keeps_viewer_.size(), kNoViewer);
  std::uint32_t next = 0;
  for (const std::uint32_t channel : kept_channels_) {
    for (const std::uint32_t viewer : presence_.incidence.row(channel)) {
      if (keeps_viewer_[viewer] != 0 && numbers[viewer] == kNoViewer) numbers[viewer] = next++;
    }
  }
  return numbers;
}

Aggregate Aggregation::copy() {
  Aggregate result;
  const std::vector<std::uint32_t> numbers = number_viewers();
  Incidence& incidence = result.incidence;
  incidence.offsets.assign(1, 0);
  for (const std::uint32_t channel : kept_channels_) {
    incidence.offsets.push_back(incidence.offsets.back() + audiences_[channel]);
    result.channels.push_back(presence_.channels[channel]);
    result.channels.back().audience = audiences_[channel];
  }
  incidence.viewers.resize(incidence.offsets.back());
  incidence.counts.resize(incidence.offsets.back());
  incidence.num_viewers =
      static_cast<std::uint32_t>(std::count_if(numbers.begin(), numbers.end(), [](std::uint32_t number) { return number != kNoViewer; }));
  pool_.parallel_for(kept_channels_.size(), kRowGrain, [&](std::size_t begin, std::size_t end, unsigned /*worker*/) {
    std::vector<std::uint64_t> row;  // new id and count in one word, so that sorting moves one word
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint64_t first = presence_.incidence.offsets[kept_channels_[i]];
      const auto viewers = presence_.incidence.row(kept_channels_[i]);
      row.clear();
      for (std::size_t j = 0; j < viewers.size(); ++j) {
        if (keeps_viewer_[viewers[j]] == 0) continue;
        row.push_back((std::uint64_t{numbers[viewers[j]]} << 16U) | presence_.incidence.counts[first + j]);
      }
      std::sort(row.begin(), row.end());
      for (std::size_t j = 0; j < row.size(); ++j) {
        incidence.viewers[incidence.offsets[i] + j] = static_cast<std::uint32_t>(row[j] >> 16U);
        incidence.counts[incidence.offsets[i] + j] = static_cast<std::uint16_t>(row[j]);
      }
    }
  });
  report_.memberships_after = incidence.num_memberships();
  result.report = report_;
  return result;
}

/// Names the filter that took the largest share of what it filters.
Error Aggregation::nothing_left() const {
  struct Filter {
    std::string_view name;
    std::string_view unit;
    std::uint64_t removed;
    std::uint64_t before;
  };
  const std::uint64_t channels = report_.channels_before;
  const std::uint64_t viewers = report_.viewers_before;
  const std::array<Filter, 6> filters{{
      {"min_viewer_count", "channels", report_.channels_below_viewer_count, channels},
      {"exclude_games", "channels", report_.channels_excluded_by_game, channels},
      {"the bot list", "viewers", report_.viewers_on_bot_list, viewers},
      {"max_channels_per_viewer", "viewers", report_.viewers_over_cap, viewers},
      {"min_user_appearances", "viewers", report_.viewers_below_appearances, viewers},
      {"min_channel_viewers", "channels", report_.channels_below_audience, channels},
  }};
  const auto* most = std::max_element(filters.begin(), filters.end(),
                                      [](const Filter& a, const Filter& b) { return a.removed * b.before < b.removed * a.before; });
  if (most->removed == 0) return {ErrorCode::kNoData, "No viewers found: all snapshots are of empty chats"};
  return {ErrorCode::kNoData, "No data is left after the filters: " + std::string(most->name) + " removed " +
                                  with_thousands(most->removed) + " of " + with_thousands(most->before) + " " + std::string(most->unit) +
                                  "; relax it"};
}

}  // namespace

Result<Aggregate> aggregate(const Presence& presence, const AggregateOptions& options, ThreadPool& pool) {
  if (options.min_user_appearances == 0) {
    return Error{ErrorCode::kInvalidArgument, "min_user_appearances must be at least 1: a viewer who was seen nowhere cannot be kept"};
  }
  return Aggregation(presence, options, pool).run();
}

}  // namespace vieweratlas
