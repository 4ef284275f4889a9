#include "vieweratlas/community/compare.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {
namespace {

__extension__ using Wide = unsigned __int128;

/// One side of the comparison: a community for every node, and sizes.
struct Side {
  std::vector<std::uint32_t> community;
  std::vector<std::uint32_t> size;
};

Side make_side(const Partition& partition) {
  Side side{.community = partition.community, .size = std::vector<std::uint32_t>(partition.num_communities, 0)};
  for (std::uint32_t& c : side.community) {
    if (c == Partition::kUnassigned) {
      c = static_cast<std::uint32_t>(side.size.size());
      side.size.push_back(0);
    }
    VA_CHECK(c < side.size.size());
    ++side.size[c];
  }
  return side;
}

struct Cell {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t count = 0;
};

/// The non-zero cells of the contingency table: nodes are grouped by a, and counted by b in a row of counters.
std::vector<Cell> make_cells(const Side& a, const Side& b) {
  std::vector<std::size_t> start(a.size.size() + 1, 0);
  for (std::size_t i = 0; i < a.size.size(); ++i) start[i + 1] = start[i] + a.size[i];
  std::vector<std::uint32_t> grouped(a.community.size());
  std::vector<std::size_t> next(start.begin(), start.end() - 1);
  for (std::size_t node = 0; node < a.community.size(); ++node) grouped[next[a.community[node]]++] = b.community[node];

  std::vector<Cell> cells;
  std::vector<std::uint32_t> count(b.size.size(), 0);
  for (std::uint32_t i = 0; i < a.size.size(); ++i) {
    const std::size_t first = cells.size();
    for (std::size_t at = start[i]; at < start[i + std::size_t{1}]; ++at) {
      if (count[grouped[at]]++ == 0) cells.push_back({i, grouped[at], 0});
    }
    for (std::size_t cell = first; cell < cells.size(); ++cell) cells[cell].count = std::exchange(count[cells[cell].b], 0);
  }
  return cells;
}

/// Pairs of nodes, exact.
Wide num_pairs(std::uint64_t n) { return static_cast<Wide>(n) * (n - (n > 0 ? 1 : 0)) / 2; }

Wide pairs_within(const Side& side) {
  Wide sum = 0;
  for (const std::uint32_t size : side.size) sum += num_pairs(size);
  return sum;
}

double adjusted_rand(const Side& a, const Side& b, std::span<const Cell> cells) {
  Wide together = 0;
  for (const Cell& cell : cells) together += num_pairs(cell.count);
  const auto in_a = static_cast<double>(pairs_within(a));
  const auto in_b = static_cast<double>(pairs_within(b));
  const auto all = static_cast<double>(num_pairs(a.community.size()));
  const double expected = all == 0 ? 0 : in_a / all * in_b;
  const double largest = (in_a + in_b) / 2;
  if (largest == expected) return 1;  // both trivial in the same way: all together or all apart
  return (static_cast<double>(together) - expected) / (largest - expected);
}

double entropy(const Side& side) {
  const auto n = static_cast<double>(side.community.size());
  double sum = 0;
  for (const std::uint32_t size : side.size) {
    if (size > 0) sum -= size / n * std::log(size / n);
  }
  return sum;
}

double mutual_information(const Side& a, const Side& b, std::span<const Cell> cells) {
  const auto n = static_cast<double>(a.community.size());
  double sum = 0;
  for (const Cell& cell : cells) {
    sum += cell.count / n * std::log(cell.count * n / (static_cast<double>(a.size[cell.a]) * b.size[cell.b]));
  }
  return std::max(0.0, sum);
}

struct SizeCount {
  std::uint32_t size = 0;
  double times = 0;
};

std::vector<SizeCount> different_sizes(const Side& side) {
  std::vector<std::uint32_t> sorted = side.size;
  std::sort(sorted.begin(), sorted.end());
  std::vector<SizeCount> result;
  for (const std::uint32_t size : sorted) {
    if (size == 0) continue;
    if (result.empty() || result.back().size != size) result.push_back({size, 0});
    result.back().times += 1;
  }
  return result;
}

/// Mutual information expected between one community of `a` and one of `b` nodes, drawn at random (hypergeometric model).
double expected_information(std::uint32_t a, std::uint32_t b, std::span<const double> log_factorial) {
  const std::size_t n = log_factorial.size() - 1;
  const std::size_t least = a + std::size_t{b} > n ? a + std::size_t{b} - n : 0;
  const std::size_t most = std::min(a, b);
  const double fixed = log_factorial[a] + log_factorial[b] + log_factorial[n - a] + log_factorial[n - b] - log_factorial[n];
  double sum = 0;
  for (std::size_t k = std::max<std::size_t>(least, 1); k <= most; ++k) {
    const double log_probability = fixed - log_factorial[k] - log_factorial[a - k] - log_factorial[b - k] - log_factorial[n - a - b + k];
    const auto common = static_cast<double>(k);
    sum += common / static_cast<double>(n) * std::log(static_cast<double>(n) * common / (static_cast<double>(a) * b)) *
           std::exp(log_probability);
  }
  return sum;
}

double expected_mutual_information(const Side& a, const Side& b) {
  std::vector<double> log_factorial(a.community.size() + 1, 0);
  for (std::size_t k = 1; k < log_factorial.size(); ++k) log_factorial[k] = log_factorial[k - 1] + std::log(static_cast<double>(k));
  double sum = 0;
  for (const SizeCount& x : different_sizes(a)) {
    for (const SizeCount& y : different_sizes(b)) sum += x.times * y.times * expected_information(x.size, y.size, log_factorial);
  }
  return sum;
}

}  // namespace

Result<PartitionAgreement> compare_partitions(const Partition& a, const Partition& b) {
  if (a.community.size() != b.community.size()) {
    return Error{ErrorCode::kInvalidArgument, "partitions of " + std::to_string(a.community.size()) + " and " +
                                                  std::to_string(b.community.size()) +
                                                  " nodes cannot be compared: give two of the same nodes"};
  }
  if (a.community.empty()) return PartitionAgreement{1, 1, 1};
  const Side side_a = make_side(a);
  const Side side_b = make_side(b);
  const std::vector<Cell> cells = make_cells(side_a, side_b);
  const bool equal = std::all_of(cells.begin(), cells.end(),
                                 [&](const Cell& cell) { return cell.count == side_a.size[cell.a] && cell.count == side_b.size[cell.b]; });
  if (equal) return PartitionAgreement{1, 1, 1};
  const double mean_entropy = (entropy(side_a) + entropy(side_b)) / 2;  // > 0: two partitions that differ are not both one community
  const double information = mutual_information(side_a, side_b, cells);
  const double expected = expected_mutual_information(side_a, side_b);
  return PartitionAgreement{.adjusted_rand = adjusted_rand(side_a, side_b, cells),
                            .normalized_mutual_information = std::min(1.0, information / mean_entropy),
                            .adjusted_mutual_information = (information - expected) / (mean_entropy - expected)};
}

}  // namespace vieweratlas
