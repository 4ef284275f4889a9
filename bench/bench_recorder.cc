// bench_recorder FOLDER [--sightings N] [--viewers N] [--channels N]: what recording costs, in processor time, and what a round takes.
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/stage.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/pseudonym.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

namespace {

class Quiet final : public Logger {
 public:
  void write(LogLevel /*level*/, std::string_view /*message*/) override {}
};

/// Processor time so far: of the process, or of the calling thread.
double processor_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Waits until fewer than `most` events are in the queue.
void let_drain(const Recorder& recorder, std::uint64_t most) {
  while (recorder.counters().queue_depth > most) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  CollectOptions options;
  options.data_dir = arguments.positional(0, "FOLDER");
  const std::uint64_t num_sightings = arguments.number("sightings", 2'000'000);
  const std::uint64_t num_viewers = arguments.number("viewers", 500'000);
  const std::uint64_t num_channels = arguments.number("channels", 1000);
  std::vector<std::string> channels;
  for (std::uint64_t c = 0; c < num_channels; ++c) channels.push_back("channel_" + std::to_string(c));
  const ViewerKey key = ViewerKey::from_bytes(std::array<std::uint8_t, 32>{1});
  const SystemClock clock;
  Quiet log;
  const std::unique_ptr<Recorder> recorder = value_or_give_up(Recorder::open(options, key, clock, log));

  Random random(1);
  const double before = processor_seconds(RUSAGE_SELF);
  double made = 0;  // by the loop itself
  const double thread_before = processor_seconds(RUSAGE_THREAD);
  std::string id;
  std::string login;
  std::string message;
  for (std::uint64_t i = 0; i < num_sightings; ++i) {
    // Few write much, many write little.
    const double u = random.uniform();
    const auto viewer = static_cast<std::uint64_t>(u * u * static_cast<double>(num_viewers));
    const std::uint64_t channel = (viewer * 7 + (random.chance(0.1) ? random.below(50) : 0)) % num_channels;
    id = std::to_string(10'000'000 + viewer * 37);
    login = "some_viewer_" + std::to_string(viewer);
    message = "0b7f6a0c-0000-4c7e-9d3e-" + std::to_string(100'000'000'000 + i);
    recorder->see({.channel = channels[channel], .viewer_id = id, .viewer_login = login, .message_id = message, .time = clock.utc()});
    if (i % 50'000 == 0) let_drain(*recorder, 100'000);
  }
  made = processor_seconds(RUSAGE_THREAD) - thread_before;
  let_drain(*recorder, 0);
  while (recorder->counters().sightings < num_sightings) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const double all = processor_seconds(RUSAGE_SELF) - before;
  const RecorderCounters counters = recorder->counters();
  const double before_close = processor_seconds(RUSAGE_SELF);
  if (!recorder->finish(true, clock.steady() + std::chrono::minutes(10)).ok()) return 1;
  const double closing = processor_seconds(RUSAGE_SELF) - before_close;

  const double each = 1e9 / static_cast<double>(num_sightings);
  Line line;
  line.add("sightings", counters.sightings);
  line.add("viewers", counters.viewers_in_round);
  line.add("teller_ns", made * each);
  line.add("writer_ns", (all - made) * each);
  line.add("cores_at_50k", 50'000 * all / static_cast<double>(num_sightings));
  line.add("memory_mb", static_cast<double>(counters.memory_bytes) / 1e6);
  line.add("journal_mb", static_cast<double>(counters.journal_bytes) / 1e6);
  line.add("close_cpu_s", closing);
  line.print();
  return 0;
}
