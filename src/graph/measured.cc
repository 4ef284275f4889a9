// Reading a graph of overlaps that somebody else has measured: nodes, edges, and then the numbering by falling audience that the
// rest of the program expects.

#include "vieweratlas/graph/measured.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/measured_columns.h"
#include "graph/measured_nodes.h"

#include "vieweratlas/core/csv.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/losses.h"

namespace vieweratlas {
namespace graph_internal {
namespace {

// Spellings of each column, the one preferred first.
constexpr std::array<std::string_view, 3> kSource{"source", "src", "from"};
constexpr std::array<std::string_view, 3> kTarget{"target", "dst", "to"};
constexpr std::array<std::string_view, 3> kWeight{"weight", "shared", "count"};

struct MeasuredEdge {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::uint32_t shared = 0;
  std::uint64_t line = 0;
};

/// Reads the rows of the edges file into channels and edges as they come.
class EdgeReader {
 public:
  EdgeReader(std::string_view name, ChannelTable& table, Losses& losses) : name_(name), table_(table), losses_(losses) {}

  Status read(std::string_view text) {
    CsvReader reader(text);
    Fields row;
    if (!reader.next(row)) return no_edge();
    source_ = column(row, kSource);
    target_ = column(row, kTarget);
    weight_ = column(row, kWeight);
    if (!source_ || !target_ || !weight_) return missing_column(place(name_, reader.line()), "source, target and weight", row);
    while (reader.next(row)) {
      ++num_rows_;
      if (reader.truncated()) {
        losses_.add("truncated_row", place(name_, reader.line()) + ": a quote is not closed");
      } else {
        read_row(row, reader.line());
      }
    }
    if (num_rows_ > 0 && num_bad_weights_ == num_rows_) {
      return Error{ErrorCode::kCorruptData,
                   losses_.by_reason().at("bad_weight").example + ", and so in every row; is it the right column?"};
    }
    return edges_.empty() ? no_edge() : Status();
  }

  [[nodiscard]] std::vector<MeasuredEdge>& edges() { return edges_; }
  [[nodiscard]] std::uint64_t num_rows() const { return num_rows_; }

 private:
  [[nodiscard]] Status no_edge() const {
    return Error{ErrorCode::kNoData,
                 "there is no edge in " + std::string(name_) + "; expected rows of source,target,weight below the header"};
  }

  void read_row(const Fields& row, std::uint64_t line) {
    const std::string_view source = field(row, source_);
    const std::string_view target = field(row, target_);
    if (source.empty() || target.empty()) {
      losses_.add("missing_id", place(name_, line) + ": no " + (source.empty() ? "source" : "target"));
      return;
    }
    const std::string_view weight = field(row, weight_);
    const auto shared = whole_number(weight);
    if (!shared || *shared == 0 || *shared > std::numeric_limits<std::uint32_t>::max()) {
      ++num_bad_weights_;
      losses_.add("bad_weight", place(name_, line) + ": weight " + quoted(weight) + " is no whole number of viewers from 1 to 4294967295");
      return;
    }
    const std::uint32_t a = table_.find_or_add(source);
    const std::uint32_t b = table_.find_or_add(target);
    if (a == b) {
      losses_.add("self_loop", place(name_, line) + ": " + quoted(source) + " is joined to itself");
      return;
    }
    edges_.push_back({.low = std::min(a, b), .high = std::max(a, b), .shared = static_cast<std::uint32_t>(*shared), .line = line});
  }

  std::string_view name_;  // the table, the losses and the name outlive the reader
  ChannelTable& table_;
  Losses& losses_;
  std::optional<std::size_t> source_;
  std::optional<std::size_t> target_;
  std::optional<std::size_t> weight_;
  std::vector<MeasuredEdge> edges_;
  std::uint64_t num_rows_ = 0;
  std::uint64_t num_bad_weights_ = 0;
};

/// Sorts channels by falling audience, ties by login, and gives the edges the new numbers.
void number_by_audience(std::vector<Channel>& channels, std::vector<MeasuredEdge>& edges) {
  std::vector<std::uint32_t> order(channels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return channels[a].audience != channels[b].audience ? channels[a].audience > channels[b].audience
                                                        : channels[a].login < channels[b].login;
  });
  std::vector<std::uint32_t> number(channels.size());
  std::vector<Channel> sorted;
  sorted.reserve(channels.size());
  for (const std::uint32_t old : order) {
    number[old] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(std::move(channels[old]));
  }
  channels = std::move(sorted);
  for (MeasuredEdge& edge : edges) {
    const auto [low, high] = std::minmax(number[edge.low], number[edge.high]);
    edge.low = low;
    edge.high = high;
  }
}

/// Leaves one edge per pair of channels, the heaviest, sorted by (low, high).
void drop_parallel(std::vector<MeasuredEdge>& edges, std::string_view name, Losses& losses) {
  std::sort(edges.begin(), edges.end(), [](const MeasuredEdge& a, const MeasuredEdge& b) {
    if (a.low != b.low) return a.low < b.low;
    if (a.high != b.high) return a.high < b.high;
    return a.shared != b.shared ? a.shared > b.shared : a.line < b.line;
  });
  std::size_t kept = 0;
  std::uint64_t first_line = 0;
  for (const MeasuredEdge& edge : edges) {
    if (kept > 0 && edges[kept - 1].low == edge.low && edges[kept - 1].high == edge.high) {
      first_line = first_line == 0 ? edge.line : std::min(first_line, edge.line);
    } else {
      edges[kept++] = edge;
    }
  }
  const std::size_t dropped = edges.size() - kept;
  edges.resize(kept);
  if (dropped > 0) {
    losses.add("parallel_edge", place(name, first_line) + ": these two channels are joined elsewhere, too; the larger weight was kept",
               dropped);
  }
}

/// `edges` of at least `min_shared` as a graph; sorted by (low, high) and unique.
OverlapGraph graph_of(const std::vector<Channel>& channels, const std::vector<MeasuredEdge>& edges, std::uint32_t min_shared) {
  OverlapGraph graph;
  graph.offsets.assign(channels.size() + 1, 0);
  for (const MeasuredEdge& edge : edges) {
    if (edge.shared < min_shared) continue;
    ++graph.offsets[std::size_t{edge.low} + 1];
    ++graph.offsets[std::size_t{edge.high} + 1];
  }
  for (std::size_t i = 0; i < channels.size(); ++i) graph.offsets[i + 1] += graph.offsets[i];
  graph.neighbours.resize(graph.offsets.back());
  graph.shared.resize(graph.offsets.back());
  std::vector<std::uint64_t> next(graph.offsets.begin(), graph.offsets.end() - 1);
  const auto put = [&](std::uint32_t node, std::uint32_t other, std::uint32_t shared) {
    const std::uint64_t at = next[node]++;
    graph.neighbours[at] = other;
    graph.shared[at] = shared;
  };
  // Lower neighbours of every node first, then higher ones: both loops meet them in ascending order.
  for (const MeasuredEdge& edge : edges) {
    if (edge.shared >= min_shared) put(edge.high, edge.low, edge.shared);
  }
  for (const MeasuredEdge& edge : edges) {
    if (edge.shared >= min_shared) put(edge.low, edge.high, edge.shared);
  }
  for (const Channel& channel : channels) graph.audience.push_back(channel.audience);
  return graph;
}

}  // namespace
}  // namespace graph_internal

Result<MeasuredGraph> read_measured_graph(std::string_view edges, std::string_view edges_name, std::string_view nodes,
                                          std::string_view nodes_name, std::uint32_t min_shared) {
  using namespace graph_internal;
  if (min_shared == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "overlap_threshold 0 would join every pair of channels, also those that share no viewer; use 1 or more"};
  }
  MeasuredGraph result;
  ChannelTable table;
  if (Status status = read_nodes(nodes, nodes_name, table, result.losses); !status.ok()) return std::move(status).error();
  EdgeReader reader(edges_name, table, result.losses);
  if (Status status = reader.read(edges); !status.ok()) return std::move(status).error();
  result.num_rows = reader.num_rows();
  for (const MeasuredEdge& edge : reader.edges()) result.max_shared = std::max(result.max_shared, edge.shared);
  number_by_audience(table.channels(), reader.edges());
  drop_parallel(reader.edges(), edges_name, result.losses);
  result.channels = std::move(table.channels());
  result.graph = graph_of(result.channels, reader.edges(), min_shared);
  return result;
}

}  // namespace vieweratlas
