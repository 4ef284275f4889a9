#include "render/name_places.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "render/boxes.h"
#include "render/disc_cover.h"
#include "render/frame.h"
#include "render/influence.h"
#include "render/look.h"
#include "render/typesetter.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {
namespace {

// Sizes in design pixels; found by looking at the map of January 2022.
constexpr float kSizeAtZero = 24.0F;
constexpr float kSizeByAudience = 84.0F;
constexpr double kAudiencePower = 0.42;
constexpr float kLeastSize = 30.0F;
constexpr float kMostSize = 104.0F;
constexpr float kSizeByRegion = 0.30F;  // of the side of a square with the region's area: a small country has no large name
constexpr float kLeastPx = 9.0F;        // real pixels
constexpr float kTracking = 0.08F;
constexpr float kLongestLine = 25.0F;  // em: "LEAGUE OF LEGENDS (PORTUGUESE)" fits
constexpr float kLongLine = 10.5F;     // em: longer lines are set smaller
constexpr float kLinePitch = 1.0F;     // em
constexpr float kSheetMargin = 60.0F;
constexpr float kRoomX = 30.0F;  // kept free around a name
constexpr float kRoomY = 24.0F;
constexpr float kPadX = 8.0F;  // its own box is larger than its ink by this
constexpr float kPadY = 6.0F;
constexpr float kCoverCost = 4.0F;
constexpr float kDistanceCost = 0.35F;
constexpr float kForeignCost = 1.6F;
constexpr float kNobodysShare = 0.25F;  // of the cost of foreign ground
constexpr float kShrinkCost = 2.2F;
constexpr float kBreakCost = 0.05F;
constexpr float kMostCostOfSmall = 1.6F;
constexpr std::uint32_t kAlwaysNamed = 5;  // channels
constexpr std::array<float, 3> kScales{1.0F, 0.86F, 0.74F};
constexpr std::array<float, 3> kLastResortScales{0.62F, 0.52F, 0.42F};

/// A name set in one or two lines, in em of the space below the first baseline.
struct SetName {
  std::vector<TextLine> lines;
  float width = 0;
  float top = 0;
  float bottom = 0;
  bool broken = false;
};

struct Spot {
  float left = 0;  // of the ink, pixels
  float top = 0;
  float size = 0;
  std::size_t variant = 0;
  float cost = std::numeric_limits<float>::max();
};

/// Where to look for a place: the middle and half extent of the community's main ground, in pixels.
struct Neighbourhood {
  float x = 0;
  float y = 0;
  float half_width = 0;
  float half_height = 0;
  float area = 0;  // of the largest region, square map units
};

std::string capitals(const std::string& text) {
  char* upper = g_utf8_strup(text.data(), static_cast<gssize>(text.size()));
  std::string result(upper);
  g_free(upper);
  return result;
}

/// The two halves of `text` at its strongest joint, or at the space nearest the middle; nothing for a single word.
std::optional<std::pair<std::string, std::string>> broken(const std::string& text) {
  struct Joint {
    std::string_view text;
    std::size_t kept;  // bytes that stay on the first line
  };
  for (const auto& joint : {Joint{" · ", 0}, Joint{" / ", 0}, Joint{" & ", 2}, Joint{" + ", 2}, Joint{" OF ", 3}}) {
    const auto at = text.find(joint.text);
    if (at != std::string::npos && at > 0) return std::pair(text.substr(0, at + joint.kept), text.substr(at + joint.text.size()));
  }
  std::size_t best = std::string::npos;
  const auto off_middle = [&](std::size_t at) { return at > text.size() / 2 ? at - text.size() / 2 : text.size() / 2 - at; };
  for (auto at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1)) {
    if (best == std::string::npos || off_middle(at) < off_middle(best)) best = at;
  }
  if (best == std::string::npos || best == 0 || best + 1 == text.size()) return std::nullopt;
  return std::pair(text.substr(0, best), text.substr(best + 1));
}

class Namer {
 public:
  Namer(const NameGround& ground, Typesetter& typesetter, BoxGrid& taken)
      : ground_(ground),
        typesetter_(typesetter),
        taken_(taken),
        cover_(ground.atlas, ground.frame),
        members_(ground.atlas.communities.size()) {
    for (int y = -26; y <= 26; ++y) {
      for (int x = -24; x <= 24; ++x) offsets_.push_back({static_cast<float>(x) * 0.05F, static_cast<float>(y) * 0.05F});
    }
    // From the middle outwards: a good place found early spares most of the others a full look.
    std::stable_sort(offsets_.begin(), offsets_.end(),
                     [](const MapPoint& a, const MapPoint& b) { return a.x * a.x + a.y * a.y < b.x * b.x + b.y * b.y; });
    for (const auto& community : ground.atlas.communities) most_audience_ = std::max(most_audience_, community.audience);
    for (std::size_t i = 0; i < ground.atlas.channels.size(); ++i) {
      const auto community = ground.atlas.channels[i].community;
      if (community < ground.atlas.communities.size()) members_[community].push_back(static_cast<std::uint32_t>(i));
    }
  }

  std::optional<CommunityName> place(std::uint32_t community) {
    const auto neighbourhood = look_around(community);
    if (!neighbourhood) return std::nullopt;
    auto variants = set_in_lines(ground_.atlas.communities[community].label);
    if (variants.empty()) return std::nullopt;
    const bool always = members_[community].size() >= kAlwaysNamed;
    Spot best;
    for (const float scale : kScales) search(community, *neighbourhood, variants, {scale, 1}, best);
    if (always && best.size == 0) {
      for (const float spread : {1.0F, 2.0F, 4.0F}) {
        for (const float scale : kLastResortScales) search(community, *neighbourhood, variants, {scale, spread}, best);
        if (best.size > 0) break;
      }
    }
    if (best.size == 0 || (!always && best.cost > kMostCostOfSmall)) return std::nullopt;
    return finish(community, std::move(variants[best.variant]), best);
  }

 private:
  struct Attempt {
    float scale;   // of the name's size
    float spread;  // of the places tried
  };

  [[nodiscard]] float px(float design) const { return design * ground_.frame.unit; }

  [[nodiscard]] float size_of(std::uint32_t community, float region_area) const {
    const auto audience = static_cast<double>(ground_.atlas.communities[community].audience);
    const double share = most_audience_ > 0 ? audience / static_cast<double>(most_audience_) : 0;
    const float by_audience =
        px(std::clamp(kSizeAtZero + kSizeByAudience * static_cast<float>(std::pow(share, kAudiencePower)), kLeastSize, kMostSize));
    return std::min(by_audience, std::max(px(kLeastSize), kSizeByRegion * std::sqrt(region_area) * ground_.frame.scale));
  }

  [[nodiscard]] std::vector<SetName> set_in_lines(const std::string& label) {
    const TextStyle style{Face::kDisplayBold, kTracking, kLongestLine};
    const std::string text = capitals(sanitise_utf8(label));
    std::vector<SetName> variants;
    const auto add = [&](const std::vector<std::string>& rows, bool is_broken) {
      SetName name;
      name.broken = is_broken;
      for (const auto& row : rows) {
        name.lines.push_back(typesetter_.set(row, style));
        if (name.lines.back().empty()) return;
        name.width = std::max(name.width, name.lines.back().ink_width());
      }
      name.top = name.lines.front().ink_top();
      name.bottom = kLinePitch * static_cast<float>(rows.size() - 1) + name.lines.back().ink_bottom();
      variants.push_back(std::move(name));
    };
    add({text}, false);
    if (const auto halves = broken(text)) add({halves->first, halves->second}, true);
    return variants;
  }

  /// The ground of the community's largest region; of all its channels when it has no region; nothing without channels.
  [[nodiscard]] std::optional<Neighbourhood> look_around(std::uint32_t community) const {
    const auto region = std::find_if(ground_.regions.begin(), ground_.regions.end(),
                                     [&](const Region& candidate) { return candidate.community == community; });
    std::vector<float> xs;
    std::vector<float> ys;
    const auto collect = [&](bool all) {
      for (const auto index : members_[community]) {
        const auto& channel = ground_.atlas.channels[index];
        if (!all && !contains(*region, {channel.x, channel.y})) continue;
        xs.push_back(ground_.frame.x(channel.x));
        ys.push_back(ground_.frame.y(channel.y));
      }
    };
    if (region != ground_.regions.end()) collect(false);
    if (xs.empty()) collect(true);
    if (xs.empty()) return std::nullopt;
    std::sort(xs.begin(), xs.end());
    std::sort(ys.begin(), ys.end());
    const auto skipped = static_cast<std::size_t>(static_cast<double>(xs.size()) * 0.06);
    const auto middle = [&](const std::vector<float>& v) { return (v[v.size() / 2] + (v[skipped] + v[v.size() - 1 - skipped]) / 2) / 2; };
    const auto half = [&](const std::vector<float>& v) { return (v[v.size() - 1 - skipped] - v[skipped]) / 2; };
    return Neighbourhood{middle(xs), middle(ys), half(xs), half(ys), region != ground_.regions.end() ? region->area : 0};
  }

  void search(std::uint32_t community, const Neighbourhood& around, const std::vector<SetName>& variants, Attempt attempt,
              Spot& best) const {
    const auto& frame = ground_.frame;
    const Box sheet =
        Box{0, 0, static_cast<float>(frame.width_px), static_cast<float>(frame.height_px)}.grown(-px(kSheetMargin), -px(kSheetMargin));
    const float full_size = size_of(community, around.area) * attempt.scale;
    for (std::size_t v = 0; v < variants.size(); ++v) {
      const float size = std::max(kLeastPx, full_size * std::min(1.0F, std::sqrt(kLongLine / variants[v].width)));
      const float width = variants[v].width * size;
      const float height = (variants[v].bottom - variants[v].top) * size;
      const float fixed_cost = (1 - attempt.scale) * kShrinkCost + (variants[v].broken ? kBreakCost : 0);
      for (const auto& offset : offsets_) {
        const float x = around.x + offset.x * attempt.spread * (around.half_width + width / 2);
        const float y = around.y + offset.y * attempt.spread * (around.half_height + height * 0.6F);
        const float away = std::hypot((x - around.x) / (around.half_width + px(60)), (y - around.y) / (around.half_height + px(60)));
        float cost = fixed_cost + kDistanceCost * away;
        if (cost >= best.cost) continue;
        const Box ink{x - width / 2, y - height / 2, x + width / 2, y + height / 2};
        const Box box = ink.grown(px(kPadX), px(kPadY));
        if (!box.inside(sheet)) continue;
        cost += kCoverCost * cover_.sum(box) / ink.area();
        if (cost >= best.cost) continue;
        cost += kForeignCost * foreign_share(community, ink);
        if (cost >= best.cost || taken_.hits(ink.grown(px(kRoomX), px(kRoomY)))) continue;
        best = {ink.left, ink.top, size, v, cost};
      }
    }
  }

  /// Share of a box that lies on other communities' ground; nobody's ground counts in part.
  [[nodiscard]] float foreign_share(std::uint32_t community, const Box& box) const {
    constexpr int kColumns = 5;
    constexpr int kRows = 2;
    const auto& lattice = ground_.field.lattice();
    const auto& frame = ground_.frame;
    float foreign = 0;
    for (int row = 0; row < kRows; ++row) {
      for (int column = 0; column < kColumns; ++column) {
        const float x = box.left + box.width() * (static_cast<float>(column) + 0.5F) / kColumns;
        const float y = box.top + box.height() * (static_cast<float>(row) + 0.5F) / kRows;
        const auto owner = ground_.field.owner(lattice.last_until((x - frame.centre_x) / frame.scale),
                                               lattice.last_until((y - frame.centre_y) / frame.scale));
        if (owner == InfluenceField::kNobody) foreign += kNobodysShare;
        if (owner != InfluenceField::kNobody && owner != community) foreign += 1;
      }
    }
    return foreign / (kColumns * kRows);
  }

  CommunityName finish(std::uint32_t community, SetName set, const Spot& spot) {
    CommunityName name;
    name.community = community;
    const float width = set.width * spot.size;
    name.box = Box{spot.left, spot.top, spot.left + width, spot.top + (set.bottom - set.top) * spot.size}.grown(px(kPadX), px(kPadY));
    float baseline = spot.top - set.top * spot.size;
    for (auto& line : set.lines) {
      TextPaint paint;
      paint.size_px = spot.size;
      paint.x = spot.left + (width - line.ink_width() * spot.size) / 2 - line.ink_left() * spot.size;
      paint.y = baseline;
      paint.color = name_color(ground_.atlas, community, ground_.look);
      paint.opacity = 0.96F;
      paint.halo_px = spot.size * 0.10F + px(2.5F);
      paint.halo_color = ground_.look.halo;
      paint.halo_opacity = 0.72F;
      name.lines.push_back({std::move(line), paint});
      baseline += kLinePitch * spot.size;
    }
    taken_.add(name.box);
    return name;
  }

  const NameGround& ground_;
  Typesetter& typesetter_;
  BoxGrid& taken_;
  DiscCover cover_;
  std::vector<MapPoint> offsets_;
  std::uint64_t most_audience_ = 0;
  std::vector<std::vector<std::uint32_t>> members_;  // channels by community
};

}  // namespace

std::vector<CommunityName> place_names(const NameGround& ground, Typesetter& typesetter, BoxGrid& taken) {
  std::vector<std::uint32_t> order(ground.atlas.communities.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return ground.atlas.communities[a].audience > ground.atlas.communities[b].audience;
  });
  Namer namer(ground, typesetter, taken);
  std::vector<CommunityName> names;
  for (const auto community : order) {
    if (auto name = namer.place(community)) names.push_back(std::move(*name));
  }
  return names;
}

}  // namespace vieweratlas::render_internal
