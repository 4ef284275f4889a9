#include "presence/read_files.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "presence/aliases.h"
#include "presence/build_incidence.h"
#include "presence/facts.h"
#include "presence/file_reading.h"
#include "presence/intake.h"
#include "presence/resolve.h"
#include "presence/snapshot_file.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {
Error strict_error(const Losses& losses) {
  const auto& [reason, entry] = *losses.by_reason().begin();
  return {ErrorCode::kCorruptData, "strict: " + with_thousands(losses.total()) + " losses in the input, such as " + reason + " at " +
                                       entry.example + "; repair or remove them, or read without --strict"};
}

void report_snapshots(const Resolution& resolution, ReadReport& report) {
  report.num_snapshots = resolution.snapshots.size();
  report.num_outside_window = resolution.num_outside_window;
  report.num_excluded_channels = resolution.num_excluded_channels;
  report.snapshot_sources = resolution.sources;
  for (const ResolvedSnapshot& snapshot : resolution.snapshots) {
    const UtcTime time{std::chrono::seconds(snapshot.time_s)};
    if (snapshot.seconds_observed != kNotObserved) {
      ++report.num_snapshots_observed;
      report.seconds_observed += snapshot.seconds_observed;
    }
    ++report.snapshots_per_hour[std::chrono::floor<std::chrono::hours>(time)];
    report.first = std::min(report.first.value_or(time), time);
    report.last = std::max(report.last.value_or(time), time);
  }
}

Result<Presence> read_files(const std::vector<InputFile>& files, PresenceInput* input, const ReadOptions& options, const ReadLimits& limits,
                            ThreadPool& pool) {
  const ReadingOptions what{.refuse = options.refuse,
                            .since = options.since,
                            .until = options.until,
                            .wanted_logins = options.wanted_logins,
                            .wants_day = {},
                            .progress = options.progress};
  FileReading reading(files, input, what, limits);
  reading.run(pool);
  if (reading.failure()) return *reading.failure();
  ViewerPartitions& partitions = reading.shared().partitions;
  if (partitions.num_viewers() >= std::numeric_limits<std::uint32_t>::max()) {
    return Error{ErrorCode::kLimitExceeded, "more than 4 billion viewers; choose a shorter window with --since, --until or --last"};
  }
  const std::uint32_t num_records = reading.shared().num_records.load();
  Resolution resolution = resolve(gather(reading.intakes()), num_records,
                                  {.since = options.since, .until = options.until, .last = options.last}, options.exclude_channels);
  const std::vector<ViewerAlias> aliases = reading.aliases();
  reading.release_workers();
  Presence presence;
  reading.report(presence.report);
  if (options.strict && !presence.report.losses.empty()) return strict_error(presence.report.losses);
  report_snapshots(resolution, presence.report);

  if (!aliases.empty()) move_to_ids(partitions, aliases, num_records);
  BuiltIncidence built = build_incidence(partitions, resolution, pool);
  presence.report.num_presence_rows = built.num_presence_rows;
  presence.report.num_duplicate_rows = built.num_duplicate_rows;
  add_facts(resolution, built.chatters_of_snapshot, pool);
  presence.channels = std::move(resolution.channels);
  presence.incidence = std::move(built.incidence);
  for (std::uint32_t c = 0; c < presence.channels.size(); ++c) presence.channels[c].audience = presence.incidence.row(c).size();
  presence.viewers = ViewerTable(std::move(built.viewers), aliases);
  return presence;
}

}  // namespace vieweratlas::presence_internal
