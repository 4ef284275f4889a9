#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "render/color.h"

#include "vieweratlas/core/error.h"

// Pango's headers stay in one source file; these are its names.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
using PangoLayout = struct _PangoLayout;
using PangoContext = struct _PangoContext;
using PangoFontMap = struct _PangoFontMap;
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

/// Text of any script, shaped once and drawn at any size.
///
/// Metrics are linear: hinting is off and glyphs are drawn as outlines at fractions of a pixel, so a text is measured in
/// em and scaled. Colour glyphs (emoji) are the exception: they are drawn as the font has them.
namespace vieweratlas::render_internal {

enum class Face : std::uint8_t { kRegular, kMedium, kSemiBold, kBold, kDisplayBold };

struct TextStyle {
  Face face = Face::kRegular;
  float tracking = 0;   ///< extra space between letters, in em
  float max_width = 0;  ///< em; longer text ends in an ellipsis; 0 = no limit
};

struct ReleaseObject {
  void operator()(void* object) const;
};

/// One shaped line. Coordinates in em from the start of the baseline, y downwards. Movable; drawn by its Typesetter's
/// thread only.
class TextLine {
 public:
  TextLine() = default;

  [[nodiscard]] bool empty() const { return ink_right_ <= ink_left_ || ink_bottom_ <= ink_top_; }
  [[nodiscard]] float ink_left() const { return ink_left_; }
  [[nodiscard]] float ink_top() const { return ink_top_; }
  [[nodiscard]] float ink_right() const { return ink_right_; }
  [[nodiscard]] float ink_bottom() const { return ink_bottom_; }
  [[nodiscard]] float ink_width() const { return ink_right_ - ink_left_; }
  [[nodiscard]] float ink_height() const { return ink_bottom_ - ink_top_; }
  [[nodiscard]] float advance() const { return advance_; }

 private:
  friend class Typesetter;
  std::unique_ptr<PangoLayout, ReleaseObject> layout_;
  float ink_left_ = 0;
  float ink_top_ = 0;
  float ink_right_ = 0;
  float ink_bottom_ = 0;
  float advance_ = 0;
};

/// Pixels to be laid over the sheet: premultiplied ARGB in native order, as cairo writes it.
struct TextTile {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  std::vector<std::uint32_t> argb;
};

struct TextPaint {
  float size_px = 16;
  float x = 0;  ///< pixels, start of the baseline
  float y = 0;
  Srgb color{};
  float opacity = 1;
  float halo_px = 0;  ///< how far a halo reaches around the letters; 0 = none
  Srgb halo_color{};
  float halo_opacity = 0;
};

/// Thread-compatible; has a font map of its own, so several may work at once.
class Typesetter {
 public:
  /// Errors: internal (no font at all is installed; the message says what to install).
  [[nodiscard]] static Result<Typesetter> make();

  /// Shapes the first line of `text`, which may be anything: malformed bytes, control and direction-override characters
  /// are taken out, as are characters that no font can draw (those are counted). At most 400 characters are looked at.
  [[nodiscard]] TextLine set(std::string_view text, const TextStyle& style);

  /// Draws `line`, letters over halo.
  [[nodiscard]] TextTile draw(const TextLine& line, const TextPaint& paint) const;

  [[nodiscard]] std::uint32_t glyphs_missing() const { return glyphs_missing_; }
  /// The family that fontconfig gives for the poster's text; "Inter" when it is installed.
  [[nodiscard]] const std::string& family() const { return family_; }

 private:
  Typesetter() = default;
  [[nodiscard]] std::unique_ptr<PangoLayout, ReleaseObject> shaped(const std::string& text, const TextStyle& style) const;

  std::unique_ptr<PangoFontMap, ReleaseObject> font_map_;
  std::unique_ptr<PangoContext, ReleaseObject> context_;
  std::string family_;
  std::uint32_t glyphs_missing_ = 0;
};

}  // namespace vieweratlas::render_internal
