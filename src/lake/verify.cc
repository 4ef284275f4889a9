#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lake/day_tables.h"
#include "lake/day_writer.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using namespace lake_internal;  // NOLINT(google-build-using-namespace): one layer

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int32_t kLastMinute = 1439;

class Verification {
 public:
  Verification(const ObjectStore& store, const VerifyOptions& options, const DeepVerify* deep, const TableReader& reader)
      : store_(store), options_(options), deep_(deep), reader_(reader) {}

  Result<VerifyReport> run() {
    Result<std::vector<StoredObject>> objects = store_.list("curated/");
    if (!objects) return std::move(objects).error();
    std::vector<std::string> manifests;
    std::set<std::string> parts;
    for (StoredObject& object : *objects) {
      if (object.key.starts_with("curated/presence/") && object.key.ends_with("/_manifest.json")) {
        manifests.push_back(std::move(object.key));
      } else if (is_part(object.key)) {
        parts.insert(std::move(object.key));
      }
    }
    if (deep_ != nullptr) {
      Result<std::vector<StoredObject>> raw = deep_->raw->list();
      if (!raw) return std::move(raw).error();
      raw_ = *std::move(raw);
    }
    for (std::size_t i = 0; i < manifests.size(); ++i) {
      if (options_.progress) options_.progress(i, manifests.size());
      if (options_.cancelled && options_.cancelled()) return Error{ErrorCode::kCancelled, "stopped; nothing was changed"};
      if (Status looked = one_manifest(manifests[i], parts); !looked) return std::move(looked).error();
    }
    report_.num_left_overs = parts.size();
    return std::move(report_);
  }

 private:
  /// What the store cannot do now ends the check; what is damaged is counted.
  Status problem(std::string_view reason, const Error& error, std::string_view key) {
    if (error.code != ErrorCode::kCorruptData && error.code != ErrorCode::kNotFound) return error;
    report_.problems.add(error.code == ErrorCode::kNotFound ? "missing_table" : reason, printable(key, 1024) + ": " + error.message);
    return {};
  }
  void differs(std::string_view reason, const LakeManifest& manifest, const std::string& what) {
    report_.problems.add(reason, manifest_key(manifest.day) + ": " + what);
  }

  Status one_manifest(const std::string& key, std::set<std::string>& parts) {
    const Result<std::string> json = store_.get(key);
    if (!json) return problem("damaged_manifest", json.error(), key);
    const Result<LakeManifest> manifest = parse_manifest(*json, key);
    if (!manifest) return problem("damaged_manifest", manifest.error(), key);
    for (const LakeTable& table : tables_of(*manifest)) parts.erase(table.key);
    if ((options_.since && manifest->day < *options_.since) || (options_.until && manifest->day > *options_.until)) return {};
    ++report_.num_days;
    DayOfPresence day;
    bool is_whole = true;
    for (const LakeTable& table : tables_of(*manifest)) {
      ++report_.num_tables;
      report_.num_bytes += table.num_bytes;
    }
    Status read = read_tables(*manifest, day, is_whole);
    if (!read || !is_whole) return read;
    check(*manifest, day);
    return deep_ == nullptr ? Status() : compare_with_raw(*manifest, day);
  }

  Status read_tables(const LakeManifest& manifest, DayOfPresence& day, bool& is_whole) {
    for (const LakeTable& table : manifest.presence) {
      Result<DaySource> source = read_source(reader_, table);
      if (!source) {
        is_whole = false;
        if (Status told = problem("damaged_table", source.error(), table.key); !told) return told;
        continue;
      }
      report_.num_rows += source->rows.size();
      day.sources.push_back(*std::move(source));
    }
    const auto take = [&](const std::optional<LakeTable>& table, auto read, auto& to) -> Status {
      if (!table) return {};
      auto rows = (reader_.*read)(*table);
      if (rows) {
        to = *std::move(rows);
        return {};
      }
      is_whole = false;
      return problem("damaged_table", rows.error(), table->key);
    };
    std::vector<LakeChannel> channels;
    if (Status taken = take(manifest.snapshots, &TableReader::snapshots, day.snapshots); !taken) return taken;
    if (Status taken = take(manifest.logins, &TableReader::logins, day.aliases); !taken) return taken;
    return take(manifest.channels, &TableReader::channels, channels);
  }

  void check(const LakeManifest& manifest, const DayOfPresence& day) {
    std::unordered_set<std::int64_t> channels;
    for (const DaySnapshot& snapshot : day.snapshots) {
      channels.insert(snapshot.channel_number);
      const std::int64_t second = snapshot.time_s - manifest.day * kDaySeconds;
      if (second < 0 || second >= kDaySeconds) differs("foreign_time", manifest, "a snapshot is of another day");
    }
    std::uint64_t num_buckets = 0;
    for (const DaySource& source : day.sources) {
      const DayRow* last = nullptr;
      for (const DayRow& row : source.rows) {
        if (last != nullptr && std::pair(last->viewer, last->channel) >= std::pair(row.viewer, row.channel)) {
          differs("not_sorted", manifest, "rows of " + printable(source.source) + " are not in order, or repeat");
        }
        const bool is_sound = row.buckets >= 1 && row.messages >= 0 && row.first_min >= 0 && row.first_min <= row.last_min &&
                              row.last_min <= kLastMinute && row.viewer >= 0;
        if (!is_sound) differs("unsound_row", manifest, "a row of " + printable(source.source) + " holds impossible numbers");
        if (!channels.contains(row.channel)) differs("unknown_channel", manifest, fmt::format("channel {} has no snapshot", row.channel));
        num_buckets += static_cast<std::uint64_t>(std::max(row.buckets, 0));
        last = &row;
      }
    }
    if (num_buckets != manifest.num_rows_out) {
      differs("counts", manifest, fmt::format("{} rows went out, but {} are there", manifest.num_rows_out, num_buckets));
    }
    if (manifest.num_rows_in != manifest.num_rows_out + manifest.num_duplicate_rows + manifest.num_forgotten_rows) {
      differs("counts", manifest, "rows in are not rows out, duplicates and forgotten");
    }
  }

  Status compare_with_raw(const LakeManifest& manifest, const DayOfPresence& day) {
    if (manifest.key_id != deep_->key_id) {
      differs("other_key", manifest, "made with the viewer key " + printable(manifest.key_id));
      return {};
    }
    std::vector<StoredObject> files;
    for (const FileFacts& input : manifest.inputs) {
      const auto found = std::lower_bound(raw_.begin(), raw_.end(), input.object.key,
                                          [](const StoredObject& object, const std::string& key) { return object.key < key; });
      if (found == raw_.end() || found->key != input.object.key) return {};  // gone: the tables are all there is
      files.push_back(*found);
    }
    if (manifest.num_forgotten_rows > 0) return {};  // the raw files may still have what was taken out
    const Result<DaysRead> read =
        read_days(*deep_->raw, files, [&](DayNumber number) { return number == manifest.day; }, deep_->number, {}, *deep_->pool);
    if (!read) return read.error();
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (read->files[i].digest == manifest.inputs[i].digest) continue;
      differs("stale", manifest, printable(files[i].key, 1024) + " has changed since; run \"vieweratlas compact\"");
      return {};
    }
    ++report_.num_days_compared;
    const auto found = read->days.find(manifest.day);
    const DayOfPresence none;
    const DayOfPresence& raw = found == read->days.end() ? none : found->second;
    if (raw.snapshots != day.snapshots) differs("other_than_raw", manifest, "snapshots are others than those of the raw files");
    if (raw.aliases != day.aliases) differs("other_than_raw", manifest, "logins are others than those of the raw files");
    const auto equal = [](const DaySource& a, const DaySource& b) { return a.source == b.source && a.rows == b.rows; };
    if (!std::equal(raw.sources.begin(), raw.sources.end(), day.sources.begin(), day.sources.end(), equal)) {
      differs("other_than_raw", manifest, "rows of presence are others than those of the raw files");
    }
    return {};
  }

  const ObjectStore& store_;
  const VerifyOptions& options_;
  const DeepVerify* deep_;
  const TableReader& reader_;
  std::vector<StoredObject> raw_;
  VerifyReport report_;
};

}  // namespace

Result<VerifyReport> verify_lake(const ObjectStore& store, const VerifyOptions& options, const DeepVerify* deep) {
  const Result<TableReader> reader = TableReader::open(fetch_from(store, options.scratch));
  if (!reader) return reader.error();
  return Verification(store, options, deep, *reader).run();
}

}  // namespace vieweratlas
