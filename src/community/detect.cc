#include "vieweratlas/community/detect.h"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "community/best_of.h"
#include "community/connectivity.h"
#include "community/greedy.h"
#include "community/level_graph.h"
#include "community/multilevel.h"
#include "community/null_model.h"
#include "community/prepare.h"
#include "community/relabel.h"
#include "community/small_groups.h"

#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {
namespace {

using community_internal::agglomerate;
using community_internal::dissolve_small_groups;
using community_internal::find_best;
using community_internal::kMaxResolution;
using community_internal::kResolutionUnit;
using community_internal::LevelGraph;
using community_internal::number_by_size;
using community_internal::PreparedGraph;
using community_internal::Refining;
using community_internal::split_disconnected;

constexpr std::uint32_t kMaxRuns = 1000;

std::optional<Error> check_options(const CommunityOptions& options) {
  const double millionths = std::round(options.resolution * static_cast<double>(kResolutionUnit));
  if (!(millionths >= 1 && options.resolution <= static_cast<double>(kMaxResolution))) {  // also true for NaN
    return Error{ErrorCode::kInvalidArgument,
                 "resolution " + std::to_string(options.resolution) + " is out of range: give a number from 0.000001 to 1000000"};
  }
  if (options.runs < 1 || options.runs > kMaxRuns) {
    return Error{ErrorCode::kInvalidArgument, "number of runs " + std::to_string(options.runs) +
                                                  " is out of range: give a number from 1 to " + std::to_string(kMaxRuns)};
  }
  if (options.min_community_size < 1) {
    return Error{ErrorCode::kInvalidArgument, "smallest community size 0 is out of range: give 1 to keep communities of any size"};
  }
  return std::nullopt;
}

std::vector<std::uint32_t> detect(const LevelGraph& graph, const CommunityOptions& options, ThreadPool& pool, CommunityResult& result) {
  std::vector<std::uint32_t> community(graph.num_nodes());
  if (graph.model.total_strength == 0) {  // no edge: everybody alone
    std::iota(community.begin(), community.end(), 0U);
    result.run_qualities.assign(1, 0.0);
    return community;
  }
  if (options.algorithm == CommunityAlgorithm::kGreedy) {
    community = agglomerate(graph);
  } else {
    auto best = find_best(graph,
                          {.refining = options.algorithm == CommunityAlgorithm::kLeiden ? Refining::kYes : Refining::kNo,
                           .runs = options.runs,
                           .seed = options.seed},
                          pool);
    result.best_run = best.best_run;
    result.run_qualities = std::move(best.run_qualities);
    community = std::move(best.community);
  }
  // Leiden's communities are connected by construction once stable; this keeps the promise whatever ended the search.
  if (options.algorithm == CommunityAlgorithm::kLeiden) split_disconnected(graph, community);
  return community;
}

}  // namespace

Result<CommunityResult> detect_communities(const WeightedGraph& graph, const CommunityOptions& options, ThreadPool& pool) {
  if (auto error = check_options(options)) return *std::move(error);
  const auto millionths = std::llround(options.resolution * static_cast<double>(kResolutionUnit));
  auto prepared = PreparedGraph::make(graph, static_cast<std::uint64_t>(millionths));
  if (!prepared) return std::move(prepared).error();
  const LevelGraph level = prepared->view();

  CommunityResult result;
  result.resolution = level.model.resolution();
  result.algorithm = options.algorithm;
  std::vector<std::uint32_t> community = detect(level, options, pool, result);
  if (result.run_qualities.empty()) result.run_qualities.push_back(modularity(graph, number_by_size(community), result.resolution));
  community = number_by_size(std::move(community)).community;  // so that ties between communities go to the larger one
  const auto small = dissolve_small_groups(level, options.min_community_size, community);
  result.num_merged_nodes = small.num_merged;
  result.num_unassigned_nodes = small.num_unassigned;
  result.partition = number_by_size(std::move(community));
  result.quality = modularity(graph, result.partition, result.resolution);
  result.modularity = result.resolution == 1.0 ? result.quality : modularity(graph, result.partition, 1.0);
  return result;
}

std::string_view name_of(CommunityAlgorithm algorithm) {
  switch (algorithm) {
    case CommunityAlgorithm::kLeiden: return "leiden";
    case CommunityAlgorithm::kLouvain: return "louvain";
    case CommunityAlgorithm::kGreedy: return "greedy";
  }
  VA_CHECK(false);
}

}  // namespace vieweratlas
