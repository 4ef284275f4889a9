#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "presence/intake.h"
#include "presence/resolve.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"

namespace vieweratlas::presence_internal {

/// By DayRow::channel: an index into Resolution::channels; kOutside for channels that are excluded.
using ChannelMap = std::unordered_map<std::int64_t, std::uint32_t>;

/// The snapshots of curated days as records beside those of raw files.
class CuratedSnapshots {
 public:
  /// `shared` gives the records their numbers and must outlive this.
  explicit CuratedSnapshots(IntakeShared& shared) : intake_(shared) {}

  void add(DayNumber day, std::vector<DaySnapshot> snapshots);
  [[nodiscard]] const Intake& intake() const { return intake_; }

  /// What the answer of resolve() means for days in `inside`, which the window wants as a whole.
  struct Fit {
    std::set<DayNumber> misfits;  ///< their snapshots or channels do not belong together as their tables have it
    std::map<DayNumber, ChannelMap> channels;
    std::uint64_t num_duplicate_rows = 0;
  };
  /// Adds the viewers of snapshots without a viewer_count to `chatters_of_snapshot`.
  [[nodiscard]] Fit fit(const Resolution& resolution, const std::set<DayNumber>& inside, std::vector<std::uint32_t>& chatters_of_snapshot,
                        ThreadPool& pool) const;

 private:
  struct Day {
    std::vector<DaySnapshot> snapshots;
    std::vector<std::uint32_t> records;  ///< their numbers
  };
  struct FitOfDay {
    bool fits = true;
    ChannelMap channels;
  };
  [[nodiscard]] static std::vector<std::uint32_t> groups_of(const std::vector<DaySnapshot>& snapshots);
  [[nodiscard]] static FitOfDay fit_day(const Day& day, const Resolution& resolution);

  Intake intake_;
  std::map<DayNumber, Day> days_;
};

}  // namespace vieweratlas::presence_internal
