// bench_layout EDGES NODES [--threads N] [--iterations N]: places for the circles of the map, communities given.
#include <cstdint>
#include <string>
#include <vector>

#include "bench/measured.h"
#include "bench/stage.h"

#include "vieweratlas/community/detect.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/measured.h"
#include "vieweratlas/graph/weights.h"
#include "vieweratlas/layout/layout.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  const MeasuredGraph measured = load_graph(arguments.positional(0, "EDGES"), arguments.positional(1, "NODES"));
  ThreadPool pool(arguments.number("threads", 0));
  const std::vector<std::uint64_t> weights = value_or_give_up(edge_weights(measured.graph, EdgeWeight::kShared));
  const CommunityResult communities = value_or_give_up(detect_communities(weighted_view(measured.graph, weights), {}, pool));
  LayoutOptions options;
  options.iterations = arguments.number("iterations", options.iterations);
  const Stopwatch stopwatch;
  const Layout layout = value_or_give_up(lay_out(measured.graph, communities.partition.community, options, pool));
  Line line;
  line.add(stopwatch);
  line.add("nodes", std::uint64_t{layout.x.size()});
  line.add("iterations", std::uint64_t{layout.iterations});
  line.add("seconds_per_100", stopwatch.wall_seconds() * 100 / options.iterations);
  line.print();
  return 0;
}
