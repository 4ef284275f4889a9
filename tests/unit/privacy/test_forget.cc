#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

ViewerKey test_key() {
  std::array<std::uint8_t, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return ViewerKey::from_bytes(bytes);
}

/// A data folder with a helper for each thing that tests do.
class Forget : public testing::Test {
 protected:
  void put(const std::string& name, std::string_view bytes) { ASSERT_TRUE(write_file_atomic(folder_.path() / name, bytes).ok()); }
  std::string get(const std::string& name) { return read_file(folder_.path() / name).value(); }
  Result<ForgetReport> run(std::vector<std::string> users, bool dry_run = false) {
    std::vector<Person> people;
    for (const std::string& user : users) people.push_back(parse_person(user).value());
    ThreadPool pool(2);
    return forget(people, key_, {.data_dir = folder_.path(), .dry_run = dry_run}, pool);
  }
  ForgottenList list() { return ForgottenList::load(forgotten_path(folder_.path()), key_.id()).value(); }
  std::string id_hex(std::string_view id) { return key_.of_id("twitch", id).hex(); }
  std::string login_hex(std::string_view login) { return key_.of_login("twitch", login).hex(); }
  /// A line of a round: pseudonyms of ids, of logins beside them.
  std::string round_line(const std::vector<std::pair<std::string, std::string>>& viewers) {
    std::string chatters;
    std::string logins;
    std::string messages;
    for (const auto& [id, login] : viewers) {
      const std::string comma = chatters.empty() ? "" : ",";
      chatters += comma + "\"" + id_hex(id) + "\"";
      logins += comma + "\"" + (login.empty() ? "" : login_hex(login)) + "\"";
      messages += comma + "1";
    }
    return R"({"channel":"x","timestamp":"2026-01-05T10:00:00Z","chatters":[)" + chatters + R"(],"messages":[)" + messages +
           R"(],"logins":[)" + logins + "]}\n";
  }

  TemporaryFolder folder_;
  ViewerKey key_ = test_key();
};

TEST(ParsePerson, TellsIdsFromLogins) {
  EXPECT_EQ(parse_person("Ada").value(), (Person{.id = "", .login = "ada"}));
  EXPECT_EQ(parse_person(" @Ada ").value(), (Person{.id = "", .login = "ada"}));
  EXPECT_EQ(parse_person("1234").value(), (Person{.id = "1234", .login = ""}));
  EXPECT_EQ(parse_person("id:UCx").value(), (Person{.id = "UCx", .login = ""}));
  EXPECT_EQ(parse_person("login:1234").value(), (Person{.id = "", .login = "1234"}));
  for (const std::string_view text : {"", "  ", "id:", "a b", "a\"b", "@"}) EXPECT_FALSE(parse_person(text).ok()) << text;
}

TEST_F(Forget, TakesAPersonOutOfEveryKindOfFile) {
  put("flat_20260105_100000.json", R"({"channel":"x","chatters":["ada","bea"]})");
  put("raw/snapshots/2026/01/05/r.ndjson.zst", compress_zstd(round_line({{"1", "ada"}, {"2", "bea"}})));
  put("raw/chatter_logs/2026/01/05/c.csv.gz", compress_gzip("channel,username\nx,ADA\nx,bea\n"));
  const auto report = run({"ada"});
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->num_files, 3U);
  EXPECT_EQ(report->num_files_changed, 3U);
  EXPECT_EQ(report->num_rows, 3U);
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(get("flat_20260105_100000.json"), R"({"channel":"x","chatters":["bea"]})");
  std::string content;
  ASSERT_TRUE(decompress(Compression::kZstd, get("raw/snapshots/2026/01/05/r.ndjson.zst"), content).ok());
  EXPECT_EQ(content, round_line({{"2", "bea"}}));
  content.clear();
  ASSERT_TRUE(decompress(Compression::kGzip, get("raw/chatter_logs/2026/01/05/c.csv.gz"), content).ok());
  EXPECT_EQ(content, "channel,username\nx,bea\n");
}

TEST_F(Forget, ALoginLeadsToTheIdAndTheIdToItsOtherLogins) {
  put("a.ndjson", round_line({{"1", "ada"}, {"2", "bea"}}));
  put("b.ndjson", round_line({{"1", "ada_new"}, {"2", "bea"}}));
  put("c.ndjson", round_line({{"1", ""}, {"2", ""}}));
  put("d.json", R"({"channel":"x","chatters":["Ada_New","bea"]})");
  const auto report = run({"ada"});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_linked_ids, 1U);
  EXPECT_EQ(report->num_linked_logins, 1U);
  EXPECT_EQ(get("a.ndjson"), round_line({{"2", "bea"}}));
  EXPECT_EQ(get("b.ndjson"), round_line({{"2", "bea"}}));
  EXPECT_EQ(get("c.ndjson"), round_line({{"2", ""}}));
  EXPECT_EQ(get("d.json"), R"({"channel":"x","chatters":["bea"]})") << "a plain name that is known by its pseudonym alone";
  EXPECT_TRUE(list().holds_id(key_.of_id("twitch", "1")));
  EXPECT_TRUE(list().holds_login(key_.of_login("twitch", "ada_new")));
  EXPECT_EQ(list().size(), 3U);
}

TEST_F(Forget, PlainAliasesLinkToo) {
  put("a.json", R"({"channel":"x","chatters":[{"login":"ada","id":"1"},{"login":"bea","id":"2"}]})");
  put("b.json", R"({"channel":"x","chatters":["ada",{"id":1},"2"]})");
  put("c.ndjson", round_line({{"1", ""}, {"2", ""}}));
  const auto report = run({"1"});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(get("a.json"), R"({"channel":"x","chatters":[{"login":"bea","id":"2"}]})");
  EXPECT_EQ(get("b.json"), R"({"channel":"x","chatters":["2"]})");
  EXPECT_EQ(get("c.ndjson"), round_line({{"2", ""}}));
  EXPECT_TRUE(list().holds_login(key_.of_login("twitch", "ada")));
}

TEST_F(Forget, ALoginThatChangedHandsDoesNotTakeTheNextOwnerAlong) {
  put("a.ndjson", round_line({{"1", "ada"}}));
  put("b.ndjson", round_line({{"2", "ada"}, {"3", "cleo"}}));  // the login was free and somebody else took it
  ASSERT_TRUE(run({"id:1"}).ok());
  EXPECT_FALSE(list().holds_id(key_.of_id("twitch", "2")));
}

TEST_F(Forget, TheListAloneIsEnoughForDataThatCameBack) {
  ASSERT_TRUE(run({"ada", "id:5"}).ok());
  put("a.json", R"({"channel":"x","chatters":["Ada","bea","5",{"id":5}]})");
  put("b.csv", "channel,username\nx,ada\nx,bea\n");
  const auto report = run({});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_tombstones_new, 0U);
  EXPECT_EQ(get("a.json"), R"({"channel":"x","chatters":["bea"]})");
  EXPECT_EQ(get("b.csv"), "channel,username\nx,bea\n");
}

TEST_F(Forget, ADryRunWritesNothing) {
  put("a.json", R"({"channel":"x","chatters":["ada","bea"]})");
  const auto report = run({"ada"}, true);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_files_changed, 1U);
  EXPECT_EQ(report->num_rows, 1U);
  EXPECT_EQ(get("a.json"), R"({"channel":"x","chatters":["ada","bea"]})");
  EXPECT_FALSE(fs::exists(folder_.path() / "state"));
}

TEST_F(Forget, AgainChangesNothing) {
  put("a.json", R"({"channel":"x","chatters":["ada","bea"]})");
  ASSERT_TRUE(run({"ada"}).ok());
  const auto written = fs::last_write_time(folder_.path() / "a.json");
  const auto again = run({"ada"});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->num_files_changed, 0U);
  EXPECT_EQ(again->num_tombstones_new, 0U);
  EXPECT_EQ(fs::last_write_time(folder_.path() / "a.json"), written);
}

TEST_F(Forget, LeftOversOfKilledRunsGo) {
  put("raw/snapshots/.a.json.replacing.tmp", "half ada");
  put("raw/snapshots/.b.json.12.0.tmp", "of a writer at work");
  const auto report = run({"ada"});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_left_overs, 1U);
  EXPECT_FALSE(fs::exists(folder_.path() / "raw/snapshots/.a.json.replacing.tmp"));
  EXPECT_TRUE(fs::exists(folder_.path() / "raw/snapshots/.b.json.12.0.tmp"));
}

TEST_F(Forget, LinksAreNotFollowedAndStateIsLeftAlone) {
  const TemporaryFolder elsewhere;
  const std::string text = R"({"channel":"x","chatters":["ada","bea"]})";
  ASSERT_TRUE(write_file_atomic(elsewhere.path() / "a.json", text).ok());
  put("state/something.json", text);
  fs::create_symlink(elsewhere.path() / "a.json", folder_.path() / "link.json");
  fs::create_directory_symlink(elsewhere.path(), folder_.path() / "linked");
  ASSERT_TRUE(run({"ada"}).ok());
  EXPECT_EQ(read_file(elsewhere.path() / "a.json").value(), text);
  EXPECT_EQ(get("state/something.json"), text);
}

TEST_F(Forget, DamagedFilesAreReported) {
  const std::string stored = compress_gzip(round_line({{"1", "ada"}}) + std::string(5000, ' '));
  put("a.ndjson.gz", std::string_view(stored).substr(0, stored.size() - 9));
  const auto report = run({"zoe"});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->problems.by_reason().at("damaged").count, 1U);
  EXPECT_THAT(report->problems.by_reason().at("damaged").example, HasSubstr("a.ndjson.gz"));
}

TEST_F(Forget, AFolderThatIsNotThereIsSaid) {
  ThreadPool pool(1);
  const auto report = forget({}, key_, {.data_dir = folder_.path() / "none"}, pool);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
}

TEST_F(Forget, AFileThatAppearsMeanwhileIsLookedAtToo) {
  put("a.json", R"({"channel":"x","chatters":["ada","bea"]})");
  put("c.ndjson", round_line({{"1", ""}, {"2", ""}}));  // hers, but only the file that comes later tells
  ThreadPool pool(1);
  const std::vector<Person> people{{.id = {}, .login = "ada"}};
  bool is_stored = false;
  const auto a_round_is_stored = [&](std::uint64_t, std::uint64_t) {
    if (!std::exchange(is_stored, true)) put("b.ndjson", round_line({{"1", "ada"}, {"2", "bea"}}));
  };
  const auto report = forget(people, key_, {.data_dir = folder_.path(), .progress = a_round_is_stored}, pool);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_files, 3U);
  EXPECT_EQ(get("a.json"), R"({"channel":"x","chatters":["bea"]})");
  EXPECT_EQ(get("c.ndjson"), round_line({{"2", ""}}));
  EXPECT_EQ(get("b.ndjson"), round_line({{"2", "bea"}}));
  EXPECT_TRUE(list().holds_id(key_.of_id("twitch", "1")));
}

TEST_F(Forget, CanBeStoppedBetweenFiles) {
  put("a.json", R"({"channel":"x","chatters":["ada"]})");
  ThreadPool pool(1);
  const std::vector<Person> people{{.id = {}, .login = "ada"}};
  const auto report = forget(people, key_, {.data_dir = folder_.path(), .cancelled = [] { return true; }}, pool);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(list().holds_login(key_.of_login("twitch", "ada")));
  ASSERT_TRUE(run({"ada"}).ok());
  EXPECT_THAT(get("a.json"), Not(HasSubstr("ada")));
}

TEST_F(Forget, TheTestOfTheListTellsPlainNamesAndPseudonyms) {
  ForgottenList forgotten;
  forgotten.add(std::array{key_.of_id("twitch", "5")}, std::array{key_.of_login("twitch", "ada")});
  const ViewerTest with_key = viewer_test(forgotten, &key_, "twitch");
  EXPECT_TRUE(with_key({.name = "ADA"}));
  EXPECT_TRUE(with_key({.name = "5"}));
  EXPECT_TRUE(with_key({.name = id_hex("5")}));
  EXPECT_TRUE(with_key({.name = id_hex("6"), .login = login_hex("ada")}));
  EXPECT_FALSE(with_key({.name = "bea", .id = "6", .login = "bea"}));
  EXPECT_FALSE(with_key({.login = "5"}));
  const ViewerTest without_key = viewer_test(forgotten, nullptr, "twitch");
  EXPECT_FALSE(without_key({.name = "ada"}));
  EXPECT_TRUE(without_key({.name = login_hex("ada")}));
}

}  // namespace
}  // namespace vieweratlas
