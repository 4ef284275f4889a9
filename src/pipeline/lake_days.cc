#include "pipeline/lake_days.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::pipeline_internal {
namespace {

/// The key of most days: without a key at hand days of one key can be compared with each other at least.
std::string commonest_key(const std::vector<LakeManifest>& manifests) {
  std::map<std::string, std::uint64_t> num_days;
  for (const LakeManifest& manifest : manifests) ++num_days[manifest.key_id];
  const auto most = std::max_element(num_days.begin(), num_days.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == num_days.end() ? std::string() : most->first;
}

}  // namespace

Result<std::unique_ptr<LakeDays>> LakeDays::open(std::vector<LakeManifest> manifests, Wanted wanted, FetchFile fetch) {
  Result<TableReader> reader = TableReader::open(std::move(fetch));
  if (!reader) return std::move(reader).error();
  std::sort(manifests.begin(), manifests.end(), [](const LakeManifest& a, const LakeManifest& b) { return a.day < b.day; });
  if (wanted.key_id.empty()) wanted.key_id = commonest_key(manifests);
  return std::unique_ptr<LakeDays>(new LakeDays(std::move(manifests), std::move(wanted), *std::move(reader)));
}

const LakeManifest* LakeDays::find(DayNumber day) const {
  const auto at = std::lower_bound(manifests_.begin(), manifests_.end(), day,
                                   [](const LakeManifest& manifest, DayNumber wanted) { return manifest.day < wanted; });
  return at == manifests_.end() || at->day != day ? nullptr : &*at;
}

Result<std::vector<CuratedDay>> LakeDays::list() {
  std::vector<CuratedDay> days;
  days.reserve(manifests_.size());
  for (const LakeManifest& manifest : manifests_) {
    CuratedDay day{.day = manifest.day, .inputs = manifest.inputs, .sources = {}};
    for (const LakeTable& table : manifest.presence) day.sources.push_back(table.source);
    const bool has_all_rows = manifest.num_forgotten_rows == 0 || wanted_.alone.contains(manifest.day);
    day.is_exact = manifest.key_id == wanted_.key_id && manifest.num_number_collisions == 0 && has_all_rows &&
                   has_no_plain_names_of(manifest, wanted_.forgotten_list);
    days.push_back(std::move(day));
  }
  return days;
}

Result<std::vector<DaySnapshot>> LakeDays::snapshots(DayNumber day) {
  const LakeManifest* manifest = find(day);
  if (manifest == nullptr || !manifest->snapshots) return std::vector<DaySnapshot>();
  return reader_.snapshots(*manifest->snapshots);
}

Result<std::vector<DayAlias>> LakeDays::aliases(DayNumber day) {
  const LakeManifest* manifest = find(day);
  if (manifest == nullptr || !manifest->logins) return std::vector<DayAlias>();
  return reader_.logins(*manifest->logins);
}

Result<std::unique_ptr<DayRowSource>> LakeDays::rows(DayNumber day, const std::string& source) {
  const LakeManifest* manifest = find(day);
  if (manifest != nullptr) {
    for (const LakeTable& table : manifest->presence) {
      if (table.source == source) return reader_.presence(table);
    }
  }
  return Error{ErrorCode::kNotFound, "there is no table of " + source};
}

std::vector<StoredObject> inputs_of(const std::vector<LakeManifest>& manifests) {
  std::map<std::string, StoredObject> objects;
  for (const LakeManifest& manifest : manifests) {
    for (const FileFacts& facts : manifest.inputs) objects.insert_or_assign(facts.object.key, facts.object);
  }
  std::vector<StoredObject> inputs;
  inputs.reserve(objects.size());
  for (auto& [key, object] : objects) inputs.push_back(std::move(object));
  return inputs;
}

DaysAlone days_alone(const std::vector<LakeManifest>& manifests, const std::vector<StoredObject>& there) {
  const auto is_there = [&](const std::string& key) {
    const auto at = std::lower_bound(there.begin(), there.end(), key,
                                     [](const StoredObject& object, const std::string& wanted) { return object.key < wanted; });
    return at != there.end() && at->key == key;
  };
  DaysAlone alone;
  std::vector<LakeManifest> theirs;
  for (const LakeManifest& manifest : manifests) {
    std::size_t num_files = 0;
    std::size_t num_there = 0;
    for (const FileFacts& facts : manifest.inputs) {
      if (facts.days.empty()) continue;  // no snapshots
      ++num_files;
      if (is_there(facts.object.key)) ++num_there;
    }
    if (num_files == 0 || num_there > 0) continue;
    alone.days.insert(manifest.day);
    theirs.push_back(manifest);
  }
  alone.files = inputs_of(theirs);
  std::erase_if(alone.files, [&](const StoredObject& object) { return is_there(object.key); });
  return alone;
}

}  // namespace vieweratlas::pipeline_internal
