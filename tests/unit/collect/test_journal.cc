#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collect/journal.h"
#include "collect/round.h"
#include "recording.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::collect_internal {
namespace {

using std::chrono::hours;

RoundHeader some_header() {
  const UtcMillis begin{*parse_time("2026-11-22T10:00:00Z")};
  return {
      .window = {.begin = begin, .end = begin + hours(1)}, .shard = 1, .shards = 4, .part = 2, .stores_logins = true, .key_id = "0123abcd"};
}

ViewerNames names_of(std::uint8_t number) {
  ViewerNames names;
  names.id.bytes[0] = number;
  names.login.bytes[11] = number;
  return names;
}

/// Changes of every kind, a frame for each step; returns the checkpoint of the round after each.
std::vector<std::string> make_journal(std::string& bytes) {
  Round round(some_header());
  std::string log;
  round.log_to(&log);
  std::vector<std::string> states;
  std::uint64_t frame = 0;
  bytes = make_journal_header(round.header());
  const auto end_frame = [&] {
    append_frame(bytes, log, frame++);
    log.clear();
    states.emplace_back();
    round.append_checkpoint(states.back(), [] {});
  };
  states.emplace_back();
  round.channel("ada", "77");
  round.viewer(names_of(1), "one", true);
  round.see(0, 0, false, 1, 0x1122334455667788);
  end_frame();
  ChannelFacts facts;
  facts.channel_id = "77";
  facts.title = "a \"title\"\n";
  facts.viewer_count = 12;
  facts.started_at = round.header().window.begin - hours(3);
  round.facts(0, facts, round.header().window.begin - hours(1));
  round.observe(0, 90'000);
  end_frame();
  ViewerNames renamed = names_of(1);
  renamed.login.bytes[3] = 9;
  round.viewer(renamed, "uno", true);
  ViewerNames login_only;
  login_only.login.bytes[0] = 200;
  const auto lurker = round.viewer(login_only, "", true);
  round.see(0, *lurker, true, 1, 0);
  round.see(0, 0, false, 3, 0);
  end_frame();
  round.channel("bob", "");
  round.lose(1, "mirror", 300);
  round.lose(std::nullopt, "parse_error", 1);
  round.summarise({.channels_wanted = 9, .channels_confirmed = 7, .channels_failed = {{"banned", 2}}});
  end_frame();
  return states;
}

ByteSource from_memory(std::string_view bytes) {
  return [rest = bytes](char* into, std::size_t size) mutable {
    const std::size_t got = std::min(size, rest.size());
    std::memcpy(into, rest.data(), got);
    rest.remove_prefix(got);
    return got;
  };
}

struct Replayed {
  JournalReading reading;
  std::string state;  ///< checkpoint
};

Replayed replay(std::string_view bytes) {
  std::unique_ptr<Round> round;
  auto reading = read_journal(from_memory(bytes), [&](const RoundHeader& header, std::string_view records) {
    if (!round) round = std::make_unique<Round>(header);
    return apply_records(records, *round, {});
  });
  EXPECT_TRUE(reading.ok());
  Replayed result{.reading = *reading, .state = {}};
  if (round) round->append_checkpoint(result.state, [] {});
  return result;
}

TEST(Journal, MakesTheSameRoundAgain) {
  std::string bytes;
  const auto states = make_journal(bytes);
  const Replayed replayed = replay(bytes);
  EXPECT_EQ(replayed.reading.header, some_header());
  EXPECT_EQ(replayed.reading.num_frames, 4U);
  EXPECT_EQ(replayed.reading.good_bytes, bytes.size());
  EXPECT_EQ(replayed.reading.torn_bytes, 0U);
  EXPECT_EQ(replayed.state, states.back());
}

TEST(Journal, GivesAPrefixWhereverItIsCut) {
  std::string bytes;
  const auto states = make_journal(bytes);
  std::size_t frames = 0;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const Replayed replayed = replay(std::string_view(bytes).substr(0, size));
    EXPECT_GE(replayed.reading.num_frames, frames);
    frames = replayed.reading.num_frames;
    EXPECT_EQ(replayed.reading.header.has_value(), size >= kJournalHeaderBytes);
    EXPECT_EQ(replayed.reading.good_bytes + replayed.reading.torn_bytes, size);
    EXPECT_EQ(replayed.state, states[frames]) << "cut at " << size;
  }
  EXPECT_EQ(frames, 4U);
}

TEST(Journal, GivesAPrefixWhicheverByteIsWrong) {
  std::string bytes;
  const auto states = make_journal(bytes);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned flip : {1U, 0x80U}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
      const Replayed replayed = replay(damaged);
      ASSERT_LT(replayed.reading.num_frames, 4U) << at;
      EXPECT_EQ(replayed.state, states[replayed.reading.num_frames]) << at;
    }
  }
}

TEST(Journal, DoesNotTakeZerosOrOldFramesForNewOnes) {
  std::string bytes;
  make_journal(bytes);
  EXPECT_EQ(replay(bytes + std::string(5000, '\0')).reading.torn_bytes, 5000U);
  // The last frame once more, as a disk may give back an old block.
  const Replayed all = replay(bytes);
  std::string repeated = bytes;
  std::string frame;
  append_frame(frame, "x", 3);
  repeated += frame;
  EXPECT_EQ(replay(repeated).reading.num_frames, all.reading.num_frames);
}

TEST(Journal, StopsAtRecordsThatMeanNothing) {
  for (const std::string& records : {std::string("\x05\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08", 11), std::string("\x09\x00\x01", 3),
                                     std::string("\xFF"), std::string("\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01x", 12),
                                     std::string("\x03\x00", 2), std::string("\x0A\x05\x01x\x01", 5)}) {
    std::string bytes = make_journal_header(some_header());
    append_frame(bytes, records, 0);
    const Replayed replayed = replay(bytes);
    EXPECT_EQ(replayed.reading.num_frames, 0U);
    EXPECT_TRUE(replayed.reading.was_refused);
  }
}

TEST(Journal, BytesAreThoseOfVersionOne) {
  // A journal of another machine or of an older program must be read: the bytes may not change without a new version.
  std::string bytes;
  make_journal(bytes);
  EXPECT_EQ(to_string(digest_of(bytes)), "xxh3-128:107ec9128cc17cf2d4eb3512bb05f880");
}

TEST(Journal, ACheckpointMakesTheSameRound) {
  std::string bytes;
  const auto states = make_journal(bytes);
  Round round(some_header());
  ASSERT_TRUE(apply_records(states.back(), round, {}));
  std::string again;
  round.append_checkpoint(again, [] {});
  EXPECT_EQ(again, states.back());
}

TEST(JournalFile, GoesOnBehindATornEnd) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.journal";
  std::string bytes;
  const auto states = make_journal(bytes);
  ASSERT_TRUE(write_file_atomic(path, bytes.substr(0, bytes.size() - 3)).ok());
  Round round(some_header());
  const auto apply = [&round](const RoundHeader&, std::string_view records) { return apply_records(records, round, {}); };
  const auto reading = read_journal_file(path, apply);
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading->num_frames, 3U);
  {
    auto file = JournalFile::reopen(path, *reading, {});
    ASSERT_TRUE(file.ok()) << file.error().message;
    std::string log;
    round.log_to(&log);
    round.observe(0, 5);
    ASSERT_TRUE((*file)->append(log).ok());
    ASSERT_TRUE((*file)->sync().ok());
    EXPECT_EQ(read_journal_file_header(path).error().code, ErrorCode::kUnavailable) << "locked";
  }
  const Replayed replayed = replay(*read_file(path));
  EXPECT_EQ(replayed.reading.num_frames, 4U);
  EXPECT_EQ(replayed.reading.torn_bytes, 0U);
  std::string state;
  round.log_to(nullptr);
  round.append_checkpoint(state, [] {});
  EXPECT_EQ(replayed.state, state);
}

TEST(JournalFile, ALargeCheckpointTakesSeveralFrames) {
  const TemporaryFolder folder;
  Round round(some_header());
  round.channel("ada", "");
  for (std::uint32_t v = 0; v < 20'000; ++v) {
    ViewerNames names;
    std::memcpy(names.id.bytes.data(), &v, sizeof v);
    names.id.bytes[11] = 1;
    round.see(0, *round.viewer(names, "", true), false, 1 + v % 3, 0);
  }
  const auto path = folder.path() / "deep" / "a.journal";
  ASSERT_TRUE(JournalFile::create(path, round, {}).ok());
  const Replayed replayed = replay(*read_file(path));
  EXPECT_GT(replayed.reading.num_frames, 3U);
  std::string state;
  round.append_checkpoint(state, [] {});
  // The order inside of a channel is that of a table which has grown otherwise: the sets are equal.
  Round again(some_header());
  ASSERT_TRUE(apply_records(replayed.state, again, {}));
  EXPECT_EQ(again.num_sightings(), round.num_sightings());
  EXPECT_EQ(again.num_pairs(), 20'000U);
  EXPECT_EQ(state.size(), replayed.state.size());
}

}  // namespace
}  // namespace vieweratlas::collect_internal
