#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "recording.h"

#include "vieweratlas/core/random.h"

// Whatever is told and whenever the collector crashes: what is stored is what a collector that never crashed stores.

namespace vieweratlas {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

enum class Act { kSee, kSeeLate, kObserve, kLose, kFacts, kMember, kWait, kWaitLong, kCrash, kDiskFails, kDiskWorks };

struct Step {
  Act act = Act::kSee;
  int channel = 0;
  int viewer = 0;
  bool repeats = false;  ///< the message's id
};

/// `steps` with crashes and failures, or as if nothing ever went wrong.
void run(Recording& recording, const std::vector<Step>& steps, bool with_trouble) {
  int message = 0;
  for (const Step& step : steps) {
    const std::string channel = "channel" + std::to_string(step.channel);
    if (!step.repeats) ++message;
    const std::string id = "m" + std::to_string(message);
    switch (step.act) {
      case Act::kSee: recording.see(channel, step.viewer, id); break;
      case Act::kSeeLate: recording.see_at(recording.clock.utc() - minutes(step.viewer), channel, step.viewer, id); break;
      case Act::kMember: recording.see(channel, step.viewer, "", SightingKind::kMember); break;
      case Act::kObserve: recording.observe(channel, seconds(1 + step.viewer)); break;
      case Act::kLose:
        recording.keeper().set_now({.utc = recording.clock.utc(), .steady = recording.clock.steady()});
        recording.keeper().lost(channel, "mirror", static_cast<std::uint64_t>(step.viewer));
        break;
      case Act::kFacts: {
        ChannelFacts facts;
        facts.channel = channel;
        facts.viewer_count = static_cast<std::uint64_t>(step.viewer);
        facts.game_name = "game" + std::to_string(step.viewer);
        recording.see(channel, step.viewer);  // facts of channels that are not in the round are not in the journal either
        recording.keeper().facts(facts, recording.clock.utc());
        break;
      }
      case Act::kWait: recording.advance(seconds(20)); break;
      case Act::kWaitLong: recording.advance(minutes(7)); break;
      case Act::kCrash:
        recording.tick();
        if (with_trouble && !recording.disk_fault && recording.counters().unjournaled == 0) recording.restart();
        break;
      case Act::kDiskFails:
        if (with_trouble) recording.disk_fault = [](std::string_view) { return Status(Error{ErrorCode::kLimitExceeded, "full"}); };
        break;
      case Act::kDiskWorks: recording.disk_fault = {}; break;
    }
  }
  recording.disk_fault = {};
  recording.advance(minutes(2));
  recording.advance(hours(3));
}

std::vector<Step> some_steps(Random& random) {
  static constexpr Act kActs[] = {Act::kSee,     Act::kSee,      Act::kSee,   Act::kSee,       Act::kSee,
                                  Act::kSeeLate, Act::kObserve,  Act::kLose,  Act::kFacts,     Act::kMember,
                                  Act::kWait,    Act::kWaitLong, Act::kCrash, Act::kDiskFails, Act::kDiskWorks};
  std::vector<Step> steps(5 + random.below(60));
  for (Step& step : steps) {
    step.act = kActs[random.below(std::size(kActs))];
    step.channel = static_cast<int>(random.below(3));
    step.viewer = static_cast<int>(random.below(12));
    step.repeats = random.chance(0.1);
  }
  return steps;
}

TEST(Recording, CrashesAndFullDisksChangeNothing) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    Random random(seed);
    const std::vector<Step> steps = some_steps(random);
    Recording troubled;
    Recording undisturbed;
    run(troubled, steps, true);
    run(undisturbed, steps, false);
    ASSERT_EQ(troubled.store.objects, undisturbed.store.objects) << "seed " << seed;
    ASSERT_EQ(troubled.num_journals(), 0U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace vieweratlas
