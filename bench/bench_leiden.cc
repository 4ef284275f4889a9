// bench_leiden EDGES [--runs N] [--seeds N] [--threads N] [--write-partition FILE]: communities at resolution 1.
// "seconds" is the median over seeds 1..N, of a whole call with all its runs; modularity likewise.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/measured.h"
#include "bench/stage.h"

#include "vieweratlas/community/detect.h"
#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/measured.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/graph/weights.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void write_partition(const std::string& path, const MeasuredGraph& measured, const Partition& partition) {
  std::ofstream file(path);
  for (std::size_t i = 0; i < measured.channels.size(); ++i) file << measured.channels[i].login << ',' << partition.community[i] << '\n';
  if (!file.flush()) give_up({ErrorCode::kUnavailable, "cannot write " + path});
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  const MeasuredGraph measured = load_graph(arguments.positional(0, "EDGES"), "");
  const std::vector<std::uint64_t> weights = value_or_give_up(edge_weights(measured.graph, EdgeWeight::kShared));
  const WeightedGraph graph = weighted_view(measured.graph, weights);
  ThreadPool pool(arguments.number("threads", 1));
  const std::uint32_t seeds = std::max(1U, arguments.number("seeds", 20));
  std::vector<double> seconds;
  std::vector<double> modularities;
  CommunityResult best;
  const Stopwatch whole;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    CommunityOptions options;
    options.seed = seed;
    options.runs = arguments.number("runs", 1);
    const Stopwatch stopwatch;
    CommunityResult result = value_or_give_up(detect_communities(graph, options, pool));
    seconds.push_back(stopwatch.wall_seconds());
    modularities.push_back(result.modularity);
    if (seed == 1 || result.modularity > best.modularity) best = std::move(result);
  }
  Line line;
  line.add("seconds", median(seconds));
  line.add("cpu_seconds", whole.cpu_seconds() / seeds);
  line.add("nodes", std::uint64_t{graph.num_nodes()});
  line.add("edges", measured.graph.num_edges());
  line.add("modularity", median(modularities));
  line.add("best_modularity", best.modularity);
  line.add("communities", std::uint64_t{best.partition.num_communities});
  line.print();
  const std::string path = arguments.text("write-partition");
  if (!path.empty()) write_partition(path, measured, best.partition);
  return 0;
}
