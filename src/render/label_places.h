#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "render/boxes.h"
#include "render/frame.h"
#include "render/look.h"
#include "render/placed_text.h"
#include "render/typesetter.h"

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::render_internal {

struct ChannelLabel {
  std::uint32_t channel = 0;
  std::vector<PlacedText> lines;  ///< one, or two inside a large disc
};

struct LabelPlaces {
  std::vector<ChannelLabel> labels;
  std::uint32_t dropped = 0;  ///< channels that found no place
};

/// The two halves of a name at the joint nearest its middle: between small letter or digit and capital ("MontanaBlack88"),
/// or at a space, underscore, hyphen or dot, which stays with the first half (a space is dropped); empty without a joint.
[[nodiscard]] std::pair<std::string, std::string> split_name(const std::string& name);

/// PosterOptions of the same names.
struct LabelWishes {
  std::uint32_t max_labels = 0;
  std::uint32_t prominent_labels = 0;
};

/// Names channels by falling audience, at most `max_labels` of them (0 = all): inside the disc where the name fits, in
/// two lines if need be, else at the best of nine places around it. No label touches another box in `taken`, to which labels are added;
/// covering other discs is dear, and a name that would cover too much is dropped, but for the prominent ones.
[[nodiscard]] LabelPlaces place_labels(const Atlas& atlas, const Frame& frame, const Look& look, const LabelWishes& wishes,
                                       Typesetter& typesetter, BoxGrid& taken);

}  // namespace vieweratlas::render_internal
