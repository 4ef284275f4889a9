// bench_ingest FOLDER [--threads N] [--write-ids FILE]: snapshot files -> channels x viewers, duplicates dropped.
#include <cstdint>
#include <string>
#include <vector>

#include "bench/ids_file.h"
#include "bench/stage.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/incidence.h"
#include "vieweratlas/presence/read.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

namespace {

/// Numbers that agree only when the same viewers were found in channels of the same sizes.
void add_checks(const Incidence& incidence, Line& line) {
  std::uint64_t squares = 0;
  for (std::uint32_t c = 0; c < incidence.num_channels(); ++c) squares += std::uint64_t{incidence.row(c).size()} * incidence.row(c).size();
  std::vector<std::uint32_t> degree(incidence.num_viewers, 0);
  for (const std::uint32_t viewer : incidence.viewers) ++degree[viewer];
  std::uint64_t pairs = 0;
  for (const std::uint64_t d : degree) pairs += d * (d - 1) / 2;
  line.add("channels", std::uint64_t{incidence.num_channels()});
  line.add("viewers", std::uint64_t{incidence.num_viewers});
  line.add("memberships", incidence.num_memberships());
  line.add("audience_squares", squares);
  line.add("pairs", pairs);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  const std::string& folder = arguments.positional(0, "FOLDER");
  ThreadPool pool(arguments.number("threads", 0));
  const Stopwatch stopwatch;
  const Presence presence = value_or_give_up(read_presence(folder, {}, pool));
  Line line;
  line.add(stopwatch);
  line.add("rows", presence.report.num_presence_rows);
  line.add("bytes", presence.report.num_bytes);
  line.add("lost", presence.report.losses.total());
  add_checks(presence.incidence, line);
  line.print();
  const std::string ids = arguments.text("write-ids");
  if (!ids.empty()) {
    if (Status status = write_ids(ids, presence.incidence); !status) give_up(status.error());
  }
  return 0;
}
