#include "community/null_model.h"

#include <compare>
#include <cstdint>

namespace vieweratlas::community_internal {
namespace {

__extension__ using Wide = unsigned __int128;

/// 192 bits: enough for the product of three 62-bit numbers.
struct Product {
  Wide high = 0;  // in units of 2^64
  std::uint64_t low = 0;

  auto operator<=>(const Product&) const = default;
};

Product multiply(Wide a, std::uint64_t b) {
  const Wide low = static_cast<Wide>(static_cast<std::uint64_t>(a)) * b;
  return {(a >> 64U) * b + (low >> 64U), static_cast<std::uint64_t>(low)};
}

int sign_of(std::strong_ordering order) { return order < 0 ? -1 : static_cast<int>(order > 0); }

int sign_of_difference(std::uint64_t a, std::uint64_t b) { return a < b ? -1 : static_cast<int>(a > b); }

std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

}  // namespace

int compare_gains(const NullModel& model, std::uint64_t node_strength, Candidate a, Candidate b) {
  // (a.weight - b.weight) 2W unit   against   gamma k (a.strength - b.strength), in millionths.
  const int observed_sign = sign_of_difference(a.weight, b.weight);
  const int expected_sign = node_strength == 0 ? 0 : sign_of_difference(a.strength, b.strength);
  if (observed_sign != expected_sign) return observed_sign > expected_sign ? 1 : -1;
  if (observed_sign == 0) return 0;
  const Product observed = multiply(static_cast<Wide>(model.total_strength) * kResolutionUnit, distance(a.weight, b.weight));
  const Product expected = multiply(static_cast<Wide>(model.resolution_millionths) * node_strength, distance(a.strength, b.strength));
  return observed_sign * sign_of(observed <=> expected);
}

}  // namespace vieweratlas::community_internal
