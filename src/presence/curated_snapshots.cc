#include "presence/curated_snapshots.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "presence/intake.h"
#include "presence/resolve.h"
#include "presence/snapshot_fields.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"

namespace vieweratlas::presence_internal {
namespace {

SnapshotFacts facts_of(const DaySnapshot& snapshot) {
  return {.channel = snapshot.channel,
          .channel_id = snapshot.channel_id,
          .display_name = snapshot.display_name,
          .time_s = snapshot.time_s,
          .content = snapshot.content,
          .viewer_count = snapshot.has_viewer_count ? std::optional(snapshot.viewer_count) : std::nullopt,
          .seconds_observed = snapshot.has_seconds_observed ? std::optional(snapshot.seconds_observed) : std::nullopt,
          .game = snapshot.game,
          .language = snapshot.language,
          .title = snapshot.title,
          .source = snapshot.source};
}

/// Whether no rename and no missing source can join two of `snapshots`: all have ids or none has, ids and logins belong to each other one
/// to one, and all say their source.
bool are_plain(const std::vector<DaySnapshot>& snapshots) {
  std::unordered_map<std::string_view, std::string_view> id_of_login;
  std::unordered_map<std::string_view, std::string_view> login_of_id;
  for (const DaySnapshot& snapshot : snapshots) {
    if (snapshot.source.empty()) return false;
    if (id_of_login.try_emplace(snapshot.channel, snapshot.channel_id).first->second != snapshot.channel_id) return false;
    if (snapshot.channel_id.empty()) continue;
    if (login_of_id.try_emplace(snapshot.channel_id, snapshot.channel).first->second != snapshot.channel) return false;
  }
  return true;
}

}  // namespace

void CuratedSnapshots::add(DayNumber day, std::vector<DaySnapshot> snapshots) {
  Day& added = days_[day];
  added.records.reserve(snapshots.size());
  for (const DaySnapshot& snapshot : snapshots) added.records.push_back(intake_.add_record(facts_of(snapshot)).number);
  added.snapshots = std::move(snapshots);
}

/// Which snapshots of a day are one when nothing but the day is known: what the rows of its tables were counted by.
std::vector<std::uint32_t> CuratedSnapshots::groups_of(const std::vector<DaySnapshot>& snapshots) {
  std::vector<std::uint32_t> groups(snapshots.size());
  std::iota(groups.begin(), groups.end(), 0U);
  if (are_plain(snapshots)) return groups;
  IntakeShared shared;
  Intake intake(shared);
  for (std::size_t i = 0; i < snapshots.size(); ++i) groups[i] = intake.add_record(facts_of(snapshots[i])).number;
  const std::array<const Intake*, 1> intakes{&intake};
  const Resolution resolution = resolve(gather(intakes), shared.num_records.load(), {});
  for (std::uint32_t& group : groups) group = resolution.snapshot_of_record[group];
  return groups;
}

CuratedSnapshots::FitOfDay CuratedSnapshots::fit_day(const Day& day, const Resolution& resolution) {
  FitOfDay fit;
  const std::vector<std::uint32_t> groups = groups_of(day.snapshots);
  std::unordered_map<std::uint32_t, std::uint32_t> global_of_group;
  std::unordered_map<std::uint32_t, std::uint32_t> group_of_global;
  for (std::size_t i = 0; i < day.snapshots.size(); ++i) {
    const std::uint32_t global = resolution.snapshot_of_record[day.records[i]];
    const std::uint32_t channel = global == kOutside ? kOutside : resolution.snapshots[global].channel;
    const bool is_one = global_of_group.try_emplace(groups[i], global).first->second == global;
    const bool is_alone = global == kOutside || group_of_global.try_emplace(global, groups[i]).first->second == groups[i];
    const bool is_of_channel = fit.channels.try_emplace(day.snapshots[i].channel_number, channel).first->second == channel;
    if (is_one && is_alone && is_of_channel) continue;
    fit.fits = false;
    break;
  }
  return fit;
}

CuratedSnapshots::Fit CuratedSnapshots::fit(const Resolution& resolution, const std::set<DayNumber>& inside,
                                            std::vector<std::uint32_t>& chatters_of_snapshot, ThreadPool& pool) const {
  Fit fit;
  std::vector<std::pair<DayNumber, const Day*>> days;
  for (const auto& [number, day] : days_) {
    if (inside.contains(number)) days.emplace_back(number, &day);
  }
  std::vector<FitOfDay> fits(days.size());
  pool.parallel_for(days.size(), 1,
                    [&](std::size_t i, std::size_t /*end*/, unsigned /*worker*/) { fits[i] = fit_day(*days[i].second, resolution); });
  for (std::size_t d = 0; d < days.size(); ++d) {
    const auto& [number, day] = days[d];
    if (!fits[d].fits) {
      fit.misfits.insert(number);
      continue;
    }
    for (std::size_t i = 0; i < day->snapshots.size(); ++i) {
      const std::uint32_t global = resolution.snapshot_of_record[day->records[i]];
      if (global == kOutside) continue;
      fit.num_duplicate_rows += day->snapshots[i].num_duplicates;
      const ResolvedSnapshot& snapshot = resolution.snapshots[global];
      const bool is_counted = snapshot.viewer_count != kNoViewerCount && snapshot.viewer_count > 0;
      if (!is_counted) chatters_of_snapshot[global] += day->snapshots[i].num_viewers;
    }
    fit.channels.emplace(number, std::move(fits[d].channels));
  }
  return fit;
}

}  // namespace vieweratlas::presence_internal
