#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lake/day_tables.h"
#include "lake/day_writer.h"
#include "lake/parquet_file.h"
#include "support/fault_store.h"
#include "support/temporary_folder.h"
#include "unit/lake/stopping_store.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/redact.h"
#include "vieweratlas/presence/viewer_table.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/privacy/viewer_number.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr DayNumber kDay = 20'777;  // 2026-11-20
const UtcTime kNow{std::chrono::days(kDay + 2) + std::chrono::hours(9)};

ViewerKey key_of_all(std::uint8_t byte) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(byte);
  return ViewerKey::from_bytes(bytes);
}

std::string snapshot(const std::string& time, const std::string& channel, const std::string& chatters) {
  return R"({"timestamp":")" + time + R"(","channel":")" + channel + R"(","viewer_count":10,"game_name":"Chess","chatters":[)" + chatters +
         "]}\n";
}

class CompactTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!lake_internal::has_parquet()) GTEST_SKIP() << "built without DuckDB";
  }

  void put_raw(const std::string& key, const std::string& text) { ASSERT_TRUE(store_.put(key, text).ok()); }
  void put_two_days() {
    put_raw("raw/snapshots/2026/11/20/a.ndjson", snapshot("2026-11-20T10:00:00Z", "ada", R"("v1","v2","v2")") +
                                                     snapshot("2026-11-20T11:30:00Z", "ada", R"("v2","v3")") +
                                                     snapshot("2026-11-20T11:30:00Z", "bob", R"("v1")"));
    put_raw("raw/snapshots/2026/11/21/b.ndjson",
            snapshot("2026-11-20T23:59:00Z", "bob", R"("v9")") + snapshot("2026-11-21T00:10:00Z", "ada", R"("v1")"));
  }

  CompactOptions options() const {
    CompactOptions options;
    options.today = kDay + 2;
    options.now = [] { return kNow; };
    options.scratch = scratch_.path();
    options.version = "0.1.0";
    options.owner = "here, process 1";
    return options;
  }
  Result<CompactReport> compact_with(ObjectStore& store, const CompactOptions& with, const ViewerKey& key = key_of_all(7)) {
    const std::unique_ptr<PresenceInput> raw = folder_input(data_.path());
    return compact(store, *raw, key, with, pool_);
  }
  CompactReport compact_all() {
    Result<CompactReport> report = compact_with(store_, options());
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *std::move(report) : CompactReport{};
  }
  LakeManifest manifest_of(DayNumber day) {
    const Result<LakeManifest> manifest = parse_manifest(*store_.get(manifest_key(day)), manifest_key(day));
    EXPECT_TRUE(manifest.ok());
    return manifest.ok() ? *manifest : LakeManifest{};
  }
  DayOfPresence presence_of(DayNumber day) {
    const Result<TableReader> reader = TableReader::open(fetch_from(store_, scratch_.path()));
    Result<DayOfPresence> presence = lake_internal::read_day(*reader, manifest_of(day));
    EXPECT_TRUE(presence.ok()) << presence.error().message;
    return presence.ok() ? *std::move(presence) : DayOfPresence{};
  }
  /// All objects of the lake and their bytes.
  std::map<std::string, std::string> lake() const {
    std::map<std::string, std::string> all;
    const Result<std::vector<StoredObject>> objects = store_.list("curated/");
    for (const StoredObject& object : *objects) all[object.key] = *store_.get(object.key);
    return all;
  }
  VerifyReport verify() {
    Result<VerifyReport> report = verify_lake(store_, {.scratch = scratch_.path()});
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *std::move(report) : VerifyReport{};
  }
  VerifyReport verify_deep() {
    const std::unique_ptr<PresenceInput> raw = folder_input(data_.path());
    const ViewerKey key = key_of_all(7);
    const DeepVerify deep{.raw = raw.get(), .number = viewer_numbering(key, "twitch"), .key_id = key.id(), .pool = &pool_};
    Result<VerifyReport> report = verify_lake(store_, {.scratch = scratch_.path()}, &deep);
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *std::move(report) : VerifyReport{};
  }
  LakeChangeOptions change() const {
    return {.now = [] { return kNow; }, .owner = "here, process 1", .owner_is_gone = {}, .scratch = scratch_.path()};
  }

  TemporaryFolder data_;
  TemporaryFolder scratch_;
  LocalStore store_{data_.path()};
  ThreadPool pool_{2};
};

TEST_F(CompactTest, MakesADayOfEveryFileThatHasSnapshotsOfIt) {
  put_two_days();
  const CompactReport report = compact_all();
  EXPECT_EQ(report.days, (std::vector<DayNumber>{kDay, kDay + 1}));
  EXPECT_EQ(report.num_rows_in, 8U);
  EXPECT_EQ(report.num_duplicate_rows, 1U);
  EXPECT_EQ(report.num_rows_out, 7U);
  EXPECT_EQ(report.num_files_read, 2U);

  const LakeManifest manifest = manifest_of(kDay);
  EXPECT_EQ(manifest.inputs.size(), 2U);
  ASSERT_EQ(manifest.presence.size(), 1U);
  EXPECT_EQ(manifest.presence[0].source, "live");
  EXPECT_EQ(manifest.presence[0].num_rows, 5U);  // v1, v2, v3 of ada; v1 and v9 of bob
  EXPECT_EQ(manifest.num_rows_out, 6U);
  const DayOfPresence day = presence_of(kDay);
  EXPECT_EQ(day.snapshots.size(), 4U);
  std::uint64_t num_twice = 0;
  for (const DayRow& row : day.sources.at(0).rows) {
    if (row.buckets != 2) continue;
    ++num_twice;
    EXPECT_EQ(row.first_min, 600);
    EXPECT_EQ(row.last_min, 690);
  }
  EXPECT_EQ(num_twice, 1U);
  EXPECT_TRUE(verify().problems.empty());
  EXPECT_EQ(verify_deep().num_days_compared, 2U);
  EXPECT_TRUE(verify_deep().problems.empty());
}

TEST_F(CompactTest, ChangesNothingWhenNothingChanged) {
  put_two_days();
  compact_all();
  const auto before = lake();
  const CompactReport again = compact_all();
  EXPECT_TRUE(again.days.empty());
  EXPECT_EQ(again.num_days_current, 2U);
  EXPECT_EQ(again.num_files_read, 0U);
  EXPECT_EQ(lake(), before);
}

TEST_F(CompactTest, GivesTheSameBytesElsewhereAndAnew) {
  put_two_days();
  compact_all();
  auto first = lake();
  for (const auto& [object_key, bytes] : first) ASSERT_TRUE(store_.remove(object_key).ok());
  compact_all();
  EXPECT_EQ(lake(), first);
}

TEST_F(CompactTest, ALateFileMakesItsDaysAnew) {
  put_two_days();
  compact_all();
  const std::string old_table = manifest_of(kDay).presence[0].key;
  put_raw("raw/vod_snapshots/ada/1234.ndjson", snapshot("2026-11-20T12:00:00Z", "ada", R"("v7")"));
  const CompactReport report = compact_all();
  EXPECT_EQ(report.days, (std::vector<DayNumber>{kDay}));
  EXPECT_EQ(manifest_of(kDay).inputs.size(), 3U);
  EXPECT_FALSE(*store_.exists(old_table));
  EXPECT_TRUE(verify_deep().problems.empty());
}

TEST_F(CompactTest, AChangedFileMakesItsDaysAnewAndATouchedOneDoesNot) {
  put_two_days();
  compact_all();
  put_raw("raw/snapshots/2026/11/21/b.ndjson", snapshot("2026-11-21T00:10:00Z", "ada", R"("v1","v5")"));
  EXPECT_EQ(compact_all().days, (std::vector<DayNumber>{kDay, kDay + 1}));
  EXPECT_EQ(manifest_of(kDay).inputs.size(), 1U);
  EXPECT_TRUE(verify_deep().problems.empty());

  const fs::path file = data_.path() / "raw/snapshots/2026/11/20/a.ndjson";
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(5));
  const CompactReport touched = compact_all();
  EXPECT_TRUE(touched.days.empty());
  EXPECT_EQ(touched.num_files_read, 1U);
  EXPECT_EQ(compact_all().num_files_read, 0U);
}

TEST_F(CompactTest, LeavesTheDayThatHasNotEndedUnlessItIsNamed) {
  put_raw("raw/snapshots/2026/11/22/c.ndjson", snapshot("2026-11-22T01:00:00Z", "ada", R"("v1")"));
  EXPECT_TRUE(compact_all().days.empty());
  CompactOptions named = options();
  named.since = kDay + 2;
  named.until = kDay + 2;
  EXPECT_EQ(compact_with(store_, named)->days, (std::vector<DayNumber>{kDay + 2}));
}

TEST_F(CompactTest, ADayWithoutSnapshotsHasAManifestAndNoTables) {
  put_raw("raw/snapshots/2026/11/20/empty.ndjson", "");
  const CompactReport report = compact_all();
  EXPECT_EQ(report.days, (std::vector<DayNumber>{kDay}));
  EXPECT_EQ(report.num_days_empty, 1U);
  EXPECT_TRUE(lake_internal::tables_of(manifest_of(kDay)).empty());
  EXPECT_TRUE(compact_all().days.empty());
  EXPECT_TRUE(verify().problems.empty());
}

TEST_F(CompactTest, KeepsDaysOfWhichRawFilesAreGone) {
  put_two_days();
  compact_all();
  const auto before = lake();
  ASSERT_TRUE(store_.remove("raw/snapshots/2026/11/20/a.ndjson").ok());
  const CompactReport report = compact_all();
  EXPECT_TRUE(report.days.empty());
  EXPECT_EQ(report.num_days_raw_gone, 1U);
  EXPECT_EQ(lake(), before);
  put_raw("raw/vod_snapshots/ada/1234.ndjson", snapshot("2026-11-20T12:00:00Z", "ada", R"("v7")"));
  EXPECT_EQ(compact_all().losses.by_reason().at("late_for_purged_day").count, 1U);
  EXPECT_EQ(lake(), before);
}

TEST_F(CompactTest, RefusesAnotherKey) {
  put_two_days();
  compact_all();
  const auto before = lake();
  const Result<CompactReport> report = compact_with(store_, options(), key_of_all(8));
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(report.error().message.find(key_of_all(7).id()), std::string::npos);
  EXPECT_EQ(lake(), before);
  EXPECT_FALSE(*store_.exists("state/compact/lock"));
}

TEST_F(CompactTest, ADryRunChangesNothing) {
  put_two_days();
  CompactOptions look = options();
  look.dry_run = true;
  EXPECT_EQ(compact_with(store_, look)->days.size(), 2U);
  EXPECT_TRUE(lake().empty());
  EXPECT_FALSE(*store_.exists("state/compact/lock"));
}

TEST_F(CompactTest, KilledAtAnyChangeTheLakeIsOldOrNewAndTheNextRunFinishes) {
  put_two_days();
  compact_all();
  put_raw("raw/snapshots/2026/11/20/late.ndjson", snapshot("2026-11-20T12:00:00Z", "ada", R"("v7","v8")"));
  const std::string old_run = manifest_of(kDay).run;
  const std::string other_run = manifest_of(kDay + 1).run;
  for (std::uint64_t num_changes = 0;; ++num_changes) {
    const TemporaryFolder copy;
    fs::copy(data_.path(), copy.path(), fs::copy_options::recursive);
    StoppingStore store(copy.path(), num_changes);
    const std::unique_ptr<PresenceInput> raw = folder_input(data_.path());
    static_cast<void>(compact(store, *raw, key_of_all(7), options(), pool_));

    LocalStore after(copy.path());
    EXPECT_TRUE(verify_lake(after, {.scratch = scratch_.path()})->problems.empty()) << num_changes;
    CompactOptions next = options();
    next.owner_is_gone = [](std::string_view) { return true; };
    next.now = [] { return kNow + std::chrono::hours(24 * 400); };  // left-overs are old by then
    const Result<CompactReport> finished = compact(after, *raw, key_of_all(7), next, pool_);
    ASSERT_TRUE(finished.ok()) << finished.error().message;
    const VerifyReport verified = *verify_lake(after, {.scratch = scratch_.path()});
    EXPECT_TRUE(verified.problems.empty()) << num_changes;
    EXPECT_EQ(verified.num_left_overs, 0U) << num_changes;
    EXPECT_EQ(verified.num_rows, 8U) << num_changes;
    if (!store.was_stopped()) break;
    ASSERT_LT(num_changes, 50U);
  }
  EXPECT_EQ(manifest_of(kDay).run, old_run);
  EXPECT_EQ(manifest_of(kDay + 1).run, other_run);
}

TEST_F(CompactTest, OneRunAtATime) {
  put_two_days();
  ASSERT_TRUE(store_.put("state/compact/lock", format_iso(kNow - std::chrono::minutes(30)) + " there, process 5\n").ok());
  const Result<CompactReport> refused = compact_with(store_, options());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(refused.error().message.find("there, process 5"), std::string::npos);
  EXPECT_TRUE(*store_.exists("state/compact/lock"));

  ASSERT_TRUE(store_.put("state/compact/lock", format_iso(kNow - std::chrono::hours(1)) + " there, process 5\n").ok());
  const CompactReport taken = compact_all();
  EXPECT_EQ(taken.stale_lock, "there, process 5");
  EXPECT_EQ(taken.days.size(), 2U);
  EXPECT_FALSE(*store_.exists("state/compact/lock"));
}

TEST_F(CompactTest, ALockThatCannotBeRemovedIsToldWithItsRemedy) {
  put_two_days();
  EXPECT_EQ(compact_all().lock_problem, "");
  FaultStore refusing(store_);
  refusing.fail_calls("remove", {.code = ErrorCode::kDenied, .nth = 1, .times = 1000});
  const Result<CompactReport> report = compact_with(refusing, options());
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_NE(report->lock_problem.find("state/compact/lock could not be removed"), std::string::npos) << report->lock_problem;
  EXPECT_NE(report->lock_problem.find("by hand"), std::string::npos);
  EXPECT_TRUE(*store_.exists("state/compact/lock"));
}

TEST_F(CompactTest, DamageIsFound) {
  put_two_days();
  compact_all();
  const LakeTable table = manifest_of(kDay).presence[0];
  std::string bytes = *store_.get(table.key);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  ASSERT_TRUE(store_.put(table.key, bytes).ok());
  EXPECT_EQ(verify().problems.by_reason().at("damaged_table").count, 1U);
  ASSERT_TRUE(store_.remove(table.key).ok());
  EXPECT_EQ(verify().problems.by_reason().at("missing_table").count, 1U);
  ASSERT_TRUE(store_.put(manifest_key(kDay + 1), "{}").ok());
  EXPECT_EQ(verify().problems.by_reason().at("damaged_manifest").count, 1U);
}

TEST_F(CompactTest, StatsTellMissingAndStaleDays) {
  put_two_days();
  const std::unique_ptr<PresenceInput> raw = folder_input(data_.path());
  Result<std::vector<LakeDay>> days = lake_days(store_, *raw);
  ASSERT_EQ(days->size(), 2U);
  EXPECT_EQ((*days)[0].state, DayState::kMissing);
  compact_all();
  days = lake_days(store_, *raw);
  EXPECT_EQ((*days)[0].state, DayState::kCurrent);
  EXPECT_EQ((*days)[0].num_rows, 5U);
  EXPECT_EQ((*days)[0].num_snapshots, 4U);
  EXPECT_EQ((*days)[0].num_channels, 2U);
  put_raw("raw/snapshots/2026/11/20/late.ndjson", snapshot("2026-11-20T12:00:00Z", "ada", R"("v7")"));
  ASSERT_TRUE(store_.remove("raw/snapshots/2026/11/21/b.ndjson").ok());
  days = lake_days(store_, *raw);
  EXPECT_EQ((*days)[1].state, DayState::kRawGone);
}

TEST_F(CompactTest, PurgeRemovesWholeDays) {
  put_two_days();
  compact_all();
  LakeChangeOptions look = change();
  look.dry_run = true;
  EXPECT_EQ(purge_lake(store_, kDay + 1, look)->num_days, 1U);
  EXPECT_TRUE(*store_.exists(manifest_key(kDay)));
  const Result<LakePurgeReport> report = purge_lake(store_, kDay + 1, change());
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_days, 1U);
  EXPECT_EQ(report->num_days_kept, 1U);
  EXPECT_EQ(store_.list("curated/presence/dt=2026-11-20")->size(), 0U);
  EXPECT_EQ(store_.list("curated/snapshots/dt=2026-11-20")->size(), 0U);
  EXPECT_TRUE(verify().problems.empty());
  EXPECT_EQ(verify().num_days, 1U);
}

TEST_F(CompactTest, ForgottenViewersAreTakenOut) {
  put_two_days();
  compact_all();
  const std::string old_table = manifest_of(kDay).presence[0].key;
  const ViewerNumbering number = viewer_numbering(key_of_all(7), "twitch");
  const std::int64_t forgotten = number(ViewerTable::key_of("v2"));
  const Result<LakeForgetReport> report = forget_in_lake(store_, {.viewers = {forgotten}}, change());
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->days, (std::vector<DayNumber>{kDay}));
  EXPECT_EQ(report->num_rows, 1U);
  EXPECT_EQ(report->num_buckets, 2U);
  EXPECT_FALSE(*store_.exists(old_table));
  const DayOfPresence day = presence_of(kDay);
  for (const DayRow& row : day.sources.at(0).rows) EXPECT_NE(row.viewer, forgotten);
  EXPECT_EQ(manifest_of(kDay).num_forgotten_rows, 2U);
  EXPECT_TRUE(verify().problems.empty());
  EXPECT_TRUE(forget_in_lake(store_, {.viewers = {forgotten}}, change())->days.empty());
  EXPECT_TRUE(compact_all().days.empty());  // raw files are as they were: what was taken out stays out
}

/// A list with the id and the login of one person each, and the compaction that obeys it.
struct Forgotten {
  explicit Forgotten(const ViewerKey& key) {
    const Pseudonym id = key.of_id("twitch", "7");
    const Pseudonym login = key.of_login("twitch", "vera");
    list.add({&id, 1}, {&login, 1});
    test = viewer_test(list, &key, "twitch");
  }
  ForgottenList list;
  ViewerTest test;
};

TEST_F(CompactTest, ForgottenViewersDoNotComeBackByAnyName) {
  const ViewerKey key = key_of_all(7);
  const Forgotten forgotten(key);
  const std::string id = key.of_id("twitch", "7").hex();
  const std::string other = key.of_id("twitch", "8").hex();
  const std::string login = key.of_login("twitch", "vera").hex();
  const std::string at = "2026-11-20T10:0";
  const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
  put_raw("raw/snapshots/2026/11/20/a.ndjson",
          snapshot(at + "0:00Z", "ada", R"("VERA","v1",{"id":"7","login":"x"},{"user_id":9,"login":"Vera"},7,"7")") +
              snapshot(at + "1:00Z", "ada", quoted(id) + "," + quoted(login) + "," + quoted(other)) + R"({"timestamp":")" + at +
              R"(2:00Z","channel":"ada","chatters":[)" + quoted(other) + "," + quoted(key.of_id("twitch", "6").hex()) +
              R"(],"messages":[1,2],"logins":[)" + quoted(login) + R"(,""]})" + "\n" +
              snapshot(at + "3:00Z", "ada", R"({"_id":"7","login":"y"},"v1")"));
  put_raw("raw/snapshots/2026/11/20/b.csv", "timestamp,channel,username\n2026-11-20T11:00:00Z,ada,Vera\n2026-11-20T11:00:00Z,ada,v1\n");
  CompactOptions forgetting = options();
  forgetting.refuse = forgotten.test;
  forgetting.forgotten_list = forgotten.list.digest();
  const Result<CompactReport> report = compact_with(store_, forgetting);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->num_forgotten_rows, 10U);
  EXPECT_EQ(report->num_rows_in, 15U);
  EXPECT_EQ(report->num_rows_out, 5U);
  const ViewerNumbering number = viewer_numbering(key, "twitch");
  std::set<std::int64_t> viewers;
  for (const DaySource& source : presence_of(kDay).sources) {
    for (const DayRow& row : source.rows) viewers.insert(row.viewer);
  }
  EXPECT_EQ(viewers, (std::set<std::int64_t>{number(ViewerTable::key_of("v1")), number(ViewerTable::key_of(other)),
                                             number(ViewerTable::key_of(key.of_id("twitch", "6").hex()))}));
  EXPECT_TRUE(presence_of(kDay).aliases.empty());
  EXPECT_TRUE(verify().problems.empty());
  EXPECT_TRUE(compact_with(store_, forgetting)->days.empty());
}

TEST_F(CompactTest, DaysThatWereMadeWithAnotherListAreMadeAnew) {
  put_raw("raw/snapshots/2026/11/20/a.ndjson", snapshot("2026-11-20T10:00:00Z", "ada", R"("vera","v1")"));
  compact_all();
  EXPECT_TRUE(manifest_of(kDay).has_plain_names);
  const Forgotten forgotten(key_of_all(7));
  CompactOptions forgetting = options();
  forgetting.refuse = forgotten.test;
  forgetting.forgotten_list = forgotten.list.digest();
  const Result<CompactReport> report = compact_with(store_, forgetting);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->days, (std::vector<DayNumber>{kDay}));
  EXPECT_EQ(report->num_forgotten_rows, 1U);
  EXPECT_EQ(manifest_of(kDay).forgotten_list, forgotten.list.digest());
}

TEST_F(CompactTest, DaysWithoutRawFilesSayThatTheyWereMadeBeforeForgetting) {
  put_raw("raw/snapshots/2026/11/20/a.ndjson", snapshot("2026-11-20T10:00:00Z", "ada", R"("vera","v1")"));
  put_raw("raw/snapshots/2026/11/21/b.ndjson",
          snapshot("2026-11-21T10:00:00Z", "ada", '"' + key_of_all(7).of_id("twitch", "3").hex() + '"'));
  compact_all();
  EXPECT_FALSE(manifest_of(kDay + 1).has_plain_names);
  fs::remove_all(data_.path() / "raw");
  const Forgotten forgotten(key_of_all(7));
  CompactOptions forgetting = options();
  forgetting.refuse = forgotten.test;
  forgetting.forgotten_list = forgotten.list.digest();
  const Result<CompactReport> report = compact_with(store_, forgetting);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_TRUE(report->days.empty());
  EXPECT_EQ(report->losses.by_reason().count("made_before_forgetting"), 1U) << "pseudonyms are told by their numbers";
}

TEST_F(CompactTest, ForgettingLetsDaysSayWhichListTheyObey) {
  put_raw("raw/snapshots/2026/11/20/a.ndjson", snapshot("2026-11-20T10:00:00Z", "ada", R"("vera","v1")"));
  put_raw("raw/snapshots/2026/11/21/b.ndjson",
          snapshot("2026-11-21T10:00:00Z", "ada", '"' + key_of_all(7).of_id("twitch", "3").hex() + '"'));
  compact_all();
  const ViewerNumbering number = viewer_numbering(key_of_all(7), "twitch");
  LakeForgetting people{
      .viewers = {number(ViewerTable::key_of("vera"))}, .list_before = "", .list_after = "xxh3-128:1", .is_complete = false};
  ASSERT_TRUE(forget_in_lake(store_, people, change()).ok());
  EXPECT_EQ(manifest_of(kDay).forgotten_list, "") << "somebody's plain name was not known";
  EXPECT_EQ(manifest_of(kDay + 1).forgotten_list, "xxh3-128:1") << "it has none";
  people.is_complete = true;
  ASSERT_TRUE(forget_in_lake(store_, people, change()).ok());
  EXPECT_EQ(manifest_of(kDay).forgotten_list, "xxh3-128:1");
  EXPECT_TRUE(verify().problems.empty());
}

TEST_F(CompactTest, TablesThatAreGoneOrShortAreMadeAnew) {
  put_two_days();
  compact_all();
  const std::map<std::string, std::string> before = lake();
  const std::string table = manifest_of(kDay).presence[0].key;
  ASSERT_TRUE(store_.remove(table).ok());
  EXPECT_EQ(compact_all().days, (std::vector<DayNumber>{kDay}));
  EXPECT_EQ(lake(), before);
  ASSERT_TRUE(store_.put(manifest_of(kDay).snapshots->key, "short").ok());
  EXPECT_EQ(compact_all().days, (std::vector<DayNumber>{kDay}));
  EXPECT_EQ(lake(), before);
  fs::remove_all(data_.path() / "raw");
  ASSERT_TRUE(store_.remove(table).ok());
  const CompactReport report = compact_all();
  EXPECT_TRUE(report.days.empty());
  EXPECT_EQ(report.losses.by_reason().count("damaged_day"), 1U);
}

TEST_F(CompactTest, ForgettingGoesOnBehindDamagedDays) {
  put_raw("raw/snapshots/2026/11/19/a.ndjson", snapshot("2026-11-19T10:00:00Z", "ada", R"("vera","v1")"));
  put_raw("raw/snapshots/2026/11/20/a.ndjson", snapshot("2026-11-20T10:00:00Z", "ada", R"("vera","v1")"));
  put_raw("raw/snapshots/2026/11/21/a.ndjson", snapshot("2026-11-21T10:00:00Z", "ada", R"("vera","v1")"));
  compact_all();
  ASSERT_TRUE(store_.put(manifest_key(kDay - 1), "garbage").ok());
  ASSERT_TRUE(store_.put(manifest_of(kDay).presence[0].key, "garbage").ok());
  const ViewerNumbering number = viewer_numbering(key_of_all(7), "twitch");
  const Result<LakeForgetReport> report = forget_in_lake(store_, {.viewers = {number(ViewerTable::key_of("vera"))}}, change());
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->days, (std::vector<DayNumber>{kDay + 1}));
  EXPECT_EQ(report->problems.by_reason().count("damaged_manifest"), 1U);
  EXPECT_EQ(report->problems.by_reason().count("damaged_day"), 1U);
}

}  // namespace
}  // namespace vieweratlas
