#include "render/label_places.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "render/boxes.h"
#include "render/disc_layer.h"
#include "render/frame.h"
#include "render/look.h"
#include "render/placed_text.h"
#include "render/typesetter.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::render_internal {
namespace {

// Sizes in design pixels unless said otherwise; found by looking at the map of January 2022.
constexpr float kLeastSize = 12.5F;
constexpr float kMostSize = 62.0F;
constexpr float kSizeAtZero = 7.5F;
constexpr float kSizePerRadius = 0.43F;
constexpr float kLeastPx = 9.0F;              // real pixels: smaller letters cannot be read on any sheet
constexpr float kLeastRadiusOfGrown = 0.45F;  // of the letters' size
constexpr float kLongestName = 15.0F;         // em: 25 characters, the longest login on Twitch
constexpr float kLeastRadiusInside = 15.0F;
constexpr float kInsideDiagonal = 1.68F;  // of the radius, for the diagonal of the ink
constexpr float kInsideGrowth = 1.25F;    // names inside may be larger than outside by this
constexpr float kInsideShrink = 0.42F;    // ... and smaller
constexpr float kLeastInside = 13.0F;
constexpr float kLargeDisc = 40.0F;
constexpr float kLeastInsideLarge = 14.0F;
constexpr float kCramped = 0.62F;  // of the size outside: below it two lines are tried
constexpr float kLeastRadiusForTwoLines = 22.0F;
constexpr float kWorthTwoLines = 1.3F;    // gain in size
constexpr float kTwoLinesHeight = 1.80F;  // em, from the top of capitals to the foot of descenders
constexpr float kLinePitch = 1.04F;
constexpr float kGapToDisc = 3.5F;
constexpr float kCoverCost = 2.4F;
constexpr float kMostCost = 2.1F;
constexpr float kAnyCost = 1e9F;                // only other text is in the way
constexpr float kProminence = 1.15F;            // larger letters that still are no community's name
constexpr float kSecondTry = 0.86F;             // of the size, when the first finds no place
constexpr float kSemiBoldFrom = 15.0F;          // radius
constexpr float kMiddleAboveBaseline = 0.345F;  // em: between half the height of small letters and of capitals
constexpr float kSquareAsDisc = 0.886F;         // half side of the square with a disc's area, in radii

struct Place {
  Box box;  // ink
  float penalty;
};

class Placer {
 public:
  Placer(const Atlas& atlas, const Frame& frame, const Look& look, Typesetter& typesetter, BoxGrid& taken)
      : atlas_(atlas),
        frame_(frame),
        look_(look),
        typesetter_(typesetter),
        taken_(taken),
        discs_(frame.width_px, frame.height_px, 60 * frame.unit) {
    for (const auto& channel : atlas.channels) discs_.add(square_of(channel));
  }

  /// The label of a channel, nothing when there is no place for it.
  std::optional<ChannelLabel> place(std::uint32_t index, bool prominent) {
    const auto& channel = atlas_.channels[index];
    const float radius = radius_px(channel);
    const float design_radius = radius / frame_.unit;
    const Face face = prominent || design_radius > kSemiBoldFrom ? Face::kSemiBold : Face::kMedium;
    TextLine line = typesetter_.set(channel.name, {face, 0, kLongestName});
    if (line.empty()) line = typesetter_.set(channel.id, {face, 0, kLongestName});
    if (line.empty()) return std::nullopt;
    const float size =
        frame_.unit * std::clamp(kSizeAtZero + kSizePerRadius * design_radius, kLeastSize, kMostSize) * (prominent ? kProminence : 1.0F);
    if (auto label = inside(channel, index, line, size)) return label;
    for (const float share : {1.0F, kSecondTry}) {
      const float designed = std::max(size * share, kLeastSize * frame_.unit);
      const float tried = std::max(kLeastPx, designed);
      // Letters that had to grow to be read at all must not bury a small map.
      if (!prominent && tried > designed && radius < kLeastRadiusOfGrown * tried) return std::nullopt;
      if (auto paint = outside(channel, line, tried, kMostCost * designed / tried)) return finish(index, line, *paint);
    }
    if (prominent) {
      const float least = std::max(kLeastPx, kLeastSize * frame_.unit);
      if (auto paint = outside(channel, line, least, kAnyCost)) return finish(index, line, *paint);
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] float radius_px(const AtlasChannel& channel) const { return channel.radius * frame_.scale * kDiscShare; }

  [[nodiscard]] Box square_of(const AtlasChannel& channel) const {
    const float half = radius_px(channel) * kSquareAsDisc;
    const float x = frame_.x(channel.x);
    const float y = frame_.y(channel.y);
    return {x - half, y - half, x + half, y + half};
  }

  ChannelLabel finish(std::uint32_t index, TextLine& line, const TextPaint& paint) {
    taken_.add(ink_box(line, paint).grown(frame_.unit, frame_.unit));
    ChannelLabel label;
    label.channel = index;
    label.lines.push_back({std::move(line), paint});
    return label;
  }

  /// The size at which `ink` em fit a disc; 0 when that could not be read.
  [[nodiscard]] float size_inside(float radius, float ink_width, float ink_height, float size) const {
    const float design_radius = radius / frame_.unit;
    if (design_radius <= kLeastRadiusInside) return 0;
    const float chosen = std::min(size * kInsideGrowth, kInsideDiagonal * radius / std::hypot(ink_width, ink_height));
    const bool readable = chosen >= std::max(kLeastInside * frame_.unit, size * kInsideShrink);
    const bool in_large = design_radius > kLargeDisc && chosen >= kLeastInsideLarge * frame_.unit;
    return (readable || in_large) && chosen >= kLeastPx ? chosen : 0.0F;
  }

  std::optional<ChannelLabel> inside(const AtlasChannel& channel, std::uint32_t index, TextLine& line, float size) {
    const float radius = radius_px(channel);
    const float one_line = size_inside(radius, line.ink_width(), line.ink_height(), size);
    const bool cramped = one_line < size * kCramped;
    if (cramped && radius > kLeastRadiusForTwoLines * frame_.unit) {
      const auto [first, second] = split_name(channel.name);
      std::array<TextLine, 2> halves{typesetter_.set(first, {Face::kSemiBold, 0, kLongestName}),
                                     typesetter_.set(second, {Face::kSemiBold, 0, kLongestName})};
      const float width = std::max(halves[0].ink_width(), halves[1].ink_width());
      const float two_lines = size_inside(radius, width, kTwoLinesHeight, size);
      const bool complete = !halves[0].empty() && !halves[1].empty();
      if (complete && two_lines > one_line * kWorthTwoLines) return finish_inside(channel, index, halves, two_lines);
    }
    if (one_line <= 0) return std::nullopt;
    return finish_inside(channel, index, {&line, 1}, one_line);
  }

  std::optional<ChannelLabel> finish_inside(const AtlasChannel& channel, std::uint32_t index, std::span<TextLine> lines, float size) {
    ChannelLabel label;
    label.channel = index;
    float baseline = frame_.y(channel.y) + (kMiddleAboveBaseline - kLinePitch * static_cast<float>(lines.size() - 1) / 2) * size;
    for (const auto& line : lines) {
      TextPaint paint;
      paint.size_px = size;
      paint.x = frame_.x(channel.x) - (line.ink_left() + line.ink_right()) / 2 * size;
      paint.y = baseline;
      paint.color = look_.ink;
      paint.opacity = 0.96F;
      if (taken_.hits(ink_box(line, paint))) return std::nullopt;
      label.lines.push_back({TextLine(), paint});
      baseline += kLinePitch * size;
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      taken_.add(ink_box(lines[i], label.lines[i].paint));
      label.lines[i].line = std::move(lines[i]);
    }
    return label;
  }

  [[nodiscard]] std::optional<TextPaint> outside(const AtlasChannel& channel, const TextLine& line, float size, float most_cost) const {
    const Box square = square_of(channel);
    const Box* best = nullptr;
    float least = most_cost;
    const auto places = places_around(channel, line.ink_width() * size, line.ink_height() * size);
    for (const auto& place : places) {
      const Box padded = place.box.grown(2 * frame_.unit, 1.5F * frame_.unit);
      if (taken_.hits(padded) || !padded.inside(sheet())) continue;
      const float others = std::max(0.0F, discs_.covered_area(padded) - shared_area(padded, square));
      const float cost = place.penalty + kCoverCost * others / place.box.area();
      if (cost >= least) continue;
      least = cost;
      best = &place.box;
    }
    if (best == nullptr) return std::nullopt;
    TextPaint paint;
    paint.size_px = size;
    paint.x = best->left - line.ink_left() * size;
    paint.y = best->top - line.ink_top() * size;
    paint.color = look_.text;
    paint.halo_px = size * 0.13F + 1.6F * frame_.unit;
    paint.halo_color = look_.halo;
    paint.halo_opacity = 0.88F;
    return paint;
  }

  [[nodiscard]] Box sheet() const { return {0, 0, static_cast<float>(frame_.width_px), static_cast<float>(frame_.height_px)}; }

  /// Over the middle, below, above, right, left, then the corners: the order in which readers look for a name.
  [[nodiscard]] std::array<Place, 9> places_around(const AtlasChannel& channel, float width, float height) const {
    const float x = frame_.x(channel.x);
    const float y = frame_.y(channel.y);
    const float radius = radius_px(channel);
    const float reach = radius + kGapToDisc * frame_.unit;
    const auto at = [&](float left, float top, float penalty) { return Place{{left, top, left + width, top + height}, penalty}; };
    const float across = width / (2 * radius);
    const float over = across <= 0.93F ? -0.5F : 0.38F + (across - 0.93F) * 0.28F;
    return {at(x - width / 2, y - height / 2, over),
            at(x - width / 2, y + reach, 0.12F),
            at(x - width / 2, y - reach - height, 0.16F),
            at(x + reach, y - height / 2, 0.20F),
            at(x - reach - width, y - height / 2, 0.24F),
            at(x + reach * 0.7F, y + reach * 0.6F, 0.30F),
            at(x - reach * 0.7F - width, y + reach * 0.6F, 0.32F),
            at(x + reach * 0.7F, y - reach * 0.6F - height, 0.32F),
            at(x - reach * 0.7F - width, y - reach * 0.6F - height, 0.34F)};
  }

  const Atlas& atlas_;
  const Frame& frame_;
  const Look& look_;
  Typesetter& typesetter_;
  BoxGrid& taken_;
  BoxGrid discs_;
};

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// True when `name` may be broken before byte `at`.
bool is_joint(const std::string& name, std::size_t at) {
  if (is_lower_or_digit(name[at - 1]) && is_upper(name[at])) return true;
  return std::string_view(" _-.").find(name[at - 1]) != std::string_view::npos;
}

}  // namespace

std::pair<std::string, std::string> split_name(const std::string& name) {
  std::size_t best = 0;
  const auto off_middle = [&](std::size_t at) { return at * 2 > name.size() ? at * 2 - name.size() : name.size() - at * 2; };
  // A single letter on a line of its own is no half.
  for (std::size_t at = 2; at + 1 < name.size(); ++at) {
    if (is_joint(name, at) && (best == 0 || off_middle(at) < off_middle(best))) best = at;
  }
  if (best == 0) return {};
  return {std::string(trim(std::string_view(name).substr(0, best))), name.substr(best)};
}

LabelPlaces place_labels(const Atlas& atlas, const Frame& frame, const Look& look, const LabelWishes& wishes, Typesetter& typesetter,
                         BoxGrid& taken) {
  LabelPlaces places;
  Placer placer(atlas, frame, look, typesetter, taken);
  const auto all = static_cast<std::uint32_t>(atlas.channels.size());
  const auto wanted = wishes.max_labels == 0 ? all : std::min(wishes.max_labels, all);
  for (std::uint32_t i = 0; i < wanted; ++i) {
    auto label = placer.place(i, i < wishes.prominent_labels);
    if (label) {
      places.labels.push_back(std::move(*label));
    } else {
      ++places.dropped;
    }
  }
  return places;
}

}  // namespace vieweratlas::render_internal
