// bench_irc [--megabytes N] [--piece BYTES] [--rooms N]: chat lines as the platform sends them -> sightings and drops, on one
// thread; then an hour of deciding which of N rooms to be in, ten times a second.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/stage.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/twitch/irc_session.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

namespace {

constexpr UtcMillis kUtc{std::chrono::milliseconds{1'700'000'000'000}};

class Counts : public IrcSessionEvents {
 public:
  std::uint64_t sightings = 0;
  std::uint64_t drops = 0;
  std::uint64_t checksum = 0;

  void on_ready() override {}
  void on_sighting(const Sighting& sighting) override {
    ++sightings;
    checksum += sighting.viewer_id.size() + sighting.message_id.size() + static_cast<unsigned char>(sighting.channel.back());
  }
  void on_drop(LineDrop, std::string_view) override { ++drops; }
  void on_joined(std::string_view, std::string_view) override {}
  void on_room_id(std::string_view, std::string_view) override {}
  void on_refused(std::string_view, RoomRefusal) override {}
  void on_removed(std::string_view) override {}
  void on_unknown_notice(std::string_view) override {}
  void on_end(SessionEnd, std::string_view) override {}
};

std::string message_id(Random& random) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (int i = 0; i < 36; ++i) id += i == 8 || i == 13 || i == 18 || i == 23 ? '-' : kDigits[random.below(16)];
  return id;
}

// The tags of a real message, in the platform's order.
std::string tags_of(Random& random, const std::string& viewer, std::uint64_t room) {
  constexpr std::array<std::string_view, 4> kBadges = {"", "subscriber/12", "moderator/1,subscriber/24,premium/1", "vip/1,bits/1000"};
  constexpr std::array<std::string_view, 3> kEmotes = {"", "25:0-4,12-16", "emotesv2_5a7b:0-9/305954156:11-18"};
  const std::string_view badges = kBadges[random.below(kBadges.size())];
  std::string tags = "@badge-info=;badges=" + std::string(badges) +
                     ";client-nonce=5f1a9c3e8b7d6a4f2c0e1b3d5f7a9c8e;color=#1E90FF;display-name=" + viewer +
                     ";emotes=" + std::string(kEmotes[random.below(kEmotes.size())]) + ";first-msg=0;flags=;id=" + message_id(random) +
                     ";mod=0;returning-chatter=0;room-id=" + std::to_string(10'000'000 + room);
  if (random.chance(0.02))
    tags += ";source-badges=;source-id=" + message_id(random) + ";source-room-id=" + std::to_string(10'000'000 + random.below(200));
  return tags + ";subscriber=0;tmi-sent-ts=" + std::to_string(1'700'000'000'000 + random.below(1000)) +
         ";turbo=0;user-id=" + std::to_string(100'000'000 + random.below(900'000'000)) + ";user-type=";
}

void append_line(Random& random, std::string& out) {
  const std::uint64_t room = random.below(200);
  const std::string viewer = "viewer_" + std::to_string(random.below(100'000));
  const std::string channel = "#channel_" + std::to_string(room);
  std::string text;
  for (std::uint64_t words = 1 + random.below(16); words > 0; --words) text += "lorem" + std::to_string(random.below(10'000)) + " ";
  if (random.chance(0.03)) {
    out += tags_of(random, viewer, room) + ";login=" + viewer + ";msg-id=resub;msg-param-months=12;system-msg=" + viewer +
           "\\shas\\ssubscribed\\sfor\\s12\\smonths! :tmi.twitch.tv USERNOTICE " + channel + " :" + text + "\r\n";
  } else if (random.chance(0.02)) {
    out += "@ban-duration=600;room-id=1;target-user-id=2;tmi-sent-ts=1700000000000 :tmi.twitch.tv CLEARCHAT " + channel + " :" + viewer +
           "\r\n";
  } else {
    out += tags_of(random, viewer, room) + " :" + viewer + "!" + viewer + "@" + viewer + ".tmi.twitch.tv PRIVMSG " + channel + " :" + text +
           "\r\n";
  }
}

void read_chat(std::size_t megabytes, std::size_t piece, Line& line) {
  // Beyond the caches, and again and again: what is written here comes from the kernel's buffers there.
  Random random(1);
  std::string stream;
  while (stream.size() < (std::size_t{32} << 20U)) append_line(random, stream);
  Counts counts;
  IrcSession session({.identity = {.nick = "justinfan1", .token = Secret()}}, counts);
  const SteadyTime now{};
  session.on_open(now);
  const std::size_t rounds = std::max<std::size_t>(1, megabytes / 32);
  const Stopwatch stopwatch;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t from = 0; from < stream.size(); from += piece) session.feed(std::string_view(stream).substr(from, piece), now, kUtc);
  }
  const double seconds = stopwatch.cpu_seconds();
  line.add(stopwatch);
  line.add("bytes", session.counters().bytes);
  line.add("lines", session.counters().lines);
  line.add("sightings", counts.sightings);
  line.add("drops", counts.drops);
  line.add("gb_per_second", static_cast<double>(session.counters().bytes) / seconds / 1e9);
  line.add("million_lines_per_second", static_cast<double>(session.counters().lines) / seconds / 1e6);
  line.add("checksum", counts.checksum);
}

// An account's 95 places turn among `rooms`, and each JOIN is answered at once.
void plan_rooms(std::uint32_t rooms, Line& line) {
  RoomPlan plan(ChatOptions{.mode = ChatMode::kAccount});
  std::vector<WantedRoom> wanted;
  for (std::uint32_t i = 0; i < rooms; ++i) wanted.push_back({"channel_" + std::to_string(i), std::to_string(i + 1), 1'000'000 / (i + 1)});
  SteadyTime now{std::chrono::hours{1}};
  plan.set_wanted(wanted, now);
  std::uint64_t joins = 0;
  constexpr int kSteps = 36'000;
  const Stopwatch stopwatch;
  for (int i = 0; i < kSteps; ++i, now += std::chrono::milliseconds{100}) {
    if (i == 10 || i == 30) plan.on_slot_ready(i == 10 ? 0 : 1, now);
    const RoomActions actions = plan.step(now);
    for (const SlotActions& slot : actions.slots) {
      plan.on_written(slot.slot, slot.joins, now);
      for (const std::string& login : slot.joins) plan.on_joined(slot.slot, login, now);
      joins += slot.joins.size();
    }
  }
  line.add("plan_joins", joins);
  line.add("plan_us_per_step", stopwatch.cpu_seconds() / kSteps * 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  Line line;
  read_chat(arguments.number("megabytes", 512), arguments.number("piece", 16'384), line);
  plan_rooms(arguments.number("rooms", 5000), line);
  line.print();
  return 0;
}
