// bench_poster EDGES NODES [--threads N] [--size PIXELS] [--write-png FILE] [--write-positions FILE]: the finished map -> PNG.
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

#include "bench/measured.h"
#include "bench/stage.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/make_atlas.h"
#include "vieweratlas/community/detect.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/measured.h"
#include "vieweratlas/graph/statistics.h"
#include "vieweratlas/graph/weights.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/layout/layout.h"
#include "vieweratlas/render/poster.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

namespace {

Atlas atlas_of(const MeasuredGraph& measured, ThreadPool& pool) {
  const std::vector<std::uint64_t> weights = value_or_give_up(edge_weights(measured.graph, EdgeWeight::kShared));
  const CommunityResult communities = value_or_give_up(detect_communities(weighted_view(measured.graph, weights), {}, pool));
  const auto labels = value_or_give_up(label_communities(communities.partition, measured.channels, measured.graph, {}));
  const Layout layout = value_or_give_up(lay_out(measured.graph, communities.partition.community, {}, pool));
  const GraphStatistics statistics = graph_statistics(measured.graph);
  Provenance provenance;
  provenance.title = "Benchmark";
  provenance.method = "measured graph";
  provenance.measured_graph = true;
  return make_atlas({.channels = measured.channels,
                     .graph = measured.graph,
                     .statistics = statistics,
                     .communities = communities,
                     .labels = labels,
                     .layout = layout,
                     .provenance = provenance});
}

/// x, y, radius and colour of each channel, then index pairs of the edges: what a peer needs to draw the same picture.
void write_positions(const std::string& path, const Atlas& atlas) {
  std::ofstream file(path);
  file << atlas.channels.size() << ' ' << atlas.edges.size() << '\n';
  for (const AtlasChannel& channel : atlas.channels) {
    const bool colored = channel.community != AtlasChannel::kNoCommunity;
    const auto color = colored ? atlas.communities[channel.community].color : std::array<std::uint8_t, 3>{128, 128, 128};
    file << fmt::format("{} {} {} {} {} {}\n", channel.x, channel.y, channel.radius, color[0], color[1], color[2]);
  }
  for (const AtlasEdge& edge : atlas.edges) file << edge.source << ' ' << edge.target << '\n';
  if (!file.flush()) give_up({ErrorCode::kUnavailable, "cannot write " + path});
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  const MeasuredGraph measured = load_graph(arguments.positional(0, "EDGES"), arguments.positional(1, "NODES"));
  ThreadPool pool(arguments.number("threads", 0));
  const Atlas atlas = atlas_of(measured, pool);
  PosterOptions options;
  options.width_px = options.height_px = arguments.number("size", options.width_px);
  const Stopwatch stopwatch;
  const Poster poster = value_or_give_up(draw_poster(atlas, options, pool));
  Line line;
  line.add(stopwatch);
  line.add("bytes", std::uint64_t{poster.png.size()});
  line.add("labels", std::uint64_t{poster.report.labels_placed});
  line.print();
  const std::string png = arguments.text("write-png");
  if (!png.empty()) std::ofstream(png, std::ios::binary) << poster.png;
  const std::string positions = arguments.text("write-positions");
  if (!positions.empty()) write_positions(positions, atlas);
  return 0;
}
