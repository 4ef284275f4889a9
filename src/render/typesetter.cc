#include "render/typesetter.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "render/color.h"
#include "render/halo.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the sanitizers' own hooks
#if defined(__SANITIZE_ADDRESS__)
// Reading its configuration, fontconfig 2.14 loses 288 bytes once per process, which no caller can free.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif
#if defined(__SANITIZE_THREAD__)
// Pango looks for fonts in a thread of its own and waits for it with GLib's futexes, which the sanitizer cannot see.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libfontconfig.so\nrace:libglib-2.0.so\nrace:libgobject-2.0.so\nrace:libpangoft2-1.0.so\nrace:libpango-1.0.so\n";
}
#endif
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace vieweratlas::render_internal {
namespace {

constexpr double kReferencePx = 100;  // size at which text is shaped; any would do, since metrics are linear
constexpr std::size_t kMostCharacters = 400;
// In this order fontconfig looks for a character; what none of them has it takes from wherever it can.
constexpr const char* kTextFamilies = "Inter, Noto Sans, Noto Sans CJK JP, Noto Sans Arabic, Noto Sans Hebrew, Noto Sans Thai, sans-serif";
constexpr const char* kDisplayFamilies = "Inter Display, Inter, Noto Sans, Noto Sans CJK JP, Noto Sans Arabic, sans-serif";

struct FaceTraits {
  const char* families;
  PangoWeight weight;
};

FaceTraits traits_of(Face face) {
  switch (face) {
    case Face::kRegular: return {kTextFamilies, PANGO_WEIGHT_NORMAL};
    case Face::kMedium: return {kTextFamilies, PANGO_WEIGHT_MEDIUM};
    case Face::kSemiBold: return {kTextFamilies, PANGO_WEIGHT_SEMIBOLD};
    case Face::kBold: return {kTextFamilies, PANGO_WEIGHT_BOLD};
    case Face::kDisplayBold: return {kDisplayFamilies, PANGO_WEIGHT_BOLD};
  }
  return {kTextFamilies, PANGO_WEIGHT_NORMAL};
}

template <auto Function>
struct ReleaseWith {
  template <typename T>
  void operator()(T* object) const {
    Function(object);
  }
};
using FontDescription = std::unique_ptr<PangoFontDescription, ReleaseWith<pango_font_description_free>>;
using Attributes = std::unique_ptr<PangoAttrList, ReleaseWith<pango_attr_list_unref>>;
using FontOptions = std::unique_ptr<cairo_font_options_t, ReleaseWith<cairo_font_options_destroy>>;
using Surface = std::unique_ptr<cairo_surface_t, ReleaseWith<cairo_surface_destroy>>;
using Cairo = std::unique_ptr<cairo_t, ReleaseWith<cairo_destroy>>;
using LayoutIterator = std::unique_ptr<PangoLayoutIter, ReleaseWith<pango_layout_iter_free>>;

FontDescription description_of(Face face) {
  const auto traits = traits_of(face);
  FontDescription description(pango_font_description_new());
  pango_font_description_set_family_static(description.get(), traits.families);
  pango_font_description_set_weight(description.get(), traits.weight);
  pango_font_description_set_absolute_size(description.get(), kReferencePx * PANGO_SCALE);
  return description;
}

bool is_unwanted(gunichar c) {
  // Direction overrides and isolates could turn a neighbour's text around; joiners (200C, 200D) shape words and emoji.
  const bool direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
  const bool separator = c == 0x2028 || c == 0x2029 || c == '\t' || c == '\n';
  return direction || separator || c == 0xFFFD || c == 0xFEFF || c == 0x200B;
}

/// The first characters of `text` that can be shown on a line.
std::string showable(std::string_view text) {
  // Four bytes is the longest character, so the cut cannot lose one of the characters looked at.
  const std::string clean = sanitise_utf8(text.substr(0, kMostCharacters * 4 + 4));
  std::string out;
  std::size_t characters = 0;
  for (const char* at = clean.c_str(); *at != '\0' && characters < kMostCharacters; at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    if (is_unwanted(c)) continue;
    out.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
    ++characters;
  }
  return std::string(trim(out));
}

/// Byte offsets, ascending, of the characters for which no font has a glyph.
std::vector<std::size_t> missing_characters(PangoLayout* layout) {
  std::vector<std::size_t> missing;
  const LayoutIterator iterator(pango_layout_get_iter(layout));
  do {
    const PangoLayoutRun* run = pango_layout_iter_get_run_readonly(iterator.get());
    if (run == nullptr) continue;
    for (int i = 0; i < run->glyphs->num_glyphs; ++i) {
      if ((run->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0) continue;
      missing.push_back(static_cast<std::size_t>(run->item->offset + run->glyphs->log_clusters[i]));
    }
  } while (pango_layout_iter_next_run(iterator.get()) != 0);
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  return missing;
}

std::string without(const std::string& text, const std::vector<std::size_t>& offsets) {
  std::string out;
  std::size_t from = 0;
  for (const auto offset : offsets) {
    if (offset < from || offset >= text.size()) continue;
    out.append(text, from, offset - from);
    from = offset + static_cast<std::size_t>(g_utf8_next_char(text.c_str() + offset) - (text.c_str() + offset));
  }
  return out.append(text, std::min(from, text.size()));
}

/// Emoji fonts hold pictures, which have no outline to fill.
bool holds_pictures(PangoFont* font) {
  const FontDescription description(pango_font_describe(font));
  const char* family = pango_font_description_get_family(description.get());
  return family != nullptr && std::string_view(family).find("moji") != std::string_view::npos;
}

void paint_runs(cairo_t* cairo, PangoLayout* layout) {
  const double baseline = pango_layout_get_baseline(layout) / static_cast<double>(PANGO_SCALE);
  const LayoutIterator iterator(pango_layout_get_iter(layout));
  do {
    PangoLayoutRun* run = pango_layout_iter_get_run_readonly(iterator.get());
    if (run == nullptr) continue;
    PangoRectangle logical;
    pango_layout_iter_get_run_extents(iterator.get(), nullptr, &logical);
    cairo_move_to(cairo, logical.x / static_cast<double>(PANGO_SCALE), baseline);
    if (holds_pictures(run->item->analysis.font)) {
      pango_cairo_show_glyph_string(cairo, run->item->analysis.font, run->glyphs);
    } else {
      pango_cairo_glyph_string_path(cairo, run->item->analysis.font, run->glyphs);
      cairo_fill(cairo);
    }
  } while (pango_layout_iter_next_run(iterator.get()) != 0);
}

std::uint32_t premultiplied(const Srgb& color, float alpha) {
  const auto part = [&](std::uint8_t value) { return static_cast<std::uint32_t>(std::lround(static_cast<float>(value) * alpha)); };
  return static_cast<std::uint32_t>(std::lround(alpha * 255)) << 24U | part(color[0]) << 16U | part(color[1]) << 8U | part(color[2]);
}

/// `over` laid on `under`, both premultiplied.
std::uint32_t laid_over(std::uint32_t over, std::uint32_t under) {
  const std::uint32_t rest = 255 - (over >> 24U);
  std::uint32_t result = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const std::uint32_t part = (over >> shift & 255U) + ((under >> shift & 255U) * rest + 127) / 255;
    result |= std::min(255U, part) << shift;
  }
  return result;
}

void add_halo(TextTile& tile, const TextPaint& paint) {
  std::vector<float> alpha(tile.argb.size());
  for (std::size_t i = 0; i < alpha.size(); ++i) alpha[i] = static_cast<float>(tile.argb[i] >> 24U) / 255;
  const auto halo = halo_of(alpha, tile.width, tile.height, paint.halo_px);
  for (std::size_t i = 0; i < halo.size(); ++i) {
    tile.argb[i] = laid_over(tile.argb[i], premultiplied(paint.halo_color, halo[i] * paint.halo_opacity));
  }
}

}  // namespace

void ReleaseObject::operator()(void* object) const { g_object_unref(object); }

Result<Typesetter> Typesetter::make() {
  Typesetter typesetter;
  typesetter.font_map_.reset(pango_cairo_font_map_new());
  PangoFontFamily** families = nullptr;
  int num_families = 0;
  pango_font_map_list_families(typesetter.font_map_.get(), &families, &num_families);
  g_free(static_cast<void*>(families));
  if (num_families == 0) {
    return Error{ErrorCode::kInternal, "no font is installed, so the poster has no letters: install fonts-inter and fonts-noto-core"};
  }
  typesetter.context_.reset(pango_font_map_create_context(typesetter.font_map_.get()));
  PangoContext* context = typesetter.context_.get();
  // The user's language must not choose among the shapes of Han characters: equal atlases give equal posters.
  pango_context_set_language(context, pango_language_from_string("en"));
  pango_context_set_round_glyph_positions(context, FALSE);
  const FontOptions options(cairo_font_options_create());
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context, options.get());

  const auto description = description_of(Face::kRegular);
  const std::unique_ptr<PangoFont, ReleaseObject> font(pango_context_load_font(context, description.get()));
  if (font == nullptr) return Error{ErrorCode::kInternal, "no usable font is installed: install fonts-inter and fonts-noto-core"};
  const FontDescription found(pango_font_describe(font.get()));
  typesetter.family_ = pango_font_description_get_family(found.get());
  return typesetter;
}

std::unique_ptr<PangoLayout, ReleaseObject> Typesetter::shaped(const std::string& text, const TextStyle& style) const {
  std::unique_ptr<PangoLayout, ReleaseObject> layout(pango_layout_new(context_.get()));
  pango_layout_set_font_description(layout.get(), description_of(style.face).get());
  pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
  if (style.tracking > 0) {
    const Attributes attributes(pango_attr_list_new());
    pango_attr_list_insert(attributes.get(), pango_attr_letter_spacing_new(
                                                 static_cast<int>(static_cast<double>(style.tracking) * kReferencePx * PANGO_SCALE)));
    pango_layout_set_attributes(layout.get(), attributes.get());
  }
  if (style.max_width > 0) {
    pango_layout_set_width(layout.get(), static_cast<int>(static_cast<double>(style.max_width) * kReferencePx * PANGO_SCALE));
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
  }
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  return layout;
}

TextLine Typesetter::set(std::string_view text, const TextStyle& style) {
  std::string shown = showable(text);
  auto layout = shaped(shown, style);
  if (pango_layout_get_unknown_glyphs_count(layout.get()) > 0) {
    const auto missing = missing_characters(layout.get());
    glyphs_missing_ += static_cast<std::uint32_t>(missing.size());
    shown = std::string(trim(without(shown, missing)));
    layout = shaped(shown, style);
  }
  TextLine line;
  if (shown.empty()) return line;
  PangoRectangle ink;
  PangoRectangle logical;
  pango_layout_get_extents(layout.get(), &ink, &logical);
  const auto em = [](int units) { return static_cast<float>(units / (kReferencePx * PANGO_SCALE)); };
  const float baseline = em(pango_layout_get_baseline(layout.get()));
  // Stacked combining marks may tower over the line; what leaves it by more than its own height is not drawn.
  const float height = em(logical.height);
  line.ink_left_ = em(ink.x);
  line.ink_right_ = em(ink.x + ink.width);
  line.ink_top_ = std::max(em(ink.y) - baseline, -height);
  line.ink_bottom_ = std::min(em(ink.y + ink.height) - baseline, height);
  line.advance_ = em(logical.x + logical.width);
  line.layout_ = std::move(layout);
  return line;
}

TextTile Typesetter::draw(const TextLine& line, const TextPaint& paint) const {
  TextTile tile;
  if (line.empty()) return tile;
  const float margin = paint.halo_px + 1.5F;
  tile.x = static_cast<int>(std::floor(paint.x + line.ink_left() * paint.size_px - margin));
  tile.y = static_cast<int>(std::floor(paint.y + line.ink_top() * paint.size_px - margin));
  tile.width = static_cast<int>(std::ceil(paint.x + line.ink_right() * paint.size_px + margin)) - tile.x;
  tile.height = static_cast<int>(std::ceil(paint.y + line.ink_bottom() * paint.size_px + margin)) - tile.y;
  tile.argb.assign(static_cast<std::size_t>(tile.width) * static_cast<std::size_t>(tile.height), 0);
  {
    const Surface surface(cairo_image_surface_create_for_data(reinterpret_cast<unsigned char*>(tile.argb.data()), CAIRO_FORMAT_ARGB32,
                                                              tile.width, tile.height, tile.width * 4));
    const Cairo cairo(cairo_create(surface.get()));
    const double scale = static_cast<double>(paint.size_px) / kReferencePx;
    const double baseline = pango_layout_get_baseline(line.layout_.get()) / static_cast<double>(PANGO_SCALE);
    cairo_translate(cairo.get(), static_cast<double>(paint.x) - tile.x, static_cast<double>(paint.y) - tile.y - baseline * scale);
    cairo_scale(cairo.get(), scale, scale);
    cairo_set_source_rgba(cairo.get(), paint.color[0] / 255.0, paint.color[1] / 255.0, paint.color[2] / 255.0,
                          static_cast<double>(paint.opacity));
    paint_runs(cairo.get(), line.layout_.get());
    cairo_surface_flush(surface.get());
  }
  if (paint.halo_px > 0) add_halo(tile, paint);
  return tile;
}

}  // namespace vieweratlas::render_internal
