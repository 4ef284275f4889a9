#include "presence/curated_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "presence/curated_aliases.h"
#include "presence/curated_snapshots.h"
#include "presence/membership_runs.h"
#include "presence/resolve.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/day.h"

namespace vieweratlas::presence_internal {
namespace {

class RowReader {
 public:
  RowReader(const ChannelMap& channels, const CuratedAliases& aliases, const std::vector<std::int64_t>& refused)
      : channels_(channels), aliases_(aliases), refused_(refused) {}

  Status take(std::span<const DayRow> rows) {
    for (const DayRow& row : rows) {
      if (row.viewer < 0 || row.buckets < 1 || std::tie(row.viewer, row.channel) <= std::tie(last_viewer_, last_channel_)) {
        return Error{ErrorCode::kCorruptData, "its rows are out of order"};
      }
      if (row.viewer != last_viewer_) begin_viewer(row.viewer);
      last_channel_ = row.channel;
      const auto channel = channels_.find(row.channel);
      if (channel == channels_.end()) return Error{ErrorCode::kCorruptData, "it has rows of a channel that its snapshots do not have"};
      if (channel->second == kOutside) continue;
      result_.num_presence_rows += static_cast<std::uint64_t>(row.buckets);
      MembershipRun& run = moved_to_ ? result_.moved : result_.run;
      run.push_back(
          {.viewer = moved_to_.value_or(row.viewer), .channel = channel->second, .count = static_cast<std::uint32_t>(row.buckets)});
    }
    return {};
  }

  CuratedRows finish() && {
    tidy(result_.run);
    const std::size_t num_moved = result_.moved.size();
    tidy(result_.moved);
    // Two numbers of one viewer in one channel: whether in the same snapshots, only the raw files tell.
    if (result_.moved.size() < num_moved) result_.fits = false;
    for (const Membership& membership : result_.moved) {
      const auto at = std::lower_bound(result_.run.begin(), result_.run.end(), membership, [](const Membership& a, const Membership& b) {
        return std::tie(a.viewer, a.channel) < std::tie(b.viewer, b.channel);
      });
      if (at != result_.run.end() && at->viewer == membership.viewer && at->channel == membership.channel) result_.fits = false;
    }
    return std::move(result_);
  }

 private:
  void begin_viewer(std::int64_t viewer) {
    last_viewer_ = viewer;
    moved_to_ = aliases_.viewer_of(viewer);
    if (std::binary_search(refused_.begin(), refused_.end(), viewer)) result_.fits = false;
  }

  const ChannelMap& channels_;
  const CuratedAliases& aliases_;
  const std::vector<std::int64_t>& refused_;
  CuratedRows result_;
  std::int64_t last_viewer_ = -1;
  std::int64_t last_channel_ = 0;
  std::optional<std::int64_t> moved_to_;
};

}  // namespace

Result<CuratedRows> read_curated_rows(DayRowSource& rows, const ChannelMap& channels, const CuratedAliases& aliases,
                                      const std::vector<std::int64_t>& refused) {
  RowReader reader(channels, aliases, refused);
  for (;;) {
    const Result<std::span<const DayRow>> piece = rows.next();
    if (!piece) return piece.error();
    if (piece->empty()) return std::move(reader).finish();
    if (Status taken = reader.take(*piece); !taken) return std::move(taken).error();
  }
}

Result<bool> has_any_of(DayRowSource& rows, const std::vector<std::int64_t>& viewers) {
  for (;;) {
    const Result<std::span<const DayRow>> piece = rows.next();
    if (!piece) return piece.error();
    if (piece->empty()) return false;
    const bool has = std::any_of(piece->begin(), piece->end(),
                                 [&](const DayRow& row) { return std::binary_search(viewers.begin(), viewers.end(), row.viewer); });
    if (has) return true;
  }
}

}  // namespace vieweratlas::presence_internal
