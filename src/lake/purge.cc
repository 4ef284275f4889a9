#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/day_writer.h"
#include "lake/lake_lock.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using namespace lake_internal;  // NOLINT(google-build-using-namespace): one layer

/// Of "curated/TABLE/dt=2026-11-22/...".
std::optional<DayNumber> day_of_key(std::string_view key) {
  constexpr std::string_view kDay = "/dt=";
  constexpr std::size_t kDigits = 10;
  const std::size_t at = key.find(kDay);
  if (at == std::string_view::npos || key.size() <= at + kDay.size() + kDigits || key[at + kDay.size() + kDigits] != '/')
    return std::nullopt;
  return parse_day(key.substr(at + kDay.size(), kDigits));
}

}  // namespace

Result<LakePurgeReport> purge_lake(ObjectStore& store, DayNumber first_kept, const LakeChangeOptions& options) {
  std::unique_ptr<LakeLock> lock;
  if (!options.dry_run) {
    Result<std::unique_ptr<LakeLock>> taken =
        LakeLock::take(store, {.owner = options.owner, .now = options.now, .owner_is_gone = options.owner_is_gone});
    if (!taken) return std::move(taken).error();
    lock = *std::move(taken);
  }
  const Result<std::vector<StoredObject>> objects = store.list("curated/");
  if (!objects) return objects.error();
  LakePurgeReport report;
  std::vector<std::string> manifests;
  std::vector<std::string> parts;
  std::set<DayNumber> gone;
  std::set<DayNumber> kept;
  for (const StoredObject& object : *objects) {
    const std::optional<DayNumber> day = day_of_key(object.key);
    const bool is_manifest = day && object.key == manifest_key(*day);
    if (!day || (!is_manifest && !is_part(object.key))) continue;
    if (*day >= first_kept) {
      kept.insert(*day);
      continue;
    }
    gone.insert(*day);
    (is_manifest ? manifests : parts).push_back(object.key);
    report.num_bytes += object.num_bytes;
  }
  report.num_days = gone.size();
  report.num_days_kept = kept.size();
  report.num_tables = parts.size();
  if (options.dry_run) return report;
  for (const std::vector<std::string>* keys : {&manifests, &parts}) {
    for (const std::string& key : *keys) {
      if (options.cancelled && options.cancelled()) {
        return Error{ErrorCode::kCancelled, "stopped; what is removed stays removed, run again for the rest"};
      }
      if (Status removed = store.remove(key); !removed) return std::move(removed).error();
    }
    if (Status renewed = lock->renew(); !renewed) return std::move(renewed).error();
  }
  report.lock_problem = lock->let_go();
  return report;
}

}  // namespace vieweratlas
