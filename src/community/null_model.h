#pragma once

// What every gain is measured against: the configuration model of Reichardt and Bornholdt (2006) with resolution gamma.
//
// A node of strength k that joins a community of strength K, to which it has weight w, gains
//     delta Q = w / W - gamma k K / (2 W^2),   so two communities compare as   w 2W - gamma k K.
// All of w, k, K, 2W are integers and gamma is a whole number of millionths, hence the comparison can be exact: doubles decide
// when the difference is larger than their rounding, 192-bit integers otherwise. No decision depends on the order of a sum,
// and since every move gains strictly, no search can go round in circles.

#include <cstdint>

namespace vieweratlas::community_internal {

/// Largest sum of strengths (twice the total weight) that the integers below hold with room to spare.
inline constexpr std::uint64_t kMaxTotalStrength = 1ULL << 62U;
inline constexpr std::uint64_t kResolutionUnit = 1'000'000;                ///< gamma is counted in millionths
inline constexpr std::uint64_t kMaxResolution = 1'000'000;                 ///< in units of one
inline constexpr double kRoundingBound = 1.0 / (std::uint64_t{1} << 48U);  ///< 32 half-units in the last place, relative

struct NullModel {
  std::uint64_t total_strength = 0;         ///< 2W, >= 1, < kMaxTotalStrength
  std::uint64_t resolution_millionths = 0;  ///< gamma

  [[nodiscard]] double resolution() const { return static_cast<double>(resolution_millionths) / static_cast<double>(kResolutionUnit); }
  /// gamma / 2W: times k K it is the weight expected between k and K.
  [[nodiscard]] double expected_per_product() const { return resolution() / static_cast<double>(total_strength); }
};

/// A community as a node sees it that may join: the weight between them and the community's strength without the node.
struct Candidate {
  std::uint64_t weight = 0;
  std::uint64_t strength = 0;
};

/// Sign of gain(a) - gain(b) for a node of strength `node_strength`: -1, 0 or 1. Exact.
[[nodiscard]] int compare_gains(const NullModel& model, std::uint64_t node_strength, Candidate a, Candidate b);

}  // namespace vieweratlas::community_internal
