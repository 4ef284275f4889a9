#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

/// Arithmetic on a fixed number of lanes. The number is part of the result: sums are kept per lane and folded in one fixed
/// order, so that a machine with wide registers and one with narrow registers give the same bytes. All operations used are
/// exactly rounded by IEEE 754 (+ - * / sqrt), none is fused, and no function of the C library is called.
namespace vieweratlas::layout_internal {

// Vectors wider than the baseline's registers never cross a call here: every kernel is inlined.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

inline constexpr int kWideLanes = 16;  // one AVX-512 register of floats
inline constexpr int kShortLanes = 8;  // rows of a sparse graph are short: fewer lanes waste less

using Wide = float __attribute__((vector_size(sizeof(float) * kWideLanes)));
using Short = float __attribute__((vector_size(sizeof(float) * kShortLanes)));
using ShortBits = std::int32_t __attribute__((vector_size(sizeof(float) * kShortLanes)));

/// The instruction sets that kernels are compiled for; all give the same bytes.
enum class InstructionSet { kBaseline, kAvx2, kAvx512 };

/// The widest one that this processor has. (A test at run time instead of target_clones: those are resolved before
/// sanitizers are ready.)
[[nodiscard]] inline InstructionSet best_instruction_set() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") != 0) return InstructionSet::kAvx512;
  if (__builtin_cpu_supports("avx2") != 0) return InstructionSet::kAvx2;
#endif
  return InstructionSet::kBaseline;
}

/// A kernel is inlined into one function per instruction set, each marked with its target.
#define VA_LAYOUT_KERNEL __attribute__((always_inline)) inline
#if defined(__x86_64__)
#define VA_LAYOUT_AVX2 __attribute__((target("avx2")))
#define VA_LAYOUT_AVX512 __attribute__((target("avx512f")))
#else
#define VA_LAYOUT_AVX2
#define VA_LAYOUT_AVX512
#endif

template <typename Vector>
VA_LAYOUT_KERNEL Vector load(const float* from) {
  Vector result;
  std::memcpy(&result, from, sizeof(result));
  return result;
}

/// Halves fold onto each other: lane l takes lane l + n/2, and so on.
template <typename Vector>
VA_LAYOUT_KERNEL float fold(const Vector& lanes) {
  constexpr std::size_t kLanes = sizeof(Vector) / sizeof(float);
  float part[kLanes];
  std::memcpy(part, &lanes, sizeof(part));
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) part[lane] += part[lane + half];
  }
  return part[0];
}

VA_LAYOUT_KERNEL Short square_root(const Short& x) {
  Short result;
  for (int lane = 0; lane < kShortLanes; ++lane) result[lane] = __builtin_sqrtf(x[lane]);
  return result;
}

/// ln(x) for finite x > 0, relative error below 3e-7: exponent by bits, mantissa m in [sqrt(1/2), sqrt(2)) by
/// ln m = 2 artanh(s) = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1)/(m + 1), |s| <= 0.172, so that s^11/11 < 4e-10 is dropped.
VA_LAYOUT_KERNEL Short natural_log(const Short& x) {
  constexpr std::int32_t kRootHalfBits = 0x3F3504F3;  // bits of sqrt(1/2)
  ShortBits bits;
  std::memcpy(&bits, &x, sizeof(bits));
  const ShortBits exponent = (bits - kRootHalfBits) >> 23;
  const ShortBits mantissa_bits = bits - (exponent << 23);
  Short mantissa;
  std::memcpy(&mantissa, &mantissa_bits, sizeof(mantissa));
  const Short s = (mantissa - 1.0F) / (mantissa + 1.0F);
  const Short s2 = s * s;
  const Short series = 1.0F + s2 * (1.0F / 3 + s2 * (1.0F / 5 + s2 * (1.0F / 7 + s2 * (1.0F / 9))));
  return 2.0F * s * series + __builtin_convertvector(exponent, Short) * 0.693147181F;
}

#pragma GCC diagnostic pop

}  // namespace vieweratlas::layout_internal
