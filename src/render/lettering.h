#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "render/boxes.h"
#include "render/frame.h"
#include "render/furniture.h"
#include "render/influence.h"
#include "render/look.h"
#include "render/sheet.h"
#include "render/typesetter.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/render/poster.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {

/// All that is written on the sheet: places first, then the letters, ready to be laid over the painted map.
struct Lettering {
  enum class Kind : std::uint8_t { kFurniture, kCommunity, kChannel };
  struct PlacedBox {
    Kind kind;
    std::uint32_t index;  ///< of the channel or community
    Box box;
    float size_px;
  };

  std::vector<PlacedBox> boxes;
  std::vector<TextTile> tiles;
  std::vector<Mark> marks;
  PosterReport report;
};

struct LetteringGround {
  const Atlas& atlas;
  std::span<const Region> regions;
  const InfluenceField& field;
  const Frame& frame;
  const Look& look;
  std::size_t links_drawn;
};

/// Places and draws furniture, names of communities, names of channels, in this order of right of way.
/// Errors: internal (no usable font).
[[nodiscard]] Result<Lettering> letter(const LetteringGround& ground, const PosterOptions& options);

/// Lays marks and letters over `sheet`.
void lay_over(const Lettering& lettering, Sheet& sheet);

}  // namespace vieweratlas::render_internal
