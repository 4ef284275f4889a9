#include "render/lettering.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "render/boxes.h"
#include "render/furniture.h"
#include "render/label_places.h"
#include "render/name_places.h"
#include "render/placed_text.h"
#include "render/sheet.h"
#include "render/typesetter.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/render/poster.h"

namespace vieweratlas::render_internal {
namespace {

void add_text(const PlacedText& text, Lettering::Kind kind, std::uint32_t index, const Typesetter& typesetter, Lettering& lettering) {
  lettering.boxes.push_back({kind, index, ink_box(text.line, text.paint), text.paint.size_px});
  lettering.tiles.push_back(typesetter.draw(text.line, text.paint));
}

std::uint8_t blended(std::uint8_t under, std::uint8_t over, float share) {
  return static_cast<std::uint8_t>(std::lround(static_cast<float>(under) + (static_cast<float>(over) - static_cast<float>(under)) * share));
}

void lay_mark(const Mark& mark, Sheet& sheet) {
  const float reach = mark.radius + mark.line_px + 1;
  const int top = std::max(0, static_cast<int>(std::floor(mark.y - reach)));
  const int bottom = std::min(sheet.height, static_cast<int>(std::ceil(mark.y + reach)));
  const int left = std::max(0, static_cast<int>(std::floor(mark.x - reach)));
  const int right = std::min(sheet.width, static_cast<int>(std::ceil(mark.x + reach)));
  for (int y = top; y < bottom; ++y) {
    std::uint8_t* row = sheet.row(y);
    for (int x = left; x < right; ++x) {
      const float distance = std::hypot(static_cast<float>(x) + 0.5F - mark.x, static_cast<float>(y) + 0.5F - mark.y);
      const float inside = std::clamp(mark.radius + 0.5F - distance, 0.0F, 1.0F);
      const float line = std::clamp(mark.line_px / 2 + 0.5F - std::abs(distance - mark.radius), 0.0F, 1.0F);
      const float share = std::max(inside * mark.fill_opacity, mark.line_px > 0 ? line * mark.line_opacity : 0.0F);
      for (std::size_t i = 0; i < 3; ++i)
        row[3 * x + static_cast<int>(i)] = blended(row[3 * x + static_cast<int>(i)], mark.color[i], share);
    }
  }
}

void lay_tile(const TextTile& tile, Sheet& sheet) {
  const int top = std::max(0, tile.y);
  const int bottom = std::min(sheet.height, tile.y + tile.height);
  const int left = std::max(0, tile.x);
  const int right = std::min(sheet.width, tile.x + tile.width);
  for (int y = top; y < bottom; ++y) {
    const std::uint32_t* from = &tile.argb[static_cast<std::size_t>(y - tile.y) * static_cast<std::size_t>(tile.width)] - tile.x;
    std::uint8_t* row = sheet.row(y);
    for (int x = left; x < right; ++x) {
      const std::uint32_t over = from[x];
      const std::uint32_t rest = 255 - (over >> 24U);
      if (rest == 255) continue;
      for (int i = 0; i < 3; ++i) {
        const std::uint32_t sum = (over >> static_cast<unsigned>(16 - 8 * i) & 255U) + (row[3 * x + i] * rest + 127) / 255;
        row[3 * x + i] = static_cast<std::uint8_t>(std::min(255U, sum));
      }
    }
  }
}

}  // namespace

Result<Lettering> letter(const LetteringGround& ground, const PosterOptions& options) {
  auto made = Typesetter::make();
  if (!made) return std::move(made).error();
  Typesetter& typesetter = *made;
  Lettering lettering;
  BoxGrid taken(ground.frame.width_px, ground.frame.height_px, 80 * ground.frame.unit);

  auto furniture = make_furniture(ground.atlas, ground.frame, ground.look, ground.links_drawn, typesetter);
  for (const auto& box : furniture.reserved) taken.add(box);
  for (const auto& text : furniture.texts) add_text(text, Lettering::Kind::kFurniture, 0, typesetter, lettering);
  lettering.marks = std::move(furniture.marks);

  for (const auto& name : place_names({ground.atlas, ground.regions, ground.field, ground.frame, ground.look}, typesetter, taken)) {
    for (const auto& line : name.lines) add_text(line, Lettering::Kind::kCommunity, name.community, typesetter, lettering);
  }
  if (options.show_labels) {
    const auto places =
        place_labels(ground.atlas, ground.frame, ground.look, {options.max_labels, options.prominent_labels}, typesetter, taken);
    for (const auto& label : places.labels) {
      for (const auto& line : label.lines) add_text(line, Lettering::Kind::kChannel, label.channel, typesetter, lettering);
    }
    lettering.report.labels_placed = static_cast<std::uint32_t>(places.labels.size());
    lettering.report.labels_dropped = places.dropped;
  }
  lettering.report.glyphs_missing = typesetter.glyphs_missing();
  lettering.report.font_family = typesetter.family();
  return lettering;
}

void lay_over(const Lettering& lettering, Sheet& sheet) {
  for (const auto& mark : lettering.marks) lay_mark(mark, sheet);
  for (const auto& tile : lettering.tiles) lay_tile(tile, sheet);
}

}  // namespace vieweratlas::render_internal
