#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vieweratlas {

/// SplitMix64's finaliser: a bijective mix of 64 bits. Source: Steele, Lea, Flood 2014.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

/// A seeded generator whose sequence is the same on every machine and compiler (the standard's distributions are not).
/// xoshiro256** (Blackman, Vigna 2021). Thread-compatible. 32 bytes.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// An independent generator for the named purpose: adding a draw for one purpose never changes another's sequence.
  [[nodiscard]] Random fork(std::uint64_t key) const;
  [[nodiscard]] Random fork(std::string_view purpose) const;

  /// Uniform over all 64-bit values.
  std::uint64_t next();
  /// Uniform in [0, n), n >= 1, without modulo bias (Lemire 2019).
  std::uint64_t below(std::uint64_t n);
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Standard normal (Marsaglia's polar method).
  double normal();
  /// True with probability p.
  bool chance(double p) { return uniform() < p; }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace vieweratlas
