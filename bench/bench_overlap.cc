// bench_overlap IDS [--threads N] [--min-shared N] [--write-edges FILE]: channels x viewers -> shared viewers of all pairs.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

#include "bench/ids_file.h"
#include "bench/stage.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/graph/project.h"
#include "vieweratlas/presence/incidence.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

namespace {

void add_checks(const OverlapGraph& graph, Line& line) {
  std::uint64_t sum = 0;
  std::uint64_t squares = 0;
  std::uint64_t above_100 = 0;
  std::uint32_t most = 0;
  for (const std::uint32_t shared : graph.shared) {
    sum += shared;
    squares += std::uint64_t{shared} * shared;
    above_100 += shared >= 100 ? 1U : 0U;
    most = std::max(most, shared);
  }
  // Each edge is stored twice.
  line.add("edges", graph.num_edges());
  line.add("shared", sum / 2);
  line.add("shared_squares", squares / 2);
  line.add("edges_100", above_100 / 2);
  line.add("max_shared", std::uint64_t{most});
}

void write_edges(const std::string& path, const OverlapGraph& graph) {
  std::ofstream file(path);
  file << "source,target,weight\n";
  for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) {
    for (std::uint64_t i = graph.offsets[u]; i < graph.offsets[u + 1]; ++i) {
      if (u < graph.neighbours[i]) file << fmt::format("{},{},{}\n", u, graph.neighbours[i], graph.shared[i]);
    }
  }
  if (!file.flush()) give_up({ErrorCode::kUnavailable, "cannot write " + path});
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  const Incidence incidence = value_or_give_up(read_ids(arguments.positional(0, "IDS")));
  ThreadPool pool(arguments.number("threads", 0));
  ProjectionOptions options;
  options.min_shared = arguments.number("min-shared", 1);
  const Stopwatch stopwatch;
  const Projection projection = value_or_give_up(project(incidence, options, pool));
  Line line;
  line.add(stopwatch);
  line.add("pairs", projection.report.num_pairs_counted);
  add_checks(projection.graph, line);
  line.print();
  const std::string edges = arguments.text("write-edges");
  if (!edges.empty()) write_edges(edges, projection.graph);
  return 0;
}
