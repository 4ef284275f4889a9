#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "render/boxes.h"
#include "render/frame.h"
#include "render/influence.h"
#include "render/look.h"
#include "render/placed_text.h"
#include "render/typesetter.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {

struct CommunityName {
  std::uint32_t community = 0;
  std::vector<PlacedText> lines;
  Box box;  ///< around all lines
};

/// What name placing looks at.
struct NameGround {
  const Atlas& atlas;
  std::span<const Region> regions;
  const InfluenceField& field;
  const Frame& frame;
  const Look& look;
};

/// Places the names of communities like those of countries: in capitals over the community's largest region, where they
/// cover few discs and little foreign ground, larger for larger audiences. No name touches another box in `taken`, to
/// which names are added. Communities of at least five channels get a name whenever any room is left; smaller ones only
/// where it is at no one's cost.
[[nodiscard]] std::vector<CommunityName> place_names(const NameGround& ground, Typesetter& typesetter, BoxGrid& taken);

}  // namespace vieweratlas::render_internal
