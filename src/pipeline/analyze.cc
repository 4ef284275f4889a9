#include "vieweratlas/pipeline/analyze.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/input.h"
#include "pipeline/outputs.h"
#include "pipeline/parts_of_graph.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/export.h"
#include "vieweratlas/atlas/make_atlas.h"
#include "vieweratlas/community/detect.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/graph/statistics.h"
#include "vieweratlas/graph/weights.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/layout/layout.h"

namespace vieweratlas {
namespace {

using pipeline_internal::GraphInput;

Error no_edges(const GraphInput& input, std::uint32_t threshold) {
  if (input.max_shared == 0) {
    return Error{ErrorCode::kNoData, "Graph has no edges: no two of the " + with_thousands(input.channels.size()) +
                                         " channels share a viewer. Collect over a longer time, or relax the filters"};
  }
  return Error{ErrorCode::kNoData, "Graph has no edges. Try lowering overlap_threshold: it is " + std::to_string(threshold) +
                                       ", and the largest overlap present is " + std::to_string(input.max_shared) +
                                       "; --overlap-threshold " + std::to_string(input.max_shared) + " or less gives edges"};
}

/// A number as people write it: 1, 1.5, 0.25.
std::string plain(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// One line for people about how the map was made.
std::string method_line(const AnalysisOptions& options, const CommunityResult& communities, EdgeWeight weight) {
  std::string algorithm(name_of(communities.algorithm));
  algorithm.front() = static_cast<char>(algorithm.front() - ('a' - 'A'));
  return algorithm + " communities on " + std::string(name_of(weight)) + " weights, resolution " + plain(communities.resolution) +
         "; ForceAtlas2 layout; seed " + std::to_string(options.communities.seed);
}

/// Runs the steps; each part of the result is complete when its step ends.
class Run {
 public:
  Run(const AnalysisOptions& options, ThreadPool& pool, AnalysisObserver& observer) : options_(options), pool_(pool), observer_(observer) {}

  Result<Analysis> run() {
    using Step = Status (Run::*)();
    if (Status status = pipeline_internal::check_output_folder(options_.output); !status.ok()) return std::move(status).error();
    constexpr std::array<Step, 5> kSteps{&Run::read_and_project, &Run::find_communities, &Run::tag, &Run::visualize, &Run::save};
    for (const Step step : kSteps) {
      if (Status status = (this->*step)(); !status.ok()) return std::move(status).error();
      if (step != kSteps.back() && observer_.cancelled()) return Error{ErrorCode::kCancelled, "stopped between two steps"};
    }
    result_.quality = std::move(input_.quality);
    return std::move(result_);
  }

 private:
  Status read_and_project() {
    Result<GraphInput> input = options_.edges.empty() ? pipeline_internal::graph_from_presence(options_, pool_, observer_)
                                                      : pipeline_internal::graph_from_files(options_, observer_);
    if (!input) return std::move(input).error();
    input_ = *std::move(input);
    if (!options_.include_isolated_nodes) {
      const std::uint64_t before = input_.channels.size();
      pipeline_internal::remove_isolated(input_.channels, input_.graph);
      input_.counts.emplace_back("isolated_channels_left_out", before - input_.channels.size());
    }
    result_.graph = graph_statistics(input_.graph);
    if (input_.graph.num_edges() == 0) return no_edges(input_, options_.projection.min_shared);
    observer_.graph_built(input_.channels, result_.graph);
    observer_.step_ends(AnalysisStep::kGraph);
    return {};
  }

  Status find_communities() {
    observer_.step_begins(AnalysisStep::kCommunities);
    weight_ = options_.community_weight.value_or(input_.measured ? EdgeWeight::kShared : EdgeWeight::kNewman);
    const Result<std::vector<std::uint64_t>> weights = edge_weights(input_.graph, weight_);
    if (!weights) return weights.error();
    Result<CommunityResult> communities = detect_communities(weighted_view(input_.graph, *weights), options_.communities, pool_);
    if (!communities) return std::move(communities).error();
    result_.communities = *std::move(communities);
    observer_.communities_found(result_.communities, weight_);
    observer_.step_ends(AnalysisStep::kCommunities);
    return {};
  }

  Status tag() {
    observer_.step_begins(AnalysisStep::kTags);
    Result<std::vector<CommunityLabel>> labels =
        label_communities(result_.communities.partition, input_.channels, input_.graph, options_.labels);
    if (!labels) return std::move(labels).error();
    result_.labels = *std::move(labels);
    observer_.tagged(result_.labels);
    observer_.step_ends(AnalysisStep::kTags);
    return {};
  }

  Status visualize() {
    observer_.step_begins(AnalysisStep::kPictures);
    const Result<Layout> layout = lay_out(input_.graph, result_.communities.partition.community, options_.layout, pool_);
    if (!layout) return layout.error();
    observer_.laid_out(*layout);
    withhold_small_overlaps();
    const Provenance provenance = make_provenance();
    result_.atlas = make_atlas(AtlasParts{.channels = input_.channels,
                                          .graph = input_.graph,
                                          .statistics = published_,
                                          .communities = result_.communities,
                                          .labels = result_.labels,
                                          .layout = *layout,
                                          .provenance = provenance});
    Result<std::vector<pipeline_internal::MadeFile>> pictures = pipeline_internal::draw_pictures(result_.atlas, options_, pool_, observer_);
    if (!pictures) return std::move(pictures).error();
    files_ = *std::move(pictures);
    observer_.step_ends(AnalysisStep::kPictures);
    return {};
  }

  /// From here on nothing knows of overlaps that are too small to be published: no picture, file or sum over links can have them.
  void withhold_small_overlaps() {
    published_ = result_.graph;
    if (options_.min_published_overlap <= 1) return;
    const std::uint64_t before = input_.graph.num_edges();
    input_.graph = pipeline_internal::edges_of_at_least(input_.graph, options_.min_published_overlap);
    published_ = graph_statistics(input_.graph);
    const std::uint64_t num_withheld = before - input_.graph.num_edges();
    input_.counts.emplace_back("links_withheld", num_withheld);
    if (num_withheld > 0) observer_.links_withheld(num_withheld, options_.min_published_overlap);
  }

  Status save() {
    observer_.step_begins(AnalysisStep::kSave);
    const ResultsContext context{.min_channel_viewers = options_.aggregate.min_channel_viewers,
                                 .quality = input_.quality ? &*input_.quality : nullptr,
                                 .snapshot_sources = input_.snapshot_sources,
                                 .losses = input_.losses};
    pipeline_internal::make_tables(result_.atlas, context, options_.output, observer_, files_);
    Result<std::vector<OutputFile>> saved = pipeline_internal::save(files_, options_.output, observer_);
    if (!saved) return std::move(saved).error();
    result_.files = *std::move(saved);
    observer_.step_ends(AnalysisStep::kSave);
    return {};
  }

  /// The threshold that published links really keep: whoever measured a graph may have cut it higher than we do.
  [[nodiscard]] std::uint64_t effective_threshold() const {
    const std::vector<std::uint32_t>& shared = input_.graph.shared;
    if (!input_.measured || shared.empty()) return std::max(options_.projection.min_shared, options_.min_published_overlap);
    return *std::min_element(shared.begin(), shared.end());
  }

  [[nodiscard]] Provenance make_provenance() const {
    return Provenance{.version = options_.version,
                      .input_digest = input_.input_digest,
                      .title = options_.title,
                      .window_begin = input_.window_begin,
                      .window_end = input_.window_end,
                      .method = method_line(options_, result_.communities, weight_),
                      .options = options_.options,
                      .counts = input_.counts,
                      .seed = options_.communities.seed,
                      .threshold = effective_threshold(),
                      .measured_graph = input_.measured};
  }

  const AnalysisOptions& options_;
  ThreadPool& pool_;
  AnalysisObserver& observer_;
  GraphInput input_;
  GraphStatistics published_;  ///< of the links that outputs have
  EdgeWeight weight_ = EdgeWeight::kNewman;
  std::vector<pipeline_internal::MadeFile> files_;
  Analysis result_;
};

}  // namespace

std::string_view title_of(AnalysisStep step) {
  switch (step) {
    case AnalysisStep::kAggregate: return "AGGREGATING VIEWER DATA";
    case AnalysisStep::kGraph: return "BUILDING OVERLAP GRAPH";
    case AnalysisStep::kCommunities: return "DETECTING COMMUNITIES";
    case AnalysisStep::kTags: return "TAGGING COMMUNITIES";
    case AnalysisStep::kPictures: return "VISUALIZING";
    case AnalysisStep::kSave: return "SAVING RESULTS";
  }
  return {};
}

Result<Analysis> analyze(const AnalysisOptions& options, ThreadPool& pool, AnalysisObserver& observer) {
  return Run(options, pool, observer).run();
}

}  // namespace vieweratlas
