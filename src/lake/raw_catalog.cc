#include "lake/raw_catalog.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/redact.h"
#include "vieweratlas/privacy/retention.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::lake_internal {
namespace {

bool is_in_folder(std::string_view key, std::string_view folder) {
  const std::string with_slash = std::string(folder) + "/";
  return key.starts_with(with_slash) || key.find("/" + with_slash) != std::string_view::npos;
}

}  // namespace

bool is_membership_file(std::string_view key) { return is_in_folder(key, "membership"); }

bool is_raw_file(std::string_view key) {
  constexpr std::array<std::string_view, 4> kOthers{"state/", "curated/", "processed/", "outputs/"};
  if (std::any_of(kOthers.begin(), kOthers.end(), [&](std::string_view folder) { return key.starts_with(folder); })) return false;
  return may_hold_viewers(key) && !is_membership_file(key) && !is_in_folder(key, "vod_chat");
}

std::optional<DayNumber> day_told_by(std::string_view key) {
  const std::optional<UtcTime> end = end_of_day_told_by(key);
  if (!end) return std::nullopt;
  return static_cast<DayNumber>(std::chrono::floor<std::chrono::days>(*end).time_since_epoch().count()) - 1;
}

Status RawCatalog::load(const std::vector<LakeManifest>& manifests, Range range, const ViewerNumbering& number) {
  Result<std::vector<StoredObject>> objects = input_.list();
  if (!objects) return std::move(objects).error();
  std::map<std::string_view, const FileFacts*> known;
  for (const LakeManifest& manifest : manifests) {
    for (const FileFacts& file : manifest.inputs) known.emplace(file.object.key, &file);
  }
  std::vector<StoredObject> unknown;
  for (StoredObject& object : *objects) {
    if (is_membership_file(object.key)) ++num_membership_;
    if (!is_raw_file(object.key)) continue;
    listed_.insert(object.key);
    const auto found = known.find(object.key);
    const bool is_same =
        found != known.end() && found->second->object.num_bytes == object.num_bytes && found->second->object.version == object.version;
    if (is_same) {
      add(*found->second);
      continue;
    }
    const std::optional<DayNumber> day = day_told_by(object.key);
    if (found == known.end() && day && (*day < range.first - 1 || *day > range.last + 1)) {
      ++num_left_;
    } else {
      unknown.push_back(std::move(object));
    }
  }
  return read_unknown(unknown, range, number);
}

/// The day that most of the unknown bytes seem to be of is read at once: each night that is yesterday.
Status RawCatalog::read_unknown(const std::vector<StoredObject>& unknown, Range range, const ViewerNumbering& number) {
  if (unknown.empty()) return {};
  std::map<DayNumber, std::uint64_t> bytes_of;
  for (const StoredObject& object : unknown) {
    const std::optional<DayNumber> day = day_told_by(object.key);
    if (day && *day >= range.first && *day <= range.last) bytes_of[*day] += object.num_bytes;
  }
  const auto most = std::max_element(bytes_of.begin(), bytes_of.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != bytes_of.end()) day_ahead_ = most->first;
  Result<DaysRead> read = read_days(input_, unknown, [this](DayNumber day) { return day == day_ahead_; }, number, refuse_, pool_);
  if (!read) return std::move(read).error();
  num_read_ = unknown.size();
  ahead_ = *std::move(read);
  for (const FileFacts& facts : ahead_.files) add(facts);
  return {};
}

void RawCatalog::add(FileFacts facts) {
  for (const DayNumber day : facts.days) by_day_[day].insert(facts.object.key);
  if (facts.days.empty()) {
    if (const std::optional<DayNumber> day = day_told_by(facts.object.key)) by_day_[*day].insert(facts.object.key);
  }
  std::string key = facts.object.key;
  facts_.insert_or_assign(std::move(key), std::move(facts));
}

std::vector<FileFacts> RawCatalog::files_of(DayNumber day) const {
  std::vector<FileFacts> files;
  const auto found = by_day_.find(day);
  if (found == by_day_.end()) return files;
  for (const std::string& key : found->second) files.push_back(facts_.at(key));
  return files;
}

std::vector<DayNumber> RawCatalog::days() const {
  std::vector<DayNumber> days;
  for (const auto& [day, keys] : by_day_) days.push_back(day);
  return days;
}

Result<DaysRead> RawCatalog::read(DayNumber day, const ViewerNumbering& number) {
  const std::vector<FileFacts> files = files_of(day);
  if (day_ahead_ == day) {
    day_ahead_.reset();
    DaysRead ahead = std::exchange(ahead_, {});
    std::set<std::string_view> keys;
    for (const FileFacts& file : ahead.files) keys.insert(file.object.key);
    const auto knows = [&](const FileFacts& file) { return keys.contains(file.object.key); };
    const bool is_whole = std::all_of(files.begin(), files.end(), knows);
    keys.clear();
    if (is_whole) {
      ahead.files = files;
      return ahead;
    }
  }
  std::vector<StoredObject> objects;
  for (const FileFacts& file : files) objects.push_back(file.object);
  return read_days(input_, objects, [day](DayNumber wanted) { return wanted == day; }, number, refuse_, pool_);
}

}  // namespace vieweratlas::lake_internal
