#include "vieweratlas/graph/similarity.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace vieweratlas {

std::optional<Similarity> similarity(std::uint64_t a, std::uint64_t b, std::uint64_t shared, std::uint64_t total) {
  if (a == 0 || b == 0 || shared > std::min(a, b)) return std::nullopt;
  // Doubles from the start: the product of two audiences may pass 2^64.
  const auto size_a = static_cast<double>(a);
  const auto size_b = static_cast<double>(b);
  const auto both = static_cast<double>(shared);
  Similarity result;
  // From the smaller audience on, so that the same pair gives the same bits in either order.
  result.jaccard = both / ((std::min(size_a, size_b) - both) + std::max(size_a, size_b));
  result.overlap = both / std::min(size_a, size_b);
  // In two steps, because sqrt(a * b) of a = b may round below a and give a cosine above 1.
  result.cosine = std::min(1.0, both / (std::sqrt(size_a) * std::sqrt(size_b)));
  result.b_given_a = both / size_a;
  result.a_given_b = both / size_b;
  if (total > 0) result.lift = result.b_given_a * (static_cast<double>(total) / size_b);
  return result;
}

}  // namespace vieweratlas
