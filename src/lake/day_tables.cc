#include "lake/day_tables.h"

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/day.h"

namespace vieweratlas::lake_internal {

Result<DaySource> read_source(const TableReader& reader, const LakeTable& table) {
  const Result<std::unique_ptr<DayRowSource>> rows = reader.presence(table);
  if (!rows) return rows.error();
  DaySource source{.source = table.source, .rows = {}};
  for (;;) {
    const Result<std::span<const DayRow>> piece = (*rows)->next();
    if (!piece) return piece.error();
    if (piece->empty()) return source;
    source.rows.insert(source.rows.end(), piece->begin(), piece->end());
  }
}

Result<DayOfPresence> read_day(const TableReader& reader, const LakeManifest& manifest) {
  DayOfPresence day;
  for (const LakeTable& table : manifest.presence) {
    Result<DaySource> source = read_source(reader, table);
    if (!source) return std::move(source).error();
    day.sources.push_back(*std::move(source));
  }
  if (manifest.snapshots) {
    Result<std::vector<DaySnapshot>> snapshots = reader.snapshots(*manifest.snapshots);
    if (!snapshots) return std::move(snapshots).error();
    day.snapshots = *std::move(snapshots);
  }
  if (manifest.logins) {
    Result<std::vector<DayAlias>> logins = reader.logins(*manifest.logins);
    if (!logins) return std::move(logins).error();
    day.aliases = *std::move(logins);
  }
  return day;
}

}  // namespace vieweratlas::lake_internal
