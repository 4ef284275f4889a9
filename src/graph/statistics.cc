#include "vieweratlas/graph/statistics.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kTopConnected = 10;
constexpr std::uint32_t kUnseen = 0xFFFFFFFFU;

std::vector<ConnectedChannel> top_connected(const OverlapGraph& graph) {
  std::vector<ConnectedChannel> all;
  all.reserve(graph.num_nodes());
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
    if (graph.degree(node) == 0) continue;
    const auto begin = graph.shared.begin() + static_cast<std::ptrdiff_t>(graph.offsets[node]);
    const auto end = graph.shared.begin() + static_cast<std::ptrdiff_t>(graph.offsets[node + 1]);
    all.push_back({.node = node, .degree = graph.degree(node), .strength = std::accumulate(begin, end, std::uint64_t{0})});
  }
  const auto kept = all.begin() + static_cast<std::ptrdiff_t>(std::min(kTopConnected, all.size()));
  std::partial_sort(all.begin(), kept, all.end(), [](const ConnectedChannel& a, const ConnectedChannel& b) {
    return a.strength != b.strength ? a.strength > b.strength : a.node < b.node;
  });
  all.erase(kept, all.end());
  return all;
}

std::vector<std::uint32_t> component_sizes(const std::vector<std::uint32_t>& component) {
  std::vector<std::uint32_t> sizes;
  for (const std::uint32_t id : component) {
    if (id >= sizes.size()) sizes.resize(id + 1, 0);
    ++sizes[id];
  }
  return sizes;
}

}  // namespace

GraphStatistics graph_statistics(const OverlapGraph& graph) {
  GraphStatistics result;
  result.num_nodes = graph.num_nodes();
  result.num_edges = graph.num_edges();
  const auto nodes = static_cast<double>(result.num_nodes);
  if (result.num_nodes >= 2) result.density = static_cast<double>(result.num_edges) / (nodes * (nodes - 1) / 2);
  for (std::uint32_t node = 0; node < result.num_nodes; ++node) result.num_isolated += graph.degree(node) == 0 ? 1U : 0U;
  const std::vector<std::uint32_t> sizes = component_sizes(connected_components(graph));
  result.num_components = static_cast<std::uint32_t>(sizes.size());
  for (const std::uint32_t size : sizes) result.largest_component_size = std::max(result.largest_component_size, size);
  for (const std::uint32_t shared : graph.shared) {
    result.total_shared += shared;
    result.max_shared = std::max(result.max_shared, shared);
  }
  result.total_shared /= 2;
  result.top_connected = top_connected(graph);
  return result;
}

std::vector<std::uint32_t> connected_components(const OverlapGraph& graph) {
  std::vector<std::uint32_t> component(graph.num_nodes(), kUnseen);
  std::vector<std::uint32_t> stack;
  std::uint32_t next = 0;
  for (std::uint32_t root = 0; root < graph.num_nodes(); ++root) {
    if (component[root] != kUnseen) continue;
    component[root] = next;
    stack.push_back(root);
    while (!stack.empty()) {
      const std::uint32_t node = stack.back();
      stack.pop_back();
      for (const std::uint32_t other : graph.row(node)) {
        if (component[other] != kUnseen) continue;
        component[other] = next;
        stack.push_back(other);
      }
    }
    ++next;
  }
  return component;
}

std::vector<std::uint32_t> largest_component(const OverlapGraph& graph) {
  const std::vector<std::uint32_t> component = connected_components(graph);
  const std::vector<std::uint32_t> sizes = component_sizes(component);
  // max_element takes the first of equals: components are numbered by their lowest node.
  const auto largest = static_cast<std::uint32_t>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
  std::vector<std::uint32_t> result;
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
    if (component[node] == largest) result.push_back(node);
  }
  return result;
}

std::vector<Neighbour> strongest_neighbours(const OverlapGraph& graph, std::uint32_t node, std::uint32_t limit) {
  std::vector<Neighbour> all;
  all.reserve(graph.degree(node));
  for (std::uint64_t at = graph.offsets[node]; at < graph.offsets[node + 1]; ++at) {
    all.push_back({.node = graph.neighbours[at], .shared = graph.shared[at]});
  }
  const auto kept = all.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(limit, all.size()));
  std::partial_sort(all.begin(), kept, all.end(),
                    [](const Neighbour& a, const Neighbour& b) { return a.shared != b.shared ? a.shared > b.shared : a.node < b.node; });
  all.erase(kept, all.end());
  return all;
}

}  // namespace vieweratlas
