#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lake/day_tables.h"
#include "lake/day_writer.h"
#include "lake/lake_lock.h"
#include "lake/viewer_rows.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using namespace lake_internal;  // NOLINT(google-build-using-namespace): one layer

using Numbers = std::unordered_set<std::int64_t>;

bool is_damage(const Error& error) { return error.code == ErrorCode::kCorruptData || error.code == ErrorCode::kNotFound; }

/// Rows and logins of a day that are theirs.
std::uint64_t count_of(const DayOfPresence& day, const Numbers& viewers) {
  std::uint64_t count = 0;
  for (const DaySource& source : day.sources) {
    for (const DayRow& row : source.rows) count += viewers.contains(row.viewer) ? 1U : 0U;
  }
  for (const DayAlias& alias : day.aliases) count += viewers.contains(alias.login) || viewers.contains(alias.viewer) ? 1U : 0U;
  return count;
}

/// The tables of logins say which numbers are one person's. Given logins lead to ids, given ids and those that were found to logins; logins
/// that were found lead nowhere: they may have been somebody else's before or after.
Result<Numbers> with_links(const TableReader& reader, const std::vector<LakeManifest>& manifests, const std::vector<std::int64_t>& given) {
  std::vector<DayAlias> aliases;
  for (const LakeManifest& manifest : manifests) {
    if (!manifest.logins) continue;
    const Result<std::vector<DayAlias>> of_day = reader.logins(*manifest.logins);
    if (!of_day && is_damage(of_day.error())) continue;  // told where the day is read
    if (!of_day) return of_day.error();
    aliases.insert(aliases.end(), of_day->begin(), of_day->end());
  }
  const Numbers wanted(given.begin(), given.end());
  Numbers ids = wanted;
  for (const DayAlias& alias : aliases) {
    if (wanted.contains(alias.login)) ids.insert(alias.viewer);
  }
  Numbers all = ids;
  for (const DayAlias& alias : aliases) {
    if (ids.contains(alias.viewer)) all.insert(alias.login);
  }
  return all;
}

class Forgetting {
 public:
  Forgetting(ObjectStore& store, const LakeForgetting& people, const LakeChangeOptions& options, const TableReader& reader)
      : store_(store), people_(people), options_(options), reader_(reader), writer_(store, options.scratch, options.platform) {}

  Result<LakeForgetReport> run() {
    std::unique_ptr<LakeLock> lock;
    if (!options_.dry_run) {
      Result<std::unique_ptr<LakeLock>> taken =
          LakeLock::take(store_, {.owner = options_.owner, .now = options_.now, .owner_is_gone = options_.owner_is_gone});
      if (!taken) return std::move(taken).error();
      lock = *std::move(taken);
    }
    Result<std::vector<LakeManifest>> manifests = read_manifests(store_, &report_.problems);
    if (!manifests) return std::move(manifests).error();
    const Result<Numbers> numbers = with_links(reader_, *manifests, people_.viewers);
    if (!numbers) return numbers.error();
    for (const LakeManifest& manifest : *manifests) {
      if (options_.cancelled && options_.cancelled()) {
        return Error{ErrorCode::kCancelled, "stopped; each day is as it was or done, and the same command again does the rest"};
      }
      if (lock != nullptr) {
        if (Status renewed = lock->renew(); !renewed) return std::move(renewed).error();
      }
      if (Status done = one_day(manifest, *numbers); !done) return std::move(done).error();
    }
    if (lock != nullptr) report_.lock_problem = lock->let_go();
    return std::move(report_);
  }

 private:
  Status one_day(const LakeManifest& before, const Numbers& numbers) {
    Result<DayOfPresence> day = read_day(reader_, before);
    if (!day && is_damage(day.error())) {
      report_.problems.add("damaged_day", format_day(before.day) + ": " + day.error().message);
      return {};
    }
    if (!day) return std::move(day).error();
    const std::uint64_t count = count_of(*day, numbers);
    if (count == 0) return note_list(before);
    report_.days.push_back(before.day);
    report_.num_rows += count;
    const std::uint64_t num_buckets = take_out(*day, [&](std::int64_t viewer) { return numbers.contains(viewer); });
    report_.num_buckets += num_buckets;
    if (options_.dry_run) return {};
    LakeManifest after = before;
    if (is_free_of_list_after(before)) after.forgotten_list = people_.list_after;
    after.num_rows_out -= num_buckets;
    after.num_forgotten_rows += num_buckets;
    // Another name than any that readers know: who reads the day as it was meets no other bytes.
    const std::string text = fmt::format("{}\nforgotten\n{}\n{}\n", before.run, after.num_forgotten_rows, count);
    after.run = to_string(digest_of(text)).substr(std::string_view("xxh3-128:").size(), before.run.size());
    const Result<std::uint64_t> written = writer_.write(after, *day, before);
    return written ? Status() : Status(written.error());
  }

  /// Once `people_` are out of it.
  [[nodiscard]] bool is_free_of_list_after(const LakeManifest& day) const {
    return !day.has_plain_names || (people_.is_complete && day.forgotten_list == people_.list_before);
  }

  /// Lets a day without these people say so, for compact() would make it anew.
  Status note_list(const LakeManifest& before) {
    if (options_.dry_run || !is_free_of_list_after(before) || before.forgotten_list == people_.list_after) return {};
    LakeManifest after = before;
    after.forgotten_list = people_.list_after;
    return store_.put(manifest_key(after.day), to_json(after), {.content_type = "application/json"});
  }

  ObjectStore& store_;
  const LakeForgetting& people_;
  const LakeChangeOptions& options_;
  const TableReader& reader_;
  DayWriter writer_;
  LakeForgetReport report_;
};

}  // namespace

Result<LakeForgetReport> forget_in_lake(ObjectStore& store, const LakeForgetting& people, const LakeChangeOptions& options) {
  const Result<TableReader> reader = TableReader::open(fetch_from(store, options.scratch));
  if (!reader) return reader.error();
  return Forgetting(store, people, options, *reader).run();
}

}  // namespace vieweratlas
