// Every pair of neighbouring communities that would gain stands in one heap. An entry's gain is an upper bound: when a community
// grows, the gain of its pairs can only fall unless weight is added to them, and pairs that got weight are entered anew. So an
// entry is looked at again only when it reaches the top: if its bound was too high it goes back with the true gain, if its
// weight is out of date there is a newer entry and it is dropped. The shorter row is always folded into the longer one.

#include "community/greedy.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <tuple>
#include <vector>

#include "community/level_graph.h"

namespace vieweratlas::community_internal {
namespace {

double real(std::uint64_t x) { return static_cast<double>(static_cast<std::int64_t>(x)); }

struct Link {
  std::uint32_t to = 0;
  std::uint64_t weight = 0;
};
using Row = std::vector<Link>;  // ascending by `to`

struct Pair {
  double gain = 0;           // an upper bound, in units of weight
  std::uint64_t weight = 0;  // between the two when entered; it only grows
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

/// Heap order: the largest gain on top, ties by the lowest ids.
bool is_after(const Pair& a, const Pair& b) { return std::tie(b.gain, a.low, a.high) < std::tie(a.gain, b.low, b.high); }
bool is_below(const Pair& a, const Pair& b) { return is_after(b, a); }

Row::iterator find_link(Row& row, std::uint32_t to) {
  return std::lower_bound(row.begin(), row.end(), to, [](const Link& link, std::uint32_t id) { return link.to < id; });
}

class Agglomerator {
 public:
  Agglomerator(const LevelGraph& graph)
      : rows_(graph.num_nodes()),
        strength_(graph.strengths.begin(), graph.strengths.end()),
        joined_to_(graph.num_nodes()),
        expected_per_product_(graph.model.expected_per_product()) {
    std::iota(joined_to_.begin(), joined_to_.end(), 0U);
    for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
      rows_[node].reserve(graph.offsets[node + std::size_t{1}] - graph.offsets[node]);
      for (std::uint64_t arc = graph.offsets[node]; arc < graph.offsets[node + std::size_t{1}]; ++arc) {
        rows_[node].push_back({graph.neighbours[arc], graph.weights[arc]});
        if (node < graph.neighbours[arc]) enter(node, graph.neighbours[arc], graph.weights[arc]);
      }
    }
    std::make_heap(heap_.begin(), heap_.end(), is_below);
  }

  std::vector<std::uint32_t> run() {
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), is_below);
      const Pair top = heap_.back();
      heap_.pop_back();
      if (!is_current(top)) continue;
      if (gain_of(top.low, top.high, top.weight) < top.gain) {
        push(top.low, top.high, top.weight);
      } else {
        join(top.low, top.high);
      }
    }
    // An id was joined to one that lived on, so following the links from any node ends at its community.
    for (std::uint32_t& node : joined_to_) {
      while (joined_to_[node] != node) node = joined_to_[node] = joined_to_[joined_to_[node]];
    }
    return joined_to_;
  }

 private:
  [[nodiscard]] double gain_of(std::uint32_t a, std::uint32_t b, std::uint64_t weight) const {
    return real(weight) - expected_per_product_ * (real(strength_[a]) * real(strength_[b]));
  }

  /// Appends the pair if it gains; the heap's order is the caller's task.
  bool enter(std::uint32_t a, std::uint32_t b, std::uint64_t weight) {
    const double gain = gain_of(a, b, weight);
    if (gain <= 0) return false;
    heap_.push_back({gain, weight, std::min(a, b), std::max(a, b)});
    return true;
  }

  void push(std::uint32_t a, std::uint32_t b, std::uint64_t weight) {
    if (enter(a, b, weight)) std::push_heap(heap_.begin(), heap_.end(), is_below);
  }

  bool is_current(const Pair& pair) {
    if (joined_to_[pair.low] != pair.low || joined_to_[pair.high] != pair.high) return false;
    Row& row = rows_[pair.low];
    const auto link = find_link(row, pair.high);
    return link != row.end() && link->to == pair.high && link->weight == pair.weight;
  }

  void join(std::uint32_t a, std::uint32_t b) {
    const bool a_is_longer = rows_[a].size() >= rows_[b].size();
    const std::uint32_t kept = a_is_longer ? a : b;
    const std::uint32_t gone = a_is_longer ? b : a;
    joined_to_[gone] = kept;
    strength_[kept] += strength_[gone];
    for (const Link& link : rows_[gone]) {
      if (link.to != kept) redirect(rows_[link.to], gone, kept);
    }
    merge_rows(gone, kept);
    for (const Link& link : rows_[gone]) {
      if (link.to == kept) continue;
      push(kept, link.to, find_link(rows_[kept], link.to)->weight);
    }
    Row().swap(rows_[gone]);
  }

  /// Makes the link to `gone` one to `kept`, added to what is there.
  static void redirect(Row& row, std::uint32_t gone, std::uint32_t kept) {
    const auto old_link = find_link(row, gone);
    const auto new_link = find_link(row, kept);
    if (new_link != row.end() && new_link->to == kept) {
      new_link->weight += old_link->weight;
      row.erase(old_link);
      return;
    }
    old_link->to = kept;
    if (gone < kept) {
      std::rotate(old_link, old_link + 1, new_link);
    } else {
      std::rotate(new_link, old_link, old_link + 1);
    }
  }

  /// rows_[kept] = both rows, without the link between them.
  void merge_rows(std::uint32_t gone, std::uint32_t kept) {
    merged_.clear();
    auto a = rows_[kept].cbegin();
    auto b = rows_[gone].cbegin();
    const auto a_end = rows_[kept].cend();
    const auto b_end = rows_[gone].cend();
    while (a != a_end || b != b_end) {
      Link link;
      if (b == b_end || (a != a_end && a->to < b->to)) {
        link = *a++;
      } else if (a == a_end || b->to < a->to) {
        link = *b++;
      } else {
        link = {a->to, a->weight + b->weight};
        ++a;
        ++b;
      }
      if (link.to != gone && link.to != kept) merged_.push_back(link);
    }
    rows_[kept].assign(merged_.begin(), merged_.end());
  }

  std::vector<Row> rows_;
  std::vector<std::uint64_t> strength_;
  std::vector<std::uint32_t> joined_to_;  // itself while the community lives
  std::vector<Pair> heap_;
  Row merged_;  // scratch
  double expected_per_product_;
};

}  // namespace

std::vector<std::uint32_t> agglomerate(const LevelGraph& graph) { return Agglomerator(graph).run(); }

}  // namespace vieweratlas::community_internal
