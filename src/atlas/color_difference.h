#pragma once

#include "vieweratlas/atlas/colors.h"

namespace vieweratlas::atlas_internal {

/// CIE 1976 L*a*b* under D65.
struct Lab {
  double lightness = 0;
  double a = 0;
  double b = 0;
};

/// A complete lack of one kind of cone.
enum class ColorVision { kNormal, kProtanopia, kDeuteranopia, kTritanopia };

/// How `color` looks with the given colour vision, by the matrices of Machado, Oliveira, Fernandes (2009,
/// doi:10.1109/TVCG.2009.113) at severity 1, applied to linear light.
[[nodiscard]] Lab lab_of(const Rgb& color, ColorVision vision);

/// The CIEDE2000 difference (CIE 142-2001, in the form of Sharma, Wu, Dalal 2005, doi:10.1002/col.20070).
[[nodiscard]] double ciede2000(const Lab& first, const Lab& second);

}  // namespace vieweratlas::atlas_internal
