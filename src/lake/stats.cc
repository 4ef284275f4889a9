#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/day_writer.h"
#include "lake/raw_catalog.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using namespace lake_internal;  // NOLINT(google-build-using-namespace): one layer

LakeDay described(const LakeManifest& manifest) {
  LakeDay day;
  day.day = manifest.day;
  day.presence = manifest.presence;
  for (const LakeTable& table : manifest.presence) day.num_rows += table.num_rows;
  if (manifest.snapshots) day.num_snapshots = manifest.snapshots->num_rows;
  if (manifest.channels) day.num_channels = manifest.channels->num_rows;
  if (manifest.logins) day.num_logins = manifest.logins->num_rows;
  for (const LakeTable& table : tables_of(manifest)) day.num_bytes += table.num_bytes;
  day.num_raw_files = manifest.inputs.size();
  for (const FileFacts& file : manifest.inputs) day.num_raw_bytes += file.object.num_bytes;
  return day;
}

}  // namespace

std::string_view name_of(DayState state) {
  switch (state) {
    case DayState::kCurrent: return "current";
    case DayState::kStale: return "stale";
    case DayState::kRawGone: return "raw_gone";
    case DayState::kMissing: return "missing";
  }
  return "";
}

Result<std::vector<LakeDay>> lake_days(const ObjectStore& store, PresenceInput& raw) {
  const Result<std::vector<LakeManifest>> manifests = read_manifests(store);
  if (!manifests) return manifests.error();
  Result<std::vector<StoredObject>> objects = raw.list();
  if (!objects) return std::move(objects).error();
  std::map<std::string_view, const StoredObject*> listed;
  for (const StoredObject& object : *objects) {
    if (is_raw_file(object.key)) listed.emplace(object.key, &object);
  }
  std::map<DayNumber, LakeDay> days;
  std::set<std::string_view> known;
  for (const LakeManifest& manifest : *manifests) {
    LakeDay day = described(manifest);
    for (const FileFacts& file : manifest.inputs) {
      known.insert(file.object.key);
      const auto found = listed.find(file.object.key);
      if (found == listed.end()) {
        day.state = DayState::kRawGone;
      } else if (day.state == DayState::kCurrent &&
                 (found->second->num_bytes != file.object.num_bytes || found->second->version != file.object.version)) {
        day.state = DayState::kStale;
      }
    }
    days.emplace(manifest.day, std::move(day));
  }
  for (const auto& [key, object] : listed) {
    const auto number = day_told_by(key);
    if (!number || known.contains(key)) continue;
    LakeDay& day = days.try_emplace(*number, LakeDay{.day = *number, .state = DayState::kMissing}).first->second;
    if (day.state == DayState::kCurrent) day.state = DayState::kStale;
    if (day.state != DayState::kMissing) continue;
    ++day.num_raw_files;
    day.num_raw_bytes += object->num_bytes;
  }
  std::vector<LakeDay> sorted;
  for (auto& [number, day] : days) sorted.push_back(std::move(day));
  return sorted;
}

}  // namespace vieweratlas
