#include "lake/left_overs.h"

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "lake/day_writer.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::lake_internal {

Result<std::uint64_t> remove_left_overs(ObjectStore& store, const std::vector<LakeManifest>& manifests, UtcTime now) {
  constexpr std::chrono::hours kYoung{1};
  std::set<std::string> named;
  for (const LakeManifest& manifest : manifests) {
    for (const LakeTable& table : tables_of(manifest)) named.insert(table.key);
  }
  const Result<std::vector<StoredObject>> objects = store.list("curated/", ".parquet");
  if (!objects) return objects.error();
  std::uint64_t num_removed = 0;
  for (const StoredObject& object : *objects) {
    const bool is_old = UtcTime(std::chrono::seconds(object.modified_s)) < now - kYoung;
    if (!is_old || !is_part(object.key) || named.contains(object.key)) continue;
    if (Status removed = store.remove(object.key); !removed) return std::move(removed).error();
    ++num_removed;
  }
  return num_removed;
}

}  // namespace vieweratlas::lake_internal
