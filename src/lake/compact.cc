#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lake/day_writer.h"
#include "lake/lake_lock.h"
#include "lake/left_overs.h"
#include "lake/parquet_file.h"
#include "lake/raw_catalog.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/privacy/viewer_number.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace lake_internal {
namespace {

constexpr std::size_t kRunDigits = 16;

/// What a day needs.
enum class Need : std::uint8_t {
  kNothing,   ///< its manifest names its raw files as they are
  kVersions,  ///< the same bytes under other versions: the manifest alone is written
  kTables,
  kRawGone,  ///< raw files are gone: what is there is all there is
  kTooLate,  ///< the same, and a file came or changed
};

/// Equal inputs, key and schema give an equal name.
std::string run_of(const LakeManifest& manifest) {
  std::string text = fmt::format("{}\n{}\n{}\n", kLakeSchemaVersion, manifest.key_id, manifest.num_forgotten_rows);
  if (manifest.num_forgotten_rows > 0) text += manifest.forgotten_list + '\n';
  for (const FileFacts& file : manifest.inputs) text += fmt::format("{}\n{}\n", file.object.key, file.digest);
  return to_string(digest_of(text)).substr(std::string_view("xxh3-128:").size(), kRunDigits);
}

std::uint64_t sum_of_buckets(const DayOfPresence& day) {
  std::uint64_t sum = 0;
  for (const DaySource& source : day.sources) {
    for (const DayRow& row : source.rows) sum += static_cast<std::uint64_t>(row.buckets);
  }
  return sum;
}

class Compaction {
 public:
  Compaction(ObjectStore& store, PresenceInput& raw, const ViewerKey& key, const CompactOptions& options, ThreadPool& pool)
      : store_(store),
        options_(options),
        key_id_(key.id()),
        number_(viewer_numbering(key, options.platform)),
        range_{.first = options.since.value_or(std::numeric_limits<DayNumber>::min() + 1),
               .last = options.until.value_or(options.today - 1)},
        catalog_(raw, options.refuse, pool),
        writer_(store, options.scratch, options.platform) {}

  Result<CompactReport> run() {
    if (!has_parquet()) return open_parquet_engine().error();
    if (!options_.dry_run) {
      Result<std::unique_ptr<LakeLock>> lock =
          LakeLock::take(store_, {.owner = options_.owner, .now = options_.now, .owner_is_gone = options_.owner_is_gone});
      if (!lock) return std::move(lock).error();
      lock_ = *std::move(lock);
      report_.stale_lock = lock_->taken_over_from();
    }
    if (Status found = look(); !found) return std::move(found).error();
    if (Status done = each_day(); !done) return std::move(done).error();
    if (options_.dry_run) return std::move(report_);
    std::vector<LakeManifest> manifests;
    for (auto& [day, manifest] : manifests_) manifests.push_back(std::move(manifest));
    const Result<std::uint64_t> removed = remove_left_overs(store_, manifests, options_.now());
    if (!removed) return removed.error();
    report_.num_left_overs = *removed;
    report_.lock_problem = lock_->let_go();
    return std::move(report_);
  }

 private:
  Status look() {
    Result<std::vector<LakeManifest>> manifests = read_manifests(store_);
    if (!manifests) return std::move(manifests).error();
    for (const LakeManifest& manifest : *manifests) {
      if (manifest.key_id == key_id_) continue;
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("the lake was made with the viewer key {}, but the key in use is {}, under which nobody would be the same; "
                               "put the earlier key back, or remove {} and make the lake anew",
                               printable(manifest.key_id), key_id_, store_.uri("curated/"))};
    }
    const Result<std::vector<StoredObject>> parts = store_.list("curated/", ".parquet");
    if (!parts) return parts.error();
    for (const StoredObject& part : *parts) bytes_of_part_.emplace(part.key, part.num_bytes);
    if (Status loaded = catalog_.load(*manifests, range_, number_); !loaded) return loaded;
    for (LakeManifest& manifest : *manifests) manifests_.emplace(manifest.day, std::move(manifest));
    report_.num_files = catalog_.num_files();
    report_.num_files_read = catalog_.num_read();
    report_.num_files_left = catalog_.num_left();
    report_.num_files_membership = catalog_.num_membership();
    return {};
  }

  Status each_day() {
    std::set<DayNumber> days;
    for (const DayNumber day : catalog_.days()) days.insert(day);
    for (const auto& [day, manifest] : manifests_) days.insert(day);
    std::erase_if(days, [this](DayNumber day) { return day < range_.first || day > range_.last; });
    std::uint64_t done = 0;
    for (const DayNumber day : days) {
      if (options_.cancelled && options_.cancelled()) {
        return Error{ErrorCode::kCancelled, "stopped; days that were written stay, and the same command again does the rest"};
      }
      if (options_.progress) options_.progress(day, done, days.size());
      if (Status made = one_day(day); !made) return made;
      ++done;
    }
    if (options_.progress && !days.empty()) options_.progress(*days.rbegin(), done, days.size());
    return {};
  }

  Status one_day(DayNumber day) {
    const std::vector<FileFacts> files = catalog_.files_of(day);
    switch (need_of(day, files)) {
      case Need::kNothing: ++report_.num_days_current; return {};
      case Need::kRawGone:
        tell_of_kept(day);
        ++report_.num_days_current;
        ++report_.num_days_raw_gone;
        return {};
      case Need::kTooLate:
        tell_of_kept(day);
        ++report_.num_days_current;
        ++report_.num_days_raw_gone;
        report_.losses.add("late_for_purged_day", format_day(day) + ": raw files are gone, and others came or changed since");
        return {};
      case Need::kVersions: ++report_.num_days_current; return write_versions(manifests_.at(day), files);
      case Need::kTables: break;
    }
    report_.days.push_back(day);
    return options_.dry_run ? Status() : write_tables(day);
  }

  /// By their sizes; their bytes are verify's business.
  [[nodiscard]] bool has_all_tables(const LakeManifest& manifest) const {
    const std::vector<LakeTable> tables = tables_of(manifest);
    return std::all_of(tables.begin(), tables.end(), [this](const LakeTable& table) {
      const auto part = bytes_of_part_.find(table.key);
      return part != bytes_of_part_.end() && part->second == table.num_bytes;
    });
  }

  /// What is wrong with a day that cannot be made anew.
  void tell_of_kept(DayNumber day) {
    if (!has_all_tables(manifests_.at(day))) {
      report_.losses.add("damaged_day",
                         format_day(day) + ": tables of it are damaged and raw files of it are gone; put one of both back from a backup");
    }
    if (has_no_plain_names_of(manifests_.at(day), options_.forgotten_list)) return;
    report_.losses.add("made_before_forgetting", format_day(day) +
                                                     ": its raw files are gone, and who was forgotten since may be in it under "
                                                     "a plain name; name them again with \"vieweratlas forget\"");
  }

  [[nodiscard]] Need need_of(DayNumber day, const std::vector<FileFacts>& files) const {
    const auto found = manifests_.find(day);
    if (found == manifests_.end()) return Need::kTables;
    const std::vector<FileFacts>& inputs = found->second.inputs;
    const bool is_gone =
        std::any_of(inputs.begin(), inputs.end(), [this](const FileFacts& input) { return !catalog_.holds(input.object.key); });
    bool is_equal = true;
    bool has_versions = true;
    std::size_t num_known = 0;
    for (const FileFacts& file : files) {
      const auto input = std::lower_bound(inputs.begin(), inputs.end(), file.object.key,
                                          [](const FileFacts& known, const std::string& key) { return known.object.key < key; });
      if (input == inputs.end() || input->object.key != file.object.key || input->digest != file.digest) {
        is_equal = false;
        continue;
      }
      ++num_known;
      has_versions = has_versions && input->object.version == file.object.version;
    }
    if (is_gone) return is_equal ? Need::kRawGone : Need::kTooLate;
    if (!has_all_tables(found->second)) return Need::kTables;
    if (!is_equal || num_known != inputs.size() || found->second.forgotten_list != options_.forgotten_list) return Need::kTables;
    return has_versions ? Need::kNothing : Need::kVersions;
  }

  /// So that these files need not be read again.
  Status write_versions(LakeManifest& manifest, const std::vector<FileFacts>& files) {
    if (options_.dry_run) return {};
    if (Status renewed = lock_->renew(); !renewed) return renewed;
    manifest.inputs = files;
    return store_.put(manifest_key(manifest.day), to_json(manifest), {.content_type = "application/json"});
  }

  Status write_tables(DayNumber day) {
    Result<DaysRead> read = catalog_.read(day, number_);
    if (!read) return std::move(read).error().with_context("reading " + format_day(day));
    DayOfPresence presence;
    if (const auto found = read->days.find(day); found != read->days.end()) presence = std::move(found->second);

    LakeManifest manifest;
    manifest.day = day;
    manifest.key_id = key_id_;
    manifest.version = options_.version;
    manifest.inputs = std::move(read->files);
    manifest.num_rows_in = read->num_rows_in;
    manifest.num_duplicate_rows = read->num_duplicate_rows;
    manifest.num_number_collisions = read->num_number_collisions;
    manifest.num_forgotten_rows = read->num_refused_rows;
    manifest.forgotten_list = options_.forgotten_list;
    manifest.has_plain_names = read->plain_days.contains(day);
    manifest.num_rows_out = sum_of_buckets(presence);
    manifest.run = run_of(manifest);
    if (manifest.num_rows_in != manifest.num_rows_out + manifest.num_duplicate_rows + manifest.num_forgotten_rows) {
      return Error{ErrorCode::kCorruptData,
                   fmt::format("{}: {} rows came in, but {} went out and {} were duplicates; the day was not written", format_day(day),
                               manifest.num_rows_in, manifest.num_rows_out, manifest.num_duplicate_rows)};
    }
    return put_day(std::move(manifest), presence);
  }

  Status put_day(LakeManifest manifest, const DayOfPresence& presence) {
    if (Status renewed = lock_->renew(); !renewed) return renewed;
    const auto before = manifests_.find(manifest.day);
    const Result<std::uint64_t> num_bytes =
        writer_.write(manifest, presence, before == manifests_.end() ? std::nullopt : std::optional(before->second));
    if (!num_bytes) return num_bytes.error();
    report_.num_bytes_written += *num_bytes;
    report_.num_rows_in += manifest.num_rows_in;
    report_.num_rows_out += manifest.num_rows_out;
    report_.num_duplicate_rows += manifest.num_duplicate_rows;
    report_.num_forgotten_rows += manifest.num_forgotten_rows;
    report_.num_number_collisions += manifest.num_number_collisions;
    if (presence.snapshots.empty()) ++report_.num_days_empty;
    for (const FileFacts& file : manifest.inputs) {
      if (counted_.insert(file.object.key).second) report_.losses.merge(file.losses);
    }
    manifests_.insert_or_assign(manifest.day, std::move(manifest));
    return {};
  }

  ObjectStore& store_;
  const CompactOptions& options_;
  std::string key_id_;
  ViewerNumbering number_;
  RawCatalog::Range range_;
  RawCatalog catalog_;
  DayWriter writer_;
  std::unique_ptr<LakeLock> lock_;
  std::map<DayNumber, LakeManifest> manifests_;
  std::map<std::string, std::uint64_t> bytes_of_part_;  // that are there
  std::set<std::string> counted_;                       // files whose losses are in the report: a file may be of several days
  CompactReport report_;
};

}  // namespace
}  // namespace lake_internal

Result<CompactReport> compact(ObjectStore& store, PresenceInput& raw, const ViewerKey& key, const CompactOptions& options,
                              ThreadPool& pool) {
  VA_CHECK(options.now);
  return lake_internal::Compaction(store, raw, key, options, pool).run();
}

}  // namespace vieweratlas
