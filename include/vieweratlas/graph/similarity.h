#pragma once

#include <cstdint>
#include <optional>

namespace vieweratlas {

/// How much two audiences have in common. All in [0, 1] except lift (>= 0). docs/methods.md, eq. 1-6.
struct Similarity {
  double jaccard = 0;    ///< |A and B| / |A or B|
  double overlap = 0;    ///< Szymkiewicz-Simpson: |A and B| / min(|A|, |B|)
  double cosine = 0;     ///< Ochiai: |A and B| / sqrt(|A| |B|)
  double b_given_a = 0;  ///< P(B|A) = |A and B| / |A|
  double a_given_b = 0;
  std::optional<double> lift;  ///< |A and B| N / (|A| |B|); needs the number of distinct viewers N
};

/// Returns the similarities of two audiences of `a` and `b` viewers that share `shared`, among `total` viewers (0 = not
/// known). Empty when an audience is 0 (not known) or smaller than `shared` (a measured graph that contradicts itself).
[[nodiscard]] std::optional<Similarity> similarity(std::uint64_t a, std::uint64_t b, std::uint64_t shared, std::uint64_t total);

}  // namespace vieweratlas
