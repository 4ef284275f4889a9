// bench_days FOLDER [--threads N]: snapshot files -> days of the lake, viewers numbered with a key.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/stage.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/viewer_table.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/privacy/viewer_number.h"
#include "vieweratlas/storage/object_store.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

namespace {

/// Of one viewer, on one thread.
double nanoseconds_of(const ViewerNumbering& number) {
  constexpr std::uint64_t kCalls = 500'000;
  const Stopwatch stopwatch;
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < kCalls; ++i) sum += static_cast<std::uint64_t>(number({.low = i, .high = sum}));
  return sum == 0 ? 0 : stopwatch.cpu_seconds() * 1e9 / kCalls;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  const std::string& folder = arguments.positional(0, "FOLDER");
  ThreadPool pool(arguments.number("threads", 0));
  const std::array<std::uint8_t, 32> key{1, 2, 3};
  const ViewerNumbering number = viewer_numbering(ViewerKey::from_bytes(key), "twitch");
  const Stopwatch stopwatch;
  const std::unique_ptr<PresenceInput> input = folder_input(folder);
  const std::vector<StoredObject> files = value_or_give_up(input->list());
  const DaysRead days = value_or_give_up(read_days(*input, files, [](DayNumber) { return true; }, number, {}, pool));
  Line line;
  line.add(stopwatch);
  std::uint64_t num_day_rows = 0;
  for (const auto& [day_number, day] : days.days) {
    for (const DaySource& source : day.sources) num_day_rows += source.rows.size();
  }
  line.add("rows", days.num_rows_in - days.num_duplicate_rows);
  line.add("days", std::uint64_t{days.days.size()});
  line.add("day_rows", num_day_rows);
  line.add("numbering_ns", nanoseconds_of(number));
  line.print();
  return 0;
}
