#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "collect/event_queue.h"
#include "recording.h"

#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

/// A recorder with its thread, on a clock that stands.
class ThreadedRecording {
 public:
  ThreadedRecording() { options.data_dir = folder.path(); }
  void open() {
    auto opened = Recorder::open(options, key, clock, log, {.store = &store, .disk_fault = {}});
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    recorder = *std::move(opened);
  }
  void see(std::string_view channel, const std::string& viewer, const std::string& message) const {
    recorder->see(
        {.channel = channel, .channel_id = "5", .viewer_id = viewer, .viewer_login = viewer, .message_id = message, .time = clock.utc()});
  }
  [[nodiscard]] Status finish(bool close_round) const { return recorder->finish(close_round, clock.steady() + seconds(10)); }

  TemporaryFolder folder;
  CollectOptions options;
  ViewerKey key = test_key();
  ManualClock clock{"2026-11-22T10:00:00Z"};
  FailingStore store;
  MemoryLog log;
  std::unique_ptr<Recorder> recorder;
};

TEST(Recorder, DrainsItsQueueWhenItFinishes) {
  ThreadedRecording recording;
  recording.open();
  std::vector<std::thread> sources;
  for (int source = 0; source < 4; ++source) {
    sources.emplace_back([&recording, source] {
      for (int i = 0; i < 1000; ++i) recording.see("ada", std::to_string(i), std::to_string(source) + "/" + std::to_string(i));
    });
  }
  for (std::thread& source : sources) source.join();
  ASSERT_TRUE(recording.finish(true).ok());
  const RecorderCounters counters = recording.recorder->counters();
  EXPECT_EQ(counters.sightings, 4000U);
  EXPECT_EQ(counters.queue_depth, 0U);
  EXPECT_EQ(counters.writer_lag_ms, 0);
  EXPECT_EQ(recording.recorder->rounds_stored(), 1U);
  ASSERT_EQ(recording.store.objects.size(), 1U);
}

TEST(Recorder, GoesOnAfterItWasEnded) {
  ThreadedRecording recording;
  recording.open();
  recording.see("ada", "1", "m");
  ASSERT_TRUE(recording.finish(false).ok());
  recording.recorder.reset();
  recording.open();
  EXPECT_EQ(recording.recorder->counters().recovered_sightings, 1U);
  recording.see("ada", "1", "m");
  ASSERT_TRUE(recording.finish(true).ok());
  EXPECT_EQ(recording.recorder->counters().duplicates, 1U);
}

TEST(Recorder, TellsWhatItCouldNotDo) {
  ThreadedRecording recording;
  recording.open();
  recording.see("ada", "1", "m");
  recording.store.failure = Error{ErrorCode::kDenied, "writing x: permission denied"};
  const Status finished = recording.finish(true);
  ASSERT_FALSE(finished.ok());
  EXPECT_EQ(finished.error().code, ErrorCode::kDenied);
  EXPECT_THAT(recording.recorder->counters().problem, HasSubstr("permission denied"));
}

/// Waits in put() until it is told to go on.
class HeldStore {
 public:
  void hold() {
    std::unique_lock lock(mutex_);
    is_waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return goes_on_; });
  }
  void wait_for_a_put() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_waiting_; });
  }
  void go_on() {
    const std::lock_guard lock(mutex_);
    goes_on_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_waiting_ = false;
  bool goes_on_ = false;
};

TEST(Recorder, AStoreThatTakesItsTimeHoldsUpNothing) {
  ThreadedRecording recording;
  HeldStore held;
  recording.store.before_put = [&held] { held.hold(); };
  recording.open();
  recording.see("ada", "1", "m1");
  while (recording.recorder->counters().sightings < 1) std::this_thread::yield();
  recording.clock.advance(std::chrono::hours(1) + seconds(15));
  held.wait_for_a_put();
  recording.see("ada", "2", "m2");
  while (recording.recorder->counters().sightings < 2) std::this_thread::yield();
  EXPECT_EQ(recording.recorder->counters().rounds_waiting, 1U);
  EXPECT_EQ(recording.recorder->rounds_stored(), 0U);
  while (recording.recorder->counters().journal_bytes == 0) std::this_thread::yield();
  held.go_on();
  ASSERT_TRUE(recording.finish(true).ok());
  EXPECT_EQ(recording.recorder->rounds_stored(), 2U);
  EXPECT_EQ(recording.store.objects.size(), 2U);
}

/// A header that is right but for its version.
std::string journal_of_version(char version) {
  std::string bytes = "VATLASJ\n";
  bytes += version;
  bytes.resize(72, '\0');
  const std::uint64_t sum = XXH3_64bits_withSeed(bytes.data(), bytes.size(), 0);
  bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  return bytes;
}

TEST(Recorder, RefusesAJournalOfAnotherVersion) {
  ThreadedRecording recording;
  const auto path = recording.folder.path() / "state" / "journal" / "round_20261122_100000.journal";
  ASSERT_TRUE(write_file_atomic(path, journal_of_version(2)).ok());
  const auto opened = Recorder::open(recording.options, recording.key, recording.clock, recording.log);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(opened.error().message, HasSubstr("version 2"));
}

/// Notes what it is told.
class Notes final : public collect_internal::EventTaker {
 public:
  void facts(const ChannelFacts& facts, UtcMillis time) override {
    text += "facts " + facts.channel + " " + facts.channel_id + " " + facts.display_name + " " + facts.game_name + " " + facts.language +
            " " + facts.title + " " + (facts.viewer_count ? std::to_string(*facts.viewer_count) : "-") + " " +
            (facts.started_at ? std::to_string(facts.started_at->time_since_epoch().count()) : "-") + " " +
            std::to_string(time.time_since_epoch().count()) + "\n";
  }
  void see(const Sighting& sighting) override {
    text += "see " + std::string(sighting.channel) + " " + std::string(sighting.channel_id) + " " + std::string(sighting.viewer_id) + " " +
            std::string(sighting.viewer_login) + " " + std::string(sighting.message_id) + " " +
            std::to_string(static_cast<int>(sighting.kind)) + " " + std::to_string(sighting.time.time_since_epoch().count()) + "\n";
  }
  void observed(std::string_view channel, UtcMillis begin, UtcMillis end) override {
    text += "observed " + std::string(channel) + " " + std::to_string(begin.time_since_epoch().count()) + " " +
            std::to_string(end.time_since_epoch().count()) + "\n";
  }
  void lost(std::string_view channel, std::string_view reason, std::uint64_t count) override {
    text += "lost " + std::string(channel) + " " + std::string(reason) + " " + std::to_string(count) + "\n";
  }
  void summarise(const RoundSummary& summary) override {
    text += "summary " + std::to_string(summary.channels_wanted) + " " + std::to_string(summary.channels_confirmed);
    for (const auto& [reason, count] : summary.channels_failed) text += " " + reason + " " + std::to_string(count);
    text += "\n";
  }

  std::string text;
};

UtcMillis at(std::int64_t ms) { return UtcMillis(milliseconds(ms)); }

TEST(EventQueue, TellsWhatItWasToldInOrder) {
  const ManualClock clock("2026-11-22T10:00:00Z");
  collect_internal::EventQueue queue(clock, 1 << 20);
  Notes expected;
  for (collect_internal::EventTaker* taker :
       {static_cast<collect_internal::EventTaker*>(&queue), static_cast<collect_internal::EventTaker*>(&expected)}) {
    ChannelFacts facts;
    facts.channel = "ada";
    taker->facts(facts, at(-5));
    facts = {"ada", "7", "Ada", 12, "Chess", "en", "ti\ntle", at(99)};
    taker->facts(facts, at(1'700'000'000'000));
    taker->see({.channel = "ada",
                .channel_id = "7",
                .viewer_id = "1",
                .viewer_login = "eve",
                .message_id = "m",
                .time = at(3),
                .kind = SightingKind::kNotice});
    taker->see({.channel = "ada", .time = at(-1)});
    taker->observed("ada", at(1), at(20'000));
    taker->lost("ada", "mirror", 300);
    taker->summarise({.channels_wanted = 1, .channels_confirmed = 1000, .channels_failed = {{"banned", 2}, {"silent", 1}}});
  }
  EXPECT_EQ(queue.depth(), 7U);
  collect_internal::EventBatch batch;
  queue.wake();
  queue.take(batch, seconds(100));
  EXPECT_EQ(batch.num_events, 7U);
  EXPECT_EQ(queue.depth(), 0U);
  Notes notes;
  collect_internal::tell(batch, notes);
  EXPECT_EQ(notes.text, expected.text);
}

TEST(EventQueue, CountsWhatFindsItFull) {
  const ManualClock clock("2026-11-22T10:00:00Z");
  collect_internal::EventQueue queue(clock, 100);
  for (int i = 0; i < 50; ++i) queue.see({.channel = "ada", .viewer_id = "12345", .time = at(3)});
  const std::uint64_t kept = queue.depth();
  EXPECT_LT(kept, 20U);
  queue.lost("ada", "mirror", 7);
  queue.lost("ada", "mirror", 2);
  collect_internal::EventBatch batch;
  queue.take(batch, seconds(100));
  EXPECT_EQ(batch.num_events, kept);
  EXPECT_EQ(batch.losses.at("queue_full"), 50 - kept);
  EXPECT_EQ(batch.losses.at("mirror"), 9U) << "losses are counted whatever happens";
  queue.see({.channel = "ada", .viewer_id = "12345", .time = at(3)});
  EXPECT_EQ(queue.depth(), 1U) << "there is room again";
}

TEST(EventQueue, MeasuresTheWaitOfTheOldest) {
  ManualClock clock("2026-11-22T10:00:00Z");
  collect_internal::EventQueue queue(clock, 1 << 20);
  EXPECT_EQ(queue.lag_ms(), 0);
  queue.lost("", "x", 1);
  clock.advance(milliseconds(1500));
  queue.lost("", "x", 1);
  EXPECT_EQ(queue.lag_ms(), 1500);
}

}  // namespace
}  // namespace vieweratlas
