#include "community/prepare.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "community/level_graph.h"
#include "community/null_model.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::community_internal {
namespace {

Error corrupt(std::string what) { return {ErrorCode::kCorruptData, "graph is not undirected and sorted: " + std::move(what)}; }

std::optional<Error> check_offsets(const WeightedGraph& graph) {
  if (graph.offsets.empty() || graph.offsets.front() != 0 || graph.offsets.back() != graph.neighbours.size() ||
      graph.weights.size() != graph.neighbours.size()) {
    return corrupt("its arrays differ in length");
  }
  if (graph.offsets.size() > UINT32_MAX) return Error{ErrorCode::kLimitExceeded, "graph has more nodes than 32 bits can number"};
  for (std::size_t node = 0; node + 1 < graph.offsets.size(); ++node) {
    if (graph.offsets[node] > graph.offsets[node + 1]) return corrupt("offsets fall at node " + std::to_string(node));
  }
  return std::nullopt;
}

/// Ascending rows in which each arc has its reverse with the same weight. Rows are read in order, so the reverse of an arc
/// u -> v must be the next unread arc of row v: one cursor per row suffices.
std::optional<Error> check_arcs(const WeightedGraph& graph) {
  const std::uint32_t num_nodes = graph.num_nodes();
  std::vector<std::uint64_t> cursor(graph.offsets.begin(), graph.offsets.end() - 1);
  for (std::uint32_t node = 0; node < num_nodes; ++node) {
    for (std::uint64_t arc = graph.offsets[node]; arc < graph.offsets[node + std::size_t{1}]; ++arc) {
      const std::uint32_t neighbour = graph.neighbours[arc];
      if (neighbour >= num_nodes || neighbour == node) return corrupt("node " + std::to_string(node) + " has an impossible neighbour");
      if (arc > graph.offsets[node] && graph.neighbours[arc - 1] >= neighbour) {
        return corrupt("neighbours of node " + std::to_string(node) + " do not ascend");
      }
      const std::uint64_t reverse = cursor[neighbour]++;
      if (reverse >= graph.offsets[neighbour + std::size_t{1}] || graph.neighbours[reverse] != node ||
          graph.weights[reverse] != graph.weights[arc]) {
        return corrupt("the edge between nodes " + std::to_string(node) + " and " + std::to_string(neighbour) +
                       " is not the same in both directions");
      }
    }
  }
  return std::nullopt;
}

}  // namespace

Result<PreparedGraph> PreparedGraph::make(const WeightedGraph& graph, std::uint64_t resolution_millionths) {
  if (auto error = check_offsets(graph)) return *std::move(error);
  if (auto error = check_arcs(graph)) return *std::move(error);
  PreparedGraph prepared(graph);
  prepared.strengths_.assign(graph.num_nodes(), 0);
  std::uint64_t total_strength = 0;
  bool has_weightless = false;
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
    std::uint64_t strength = 0;
    for (std::uint64_t arc = graph.offsets[node]; arc < graph.offsets[node + std::size_t{1}]; ++arc) {
      if (graph.weights[arc] >= kMaxTotalStrength - total_strength) {
        return Error{ErrorCode::kLimitExceeded, "weights of the graph sum to 2^61 or more: divide them by a common factor"};
      }
      total_strength += graph.weights[arc];
      strength += graph.weights[arc];
      has_weightless = has_weightless || graph.weights[arc] == 0;
    }
    prepared.strengths_[node] = strength;
  }
  prepared.model_ = {.total_strength = total_strength, .resolution_millionths = resolution_millionths};
  if (has_weightless) prepared.leave_out_weightless_arcs();
  return prepared;
}

void PreparedGraph::leave_out_weightless_arcs() {
  owns_arcs_ = true;
  offsets_.reserve(graph_.offsets.size());
  offsets_.push_back(0);
  for (std::uint32_t node = 0; node < graph_.num_nodes(); ++node) {
    for (std::uint64_t arc = graph_.offsets[node]; arc < graph_.offsets[node + std::size_t{1}]; ++arc) {
      if (graph_.weights[arc] == 0) continue;
      neighbours_.push_back(graph_.neighbours[arc]);
      weights_.push_back(graph_.weights[arc]);
    }
    offsets_.push_back(neighbours_.size());
  }
}

LevelGraph PreparedGraph::view() const {
  if (owns_arcs_) return {offsets_, neighbours_, weights_, strengths_, model_};
  return {graph_.offsets, graph_.neighbours, graph_.weights, strengths_, model_};
}

}  // namespace vieweratlas::community_internal
