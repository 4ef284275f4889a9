#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "recording.h"

#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/presence/aggregate.h"
#include "vieweratlas/presence/read.h"

// What the recorder wrote, read as `analyze` reads it.

namespace vieweratlas {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

using Seen = std::map<std::string, std::set<std::string>>;  // channel -> pseudonyms of ids

class RoundTrip : public testing::TestWithParam<RoundFormat> {
 protected:
  RoundTrip() {
    options_.data_dir = folder_.path();
    options_.round.formats = {GetParam()};
    options_.round.store_logins = false;
  }

  void record(int num_rounds) {
    auto opened = Recorder::open(options_, key_, clock_, log_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    Recorder& recorder = **opened;
    Random random(5);
    for (int round = 0; round < num_rounds; ++round) {
      for (int i = 0; i < 2000; ++i) {
        const std::string channel = "channel" + std::to_string(random.below(20));
        const std::string number = std::to_string(random.below(500));
        recorder.see({.channel = channel,
                      .channel_id = "",
                      .viewer_id = number,
                      .viewer_login = "v" + number,
                      .message_id = "",
                      .time = clock_.utc()});
        seen_[channel].insert(key_.of_id("twitch", number).hex());
      }
      recorder.see({.channel = "channel1", .viewer_login = "lurker", .time = clock_.utc(), .kind = SightingKind::kMember});
      recorder.observed("channel1", clock_.utc(), clock_.utc() + seconds(1800));
      recorder.observed("quiet", clock_.utc(), clock_.utc() + seconds(900));
      // A round is closed by its recorder alone: wait for its thread, not for a time.
      const std::uint64_t expected = static_cast<std::uint64_t>(round + 1) * 2001;
      while (recorder.counters().sightings < expected || recorder.counters().queue_depth > 0) std::this_thread::yield();
      clock_.advance(hours(1));
    }
    ASSERT_TRUE(recorder.finish(true, clock_.steady() + seconds(60)).ok());
  }

  [[nodiscard]] Result<Presence> read() {
    ThreadPool pool(2);
    return read_presence(folder_.path(), {.strict = true, .wanted_logins = {key_.of_login("twitch", "v7").hex()}}, pool);
  }

  TemporaryFolder folder_;
  CollectOptions options_;
  ViewerKey key_ = test_key();
  ManualClock clock_{"2026-11-22T10:00:00Z"};
  MemoryLog log_;
  Seen seen_;
};

TEST_P(RoundTrip, GivesTheSameSets) {
  record(3);
  const auto presence = read();
  ASSERT_TRUE(presence.ok()) << presence.error().message;
  Seen read_back;
  for (std::uint32_t c = 0; c < presence->channels.size(); ++c) {
    std::set<std::string>& viewers = read_back[presence->channels[c].login];
    const auto row = presence->incidence.row(c);
    for (int number = 0; number < 500; ++number) {
      const std::string id = key_.of_id("twitch", std::to_string(number)).hex();
      const auto viewer = presence->viewers.find(id);
      if (viewer && std::binary_search(row.begin(), row.end(), *viewer)) viewers.insert(id);
    }
    EXPECT_EQ(viewers.size(), row.size()) << "somebody else was read";
  }
  if (GetParam() != RoundFormat::kCsv) {
    EXPECT_TRUE(read_back.at("quiet").empty());
    read_back.erase("quiet");
    EXPECT_EQ(presence->report.num_snapshots, 3U * 21);
    EXPECT_EQ(presence->report.seconds_observed, 3U * 2700);
    EXPECT_EQ(presence->report.set_aside.by_reason().at("round_record").count, 3U);
  }
  EXPECT_EQ(read_back, seen_);
  EXPECT_FALSE(presence->viewers.find(key_.of_login("twitch", "lurker").hex()).has_value());
}

TEST_P(RoundTrip, BotsAreFoundByLogin) {
  record(1);
  const auto presence = read();
  ASSERT_TRUE(presence.ok());
  if (GetParam() == RoundFormat::kCsv) return;  // the historical columns have room for one name
  ThreadPool pool(1);
  const auto left = aggregate(*presence, {.bots = {key_.of_login("twitch", "v7").hex()}}, pool);
  ASSERT_TRUE(left.ok());
  EXPECT_EQ(left->report.viewers_on_bot_list, 1U);
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTrip, testing::Values(RoundFormat::kNdjsonZst, RoundFormat::kJson, RoundFormat::kCsv));

}  // namespace
}  // namespace vieweratlas
