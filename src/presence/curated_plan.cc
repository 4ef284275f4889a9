#include "presence/curated_plan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "presence/file_name.h"
#include "presence/intake.h"
#include "presence/listing.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::presence_internal {
namespace {

bool may_hold_snapshots(std::string_view key) { return !is_membership(key) && interpret_file_name(key).format != SnapshotFormat::kNone; }

class Planner {
 public:
  Planner(const std::vector<InputFile>& files, const ReadOptions& options) : files_(files), options_(options) {
    plan_.facts.assign(files.size(), nullptr);
  }

  CuratedPlan run(const std::vector<CuratedDay>& days, const std::set<DayNumber>& raw_days) && {
    for (const CuratedDay& day : days) {
      if (day.is_exact && !raw_days.contains(day.day) && is_wanted(day.day) && all_known(day)) plan_.days.emplace(day.day, &day);
    }
    while (drop_incomplete_days()) {
    }
    for (const auto& [number, day] : plan_.days) {
      for (const FileFacts& facts : day->inputs) {
        if (const std::optional<std::size_t> i = find(facts.object.key)) plan_.facts[*i] = &facts;
      }
    }
    for (std::uint32_t i = 0; i < files_.size(); ++i) {
      if (is_covered(i)) continue;
      plan_.to_read.push_back(i);
      plan_.passes_over.push_back(plan_.facts[i] != nullptr ? 1 : 0);
    }
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool is_wanted(DayNumber day) const {
    std::int64_t since_s = std::numeric_limits<std::int64_t>::min();
    std::int64_t until_s = std::numeric_limits<std::int64_t>::max();
    if (options_.since) since_s = options_.since->time_since_epoch().count();
    if (options_.until) until_s = options_.until->time_since_epoch().count();
    return day_in_window(day, since_s, until_s) != DayInWindow::kPart;
  }

  [[nodiscard]] std::optional<std::size_t> find(std::string_view key) const {
    const auto at = std::lower_bound(files_.begin(), files_.end(), key,
                                     [](const InputFile& file, std::string_view wanted) { return file.object.key < wanted; });
    if (at == files_.end() || at->object.key != key) return std::nullopt;
    return static_cast<std::size_t>(at - files_.begin());
  }

  [[nodiscard]] bool is_known(const FileFacts& facts) const {
    if (!may_hold_snapshots(facts.object.key)) return true;  // no input of an analysis
    const std::optional<std::size_t> i = find(facts.object.key);
    if (!i) return false;
    const InputFile& file = files_[*i];
    if (file.object.num_bytes != facts.object.num_bytes || file.object.version != facts.object.version) return false;
    // The tables were made of files that nobody writes; others may be read otherwise.
    if ((facts.unfinished && file.being_written) || facts.digest.empty()) return false;
    // People to forget are looked for in records that are lost, too: how often they were met there no table says.
    return !options_.refuse || facts.losses.empty();
  }

  [[nodiscard]] bool all_known(const CuratedDay& day) const {
    return std::all_of(day.inputs.begin(), day.inputs.end(), [this](const FileFacts& facts) { return is_known(facts); });
  }

  /// A file that came after a day's tables were made may be known from another day. True when a day went.
  bool drop_incomplete_days() {
    std::set<DayNumber> incomplete;
    for (const auto& [number, day] : plan_.days) {
      for (const FileFacts& facts : day->inputs) {
        for (const DayNumber other : facts.days) {
          const auto it = plan_.days.find(other);
          if (it == plan_.days.end() || it->second == day) continue;
          const auto& inputs = it->second->inputs;
          const auto at = std::lower_bound(inputs.begin(), inputs.end(), facts.object.key,
                                           [](const FileFacts& input, const std::string& key) { return input.object.key < key; });
          if (at == inputs.end() || at->object.key != facts.object.key) incomplete.insert(other);
        }
      }
    }
    for (const DayNumber day : incomplete) plan_.days.erase(day);
    return !incomplete.empty();
  }

  [[nodiscard]] bool is_covered(std::size_t i) const {
    const FileFacts* facts = plan_.facts[i];
    if (facts == nullptr) return false;
    return std::all_of(facts->days.begin(), facts->days.end(), [this](DayNumber day) { return plan_.days.contains(day); });
  }

  const std::vector<InputFile>& files_;
  const ReadOptions& options_;
  CuratedPlan plan_;
};

}  // namespace

CuratedPlan plan_curated(const std::vector<InputFile>& files, const std::vector<CuratedDay>& days, const std::set<DayNumber>& raw_days,
                         const ReadOptions& options) {
  return Planner(files, options).run(days, raw_days);
}

DayInWindow day_in_window(DayNumber day, std::int64_t since_s, std::int64_t until_s) {
  const std::int64_t begin_s = std::int64_t{day} * kDaySeconds;
  const std::int64_t end_s = begin_s + kDaySeconds;
  if (end_s <= since_s || begin_s >= until_s) return DayInWindow::kNone;
  return begin_s >= since_s && end_s <= until_s ? DayInWindow::kWhole : DayInWindow::kPart;
}

}  // namespace vieweratlas::presence_internal
