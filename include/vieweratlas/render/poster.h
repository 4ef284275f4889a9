#pragma once

#include <cstdint>
#include <string>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"

namespace vieweratlas {

enum class Theme { kDark, kLight };

struct PosterOptions {
  std::uint32_t width_px = 4500;   ///< 512..16384
  std::uint32_t height_px = 4500;  ///< 512..16384
  std::uint32_t dpi = 300;         ///< written into the file, 30..2400
  Theme theme = Theme::kDark;
  bool show_labels = true;  ///< names of channels
  /// How many channels may carry a name, by audience; 0 = as many as fit without collision.
  std::uint32_t max_labels = 0;
  /// The largest channels, as many as this, have their names in larger, bolder letters, and also where they cover other discs.
  std::uint32_t prominent_labels = 0;
};

struct PosterReport {
  std::uint32_t labels_placed = 0;
  std::uint32_t labels_dropped = 0;
  std::uint32_t glyphs_missing = 0;  ///< characters that no installed font can draw
  std::string font_family;           ///< what fontconfig gave for "Inter"; another name means another look
};

struct Poster {
  std::string png;  ///< the whole file
  PosterReport report;
};

/// Returns the poster as a PNG file in memory. Equal bytes for equal input, fonts and libraries, for any pool.
/// Errors: invalid_argument (sizes), limit_exceeded (surface too large), internal (no usable font).
[[nodiscard]] Result<Poster> draw_poster(const Atlas& atlas, const PosterOptions& options, ThreadPool& pool);

}  // namespace vieweratlas
