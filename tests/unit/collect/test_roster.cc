#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collect/channel_list.h"
#include "collect/roster_choice.h"
#include "collect/roster_filter.h"
#include "scripted_twitch.h"

#include "vieweratlas/collect/roster.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using collect_internal::ChannelList;
using collect_internal::RosterChoice;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kStreams = "/helix/streams";

std::string stream(std::uint64_t id, std::uint64_t viewers, const std::string& language = "en", const std::string& game_id = "1") {
  const std::string name = "c" + std::to_string(id);
  return R"({"user_id":")" + std::to_string(id) + R"(","user_login":")" + name + R"(","user_name":")" + name + R"(","language":")" +
         language + R"(","game_id":")" + game_id + R"(","game_name":"Game","title":"t","viewer_count":)" + std::to_string(viewers) +
         R"(,"started_at":"2026-11-22T09:00:00Z"})";
}

HttpResponse page(const std::vector<std::string>& streams, const std::string& cursor = "") {
  std::string data;
  for (const std::string& one : streams) data += (data.empty() ? "" : ",") + one;
  return json_answer("{\"data\":[" + data + "],\"pagination\":" + (cursor.empty() ? "{}" : "{\"cursor\":\"" + cursor + "\"}") + "}");
}

struct Choosing : ScriptedTwitch {
  Choosing() {
    options.credentials.token = Secret("user");
    options.roster.top_channels = 3;
  }
  RosterSource& source() {
    if (!source_) {
      keeper_ = std::make_unique<TokenKeeper>(options, http, clock, log, &sleeper);
      EXPECT_EQ(keeper_->start(false, {}).ok(), keeper_->has_credentials());
      source_ = std::make_unique<RosterSource>(options, http, *keeper_, clock, log, &sleeper);
    }
    return *source_;
  }
  Roster refresh() {
    Result<Roster> roster = source().refresh({});
    EXPECT_TRUE(roster.ok()) << (roster.ok() ? "" : roster.error().message);
    return roster.ok() ? *std::move(roster) : Roster{};
  }
  std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const ChannelFacts& facts : refresh().channels) result.push_back(facts.channel);
    return result;
  }
  std::string error() {
    const Result<Roster> roster = source().refresh({});
    return roster.ok() ? "no error" : roster.error().message;
  }
  std::filesystem::path file(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file_atomic(folder.path() / name, text).ok());
    return folder.path() / name;
  }

 private:
  std::unique_ptr<TokenKeeper> keeper_;
  std::unique_ptr<RosterSource> source_;
};

TEST(Roster, TakesTheMostWatchedOverSeveralPages) {
  Choosing twitch;
  twitch.http.next(kStreams, page({stream(1, 900), stream(2, 800)}, "one"));
  twitch.http.next(kStreams, page({stream(2, 790), stream(3, 700), stream(4, 600)}, "two"));
  const Roster roster = twitch.refresh();
  ASSERT_EQ(roster.channels.size(), 3U);
  EXPECT_EQ(roster.channels[0].channel, "c1");
  EXPECT_EQ(roster.channels[0].channel_id, "1");
  EXPECT_EQ(roster.channels[0].viewer_count, 900U);
  EXPECT_EQ(roster.channels[0].game_name, "Game");
  EXPECT_EQ(roster.channels[0].language, "en");
  EXPECT_EQ(roster.channels[1].viewer_count, 790U) << "the newer facts";
  EXPECT_EQ(roster.num_pages, 2U);
  EXPECT_EQ(roster.num_duplicates, 1U);
  EXPECT_EQ(roster.stopped_by, "limit");
  EXPECT_THAT(twitch.http.last(kStreams).url, HasSubstr("after=one"));
}

TEST(Roster, FiltersByLanguageGameAndViewers) {
  Choosing twitch;
  twitch.options.roster.languages = {"DE"};
  twitch.options.roster.games = {"game one", "77"};
  twitch.options.roster.min_viewers = 50;
  twitch.http.next("/helix/games", json_answer(R"({"data":[{"id":"5","name":"Game One"}]})"));
  twitch.http.next(kStreams, page({stream(1, 900, "de", "5"), stream(2, 800, "en", "5"), stream(3, 700, "de", "9"),
                                   stream(4, 600, "de", "77"), stream(5, 49, "de", "5")}));
  const Roster roster = twitch.refresh();
  ASSERT_EQ(roster.channels.size(), 2U);
  EXPECT_EQ(roster.channels[0].channel, "c1");
  EXPECT_EQ(roster.channels[1].channel, "c4");
  EXPECT_EQ(roster.num_filtered, 3U);
  EXPECT_THAT(twitch.http.last(kStreams).url, HasSubstr("game_id=5&game_id=77&language=de"));
  EXPECT_THAT(twitch.http.last("/helix/games").url, HasSubstr("name=game%20one&name=77"));
  twitch.http.next(kStreams, page({stream(1, 900, "de", "5")}));
  (void)twitch.refresh();
  EXPECT_EQ(twitch.http.count("/helix/games"), 1U) << "ids do not change";
}

TEST(Roster, AnUnknownGameIsAMistake) {
  Choosing twitch;
  twitch.options.roster.games = {"Chess", "No Such Game"};
  twitch.http.next("/helix/games", json_answer(R"({"data":[{"id":"5","name":"Chess"}]})"));
  EXPECT_THAT(twitch.error(), HasSubstr("No Such Game"));
}

TEST(Roster, OptOutsAreAlwaysObeyed) {
  Choosing twitch;
  twitch.options.roster.opt_out_file = twitch.file("no.txt", "# do not visit\nC1\n3 # by id\n");
  twitch.http.always(kStreams, page({stream(1, 900), stream(2, 800), stream(3, 700)}));
  const Roster roster = twitch.refresh();
  ASSERT_EQ(roster.channels.size(), 1U);
  EXPECT_EQ(roster.channels[0].channel, "c2");
  EXPECT_EQ(roster.num_opted_out, 2U);
  (void)twitch.file("no.txt", "c1\nc2\n");
  EXPECT_THAT(twitch.names(), ElementsAre("c3")) << "who opts out leaves at once";
  (void)twitch.file("no.txt", "c1\nnot a name\n");
  EXPECT_THAT(twitch.error(), HasSubstr("not a name"));
  std::filesystem::remove(twitch.options.roster.opt_out_file);
  EXPECT_THAT(twitch.error(), HasSubstr("no.txt"));
}

TEST(Roster, AnOwnListIsLookedUpInHundreds) {
  Choosing twitch;
  std::string list = "# my channels\n\nC1\n#c2\nhttps://www.twitch.tv/c3/videos\nnot a name\nc1\n";
  for (int i = 4; i <= 150; ++i) list += "c" + std::to_string(i) + "\r\n";
  twitch.options.roster.channels_file = twitch.file("channels.txt", list);
  twitch.http.next(kStreams, page({stream(2, 5), stream(1, 20)}));
  twitch.http.next(kStreams, page({stream(150, 10)}));
  const Roster roster = twitch.refresh();
  ASSERT_EQ(roster.channels.size(), 3U);
  EXPECT_EQ(roster.channels[0].channel, "c1");
  EXPECT_EQ(roster.channels[1].channel, "c150");
  EXPECT_EQ(roster.num_offline, 147U);
  EXPECT_EQ(roster.num_wrong, 1U);
  EXPECT_EQ(roster.num_pages, 2U);
  EXPECT_THAT(twitch.log.text(), HasSubstr("not a name"));
  const std::string url = twitch.http.last(kStreams).url;
  std::size_t logins = 0;
  for (std::size_t at = url.find("user_login="); at != std::string::npos; at = url.find("user_login=", at + 1)) ++logins;
  EXPECT_EQ(logins, 50U);
}

TEST(Roster, AnOwnListNeedsNoToken) {
  Choosing twitch;
  twitch.options.credentials = {};
  twitch.options.roster.channels = {"One", "#two", "https://twitch.tv/three"};
  twitch.options.roster.opt_out_file = twitch.file("no.txt", "two\n");
  const Roster roster = twitch.refresh();
  ASSERT_EQ(roster.channels.size(), 2U);
  EXPECT_EQ(roster.channels[0].channel, "one");
  EXPECT_TRUE(roster.channels[0].channel_id.empty());
  EXPECT_FALSE(roster.channels[0].viewer_count.has_value());
  EXPECT_EQ(roster.num_opted_out, 1U);
  EXPECT_TRUE(twitch.http.requests.empty());
}

TEST(Roster, TheTopChannelsNeedAToken) {
  Choosing twitch;
  twitch.options.credentials = {};
  EXPECT_THAT(twitch.error(), HasSubstr("vieweratlas login"));
}

TEST(Roster, ListsWithoutAChannelAreMistakes) {
  Choosing twitch;
  twitch.options.roster.channels_file = twitch.file("channels.txt", "# nothing\n");
  EXPECT_THAT(twitch.error(), HasSubstr("no channel"));
  std::filesystem::remove(twitch.options.roster.channels_file);
  EXPECT_THAT(twitch.error(), HasSubstr("channels.txt"));
}

TEST(Roster, ShardsShareAllChannelsAndNoneTwice) {
  std::set<std::string> all;
  std::size_t total = 0;
  for (std::uint32_t shard = 0; shard < 3; ++shard) {
    Choosing twitch;
    twitch.options.roster.top_channels = 90;
    twitch.options.roster.shard = shard;
    twitch.options.roster.shards = 3;
    std::vector<std::string> streams;
    for (std::uint64_t id = 1; id <= 90; ++id) streams.push_back(stream(id, 1000 - id));
    twitch.http.always(kStreams, page(streams));
    const std::vector<std::string> names = twitch.names();
    EXPECT_GT(names.size(), 15U);
    total += names.size();
    all.insert(names.begin(), names.end());
  }
  EXPECT_EQ(all.size(), 90U);
  EXPECT_EQ(total, 90U);
  EXPECT_EQ(collect_internal::shard_of("12345", 7), collect_internal::shard_of("12345", 7));
  EXPECT_EQ(collect_internal::shard_of("12345", 1000), 12U) << "must never change: it decides which machine visits whom";
}

TEST(Roster, APageThatEndsTooEarlyRemovesNobody) {
  Choosing twitch;
  twitch.options.roster.top_channels = 4;
  twitch.http.next(kStreams, page({stream(1, 900), stream(2, 800), stream(3, 700), stream(4, 600)}));
  EXPECT_EQ(twitch.names().size(), 4U);
  for (int i = 0; i < 3; ++i) {
    twitch.http.next(kStreams, page({stream(1, 900)}, "a"));
    twitch.http.next(kStreams, page({stream(1, 900)}, "b"));
    EXPECT_THAT(twitch.names(), ElementsAre("c1", "c2", "c3", "c4"));
  }
  EXPECT_THAT(twitch.log.text(), HasSubstr("no_new_channels"));
}

TEST(Roster, HostileLoginsAreLeftOut) {
  Choosing twitch;
  twitch.http.next(kStreams, page({R"({"user_id":"1","user_login":"a\r\nJOIN #b"})", stream(2, 5)}));
  const Roster roster = twitch.refresh();
  ASSERT_EQ(roster.channels.size(), 1U);
  EXPECT_EQ(roster.num_unusable, 1U);
}

ChannelFacts facts(const std::string& id, std::uint64_t viewers) {
  return {.channel = "c" + id, .channel_id = id, .viewer_count = viewers};
}

std::vector<std::string> ids(const std::vector<ChannelFacts>& channels) {
  std::vector<std::string> result;
  for (const ChannelFacts& one : channels) result.push_back(one.channel_id);
  return result;
}

TEST(RosterChoice, WhoIsInStaysUntilAFifthBelowTheCut) {
  RosterChoice choice;
  EXPECT_THAT(ids(choice.choose({facts("1", 100), facts("2", 90), facts("3", 80)}, 2, true)), ElementsAre("1", "2"));
  EXPECT_THAT(ids(choice.choose({facts("1", 100), facts("2", 81), facts("3", 100)}, 2, true)), ElementsAre("1", "2"));
  EXPECT_THAT(ids(choice.choose({facts("1", 100), facts("2", 79), facts("3", 100)}, 2, true)), ElementsAre("1", "3"));
  EXPECT_THAT(ids(choice.choose({facts("1", 100), facts("2", 100), facts("3", 81)}, 2, true)), ElementsAre("1", "3"))
      << "and now the other way";
}

TEST(RosterChoice, WhoIsMissingStaysOnce) {
  RosterChoice choice;
  (void)choice.choose({facts("1", 100), facts("2", 90)}, 2, true);
  EXPECT_THAT(ids(choice.choose({facts("1", 100)}, 2, true)), ElementsAre("1", "2"));
  EXPECT_THAT(ids(choice.choose({facts("1", 100)}, 2, true)), ElementsAre("1"));
  (void)choice.choose({facts("1", 100), facts("2", 90)}, 2, true);
  (void)choice.choose({facts("1", 100)}, 2, true);
  (void)choice.choose({facts("1", 100), facts("2", 90)}, 2, true);
  EXPECT_THAT(ids(choice.choose({facts("1", 100)}, 2, true)), ElementsAre("1", "2")) << "a miss that was made good does not count";
  choice.keep_only([](const ChannelFacts& one) { return one.channel_id != "2"; });
  EXPECT_THAT(ids(choice.choose({facts("1", 100)}, 2, true)), ElementsAre("1"));
}

TEST(RosterChoice, NeverTakesMoreThanItMayAndNeverTheSameTwice) {
  rc::check([] {
    RosterChoice choice;
    for (int round = 0; round < 5; ++round) {
      const auto limit = *rc::gen::inRange<std::size_t>(1, 10);
      std::vector<ChannelFacts> seen;
      for (int id = 0; id < 20; ++id) {
        if (*rc::gen::arbitrary<bool>()) seen.push_back(facts(std::to_string(id), *rc::gen::inRange<std::uint64_t>(0, 50)));
      }
      const std::size_t num_seen = seen.size();
      const auto chosen = choice.choose(std::move(seen), limit, *rc::gen::arbitrary<bool>());
      RC_ASSERT(chosen.size() <= limit);
      RC_ASSERT(chosen.size() >= std::min(limit, num_seen));
      const auto all = ids(chosen);
      RC_ASSERT(std::set<std::string>(all.begin(), all.end()).size() == all.size());
      RC_ASSERT(std::is_sorted(chosen.begin(), chosen.end(),
                               [](const ChannelFacts& a, const ChannelFacts& b) { return a.viewer_count > b.viewer_count; }));
    }
  });
}

TEST(ChannelList, UnderstandsTheWaysToWriteAChannel) {
  using collect_internal::login_of;
  for (const char* written : {"name_1", " NAME_1 ", "#name_1", "@Name_1", "twitch.tv/name_1", "https://www.twitch.tv/name_1",
                              "HTTPS://WWW.TWITCH.TV/Name_1/", "https://m.twitch.tv/name_1?x=1", "http://twitch.tv/name_1/videos#top"}) {
    EXPECT_EQ(login_of(written), "name_1") << written;
  }
  for (const char* wrong : {"", "#", "two words", "a,b", "https://example.org/name", "https://www.twitch.tv/", "na\xc3\xafve", "a\r\nb",
                            "abcdefghijklmnopqrstuvwxyz"}) {
    EXPECT_FALSE(login_of(wrong).has_value()) << wrong;
  }
}

TEST(ChannelList, ReadsFiles) {
  const ChannelList list = collect_internal::parse_channel_list(
      "\xef\xbb\xbf"
      "one\r\n\n# a comment\n## another\n#two\n  three  # why\nfour\t#x\nONE\nbad name\n#\n# five\nsix");
  EXPECT_THAT(list.logins, ElementsAre("one", "two", "three", "four", "six"));
  EXPECT_EQ(list.num_wrong, 1U);
  EXPECT_EQ(list.first_wrong, "bad name");
  EXPECT_THAT(collect_internal::parse_channel_list("").logins, IsEmpty());
}

}  // namespace
}  // namespace vieweratlas
