#include "vieweratlas/presence/read_days.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/day_rows.h"
#include "presence/day_snapshots.h"
#include "presence/file_name.h"
#include "presence/file_reading.h"
#include "presence/intake.h"
#include "presence/listing.h"
#include "presence/loss_log.h"
#include "presence/read_day_files.h"
#include "presence/resolve.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/redact.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace presence_internal {
namespace {

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// What the workers noted beside records and rows; sorted, unique.
struct Notes {
  std::vector<FileDay> file_days;
  std::vector<NamePair> pairs;
};

Notes notes_of(const std::vector<const Intake*>& intakes) {
  Notes notes;
  for (const Intake* intake : intakes) {
    notes.file_days.insert(notes.file_days.end(), intake->file_days().begin(), intake->file_days().end());
    notes.pairs.insert(notes.pairs.end(), intake->name_pairs().begin(), intake->name_pairs().end());
  }
  sort_unique(notes.file_days);
  sort_unique(notes.pairs);
  return notes;
}

std::vector<FileFacts> facts_of(const std::vector<InputFile>& files, const FileReading& reading, const std::vector<FileDay>& file_days) {
  std::vector<FileFacts> facts(files.size());
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    const FileSummary& summary = reading.summaries()[i];
    auto [losses, set_aside] = reading.losses_of(i);
    facts[i] = {.object = files[i].object,
                .digest = summary.was_opened ? to_string(summary.digest) : std::string(),
                .num_bytes_read = summary.num_bytes,
                .num_snapshots = summary.num_snapshots,
                .num_round_records = summary.num_round_records,
                .is_blank = summary.is_blank,
                .unfinished = summary.ends_open,
                .days = {},
                .losses = std::move(losses),
                .set_aside = std::move(set_aside)};
  }
  for (const FileDay& file_day : file_days) facts[file_day.file].days.push_back(file_day.day);
  return facts;
}

/// Puts the parts of days together.
void fill_days(DaySnapshots snapshots, DayRows rows, DaysRead& result) {
  for (std::size_t b = 0; b < snapshots.buckets.size(); ++b) {
    const DayBucket& bucket = snapshots.buckets[b];
    DaySnapshot& snapshot = snapshots.snapshots[bucket.day][bucket.first_snapshot];
    snapshot.num_viewers = rows.counts[b].num_viewers;
    snapshot.num_duplicates = rows.counts[b].num_duplicates;
    result.num_duplicate_rows += rows.counts[b].num_duplicates;
  }
  for (std::size_t d = 0; d < snapshots.days.size(); ++d) {
    DayOfPresence& day = result.days[snapshots.days[d]];
    day.snapshots = std::move(snapshots.snapshots[d]);
    day.aliases = std::move(rows.aliases[d]);
  }
  for (std::size_t l = 0; l < snapshots.lists.size(); ++l) {
    if (rows.rows[l].empty()) continue;
    DayList& list = snapshots.lists[l];
    result.days[snapshots.days[list.day]].sources.push_back({.source = std::move(list.source), .rows = std::move(rows.rows[l])});
  }
  result.num_rows_in = rows.num_rows;
  result.num_number_collisions = rows.num_number_collisions;
}

}  // namespace

Result<DaysRead> read_day_files(const std::vector<InputFile>& files, PresenceInput* input, const DayOptions& wanted, ThreadPool& pool) {
  const ReadingOptions options{
      .refuse = wanted.refuse, .since = {}, .until = {}, .wanted_logins = {}, .wants_day = wanted.wants, .progress = {}};
  FileReading reading(files, input, options, wanted.limits);
  reading.run(pool);
  if (reading.failure()) return *reading.failure();
  if (reading.shared().partitions.num_viewers() >= std::numeric_limits<std::uint32_t>::max()) {
    return Error{ErrorCode::kLimitExceeded, "more than 4 billion viewers; read fewer days at once"};
  }
  const std::uint32_t num_records = reading.shared().num_records.load();
  DaySnapshots snapshots = resolve_days(gather(reading.intakes()), num_records);
  const Notes notes = notes_of(reading.intakes());
  DaysRead result;
  for (const Intake* intake : reading.intakes()) result.plain_days.insert(intake->plain_days().begin(), intake->plain_days().end());
  reading.release_workers();
  result.files = facts_of(files, reading, notes.file_days);
  DayRows rows = build_day_rows(reading.shared().partitions, snapshots, notes.pairs, wanted.number, pool);
  fill_days(std::move(snapshots), std::move(rows), result);
  result.num_refused_rows = reading.num_refused_rows();
  result.num_rows_in += result.num_refused_rows;
  return result;
}

}  // namespace presence_internal

namespace {

using presence_internal::InputFile;

FileFacts membership_list(const StoredObject& object) {
  FileFacts facts{.object = object};
  presence_internal::LossLog set_aside;
  set_aside.add(presence_internal::reason::kMembership, {0, 1}, "a membership list");
  const std::string_view keys[] = {object.key};
  facts.set_aside = set_aside.to_losses(keys);
  return facts;
}

}  // namespace

Result<DaysRead> read_days(PresenceInput& input, const std::vector<StoredObject>& files, const std::function<bool(DayNumber)>& wants,
                           const ViewerNumbering& number, const ViewerTest& refuse, ThreadPool& pool) {
  std::vector<FileFacts> others;
  std::vector<InputFile> to_read;
  std::vector<StoredObject> to_open;
  for (const StoredObject& object : files) {
    presence_internal::FileName name = presence_internal::interpret_file_name(object.key);
    if (presence_internal::is_membership(object.key)) {
      others.push_back(membership_list(object));
    } else if (name.format == presence_internal::SnapshotFormat::kNone) {
      others.push_back({.object = object});
    } else {
      to_read.push_back({.object = object, .bytes = {}, .name = std::move(name)});
    }
  }
  const auto by_key = [](const auto& a, const auto& b) { return a.object.key < b.object.key; };
  std::sort(to_read.begin(), to_read.end(), by_key);
  to_open.reserve(to_read.size());
  for (const InputFile& file : to_read) to_open.push_back(file.object);
  input.will_open(to_open);
  Result<DaysRead> days = presence_internal::read_day_files(to_read, &input, {.wants = wants, .number = number, .refuse = refuse}, pool);
  if (!days) return std::move(days).error().with_context("reading " + input.place());
  std::move(others.begin(), others.end(), std::back_inserter(days->files));
  std::sort(days->files.begin(), days->files.end(), by_key);
  return days;
}

}  // namespace vieweratlas
