#include "render/link_layer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "render/band.h"
#include "render/color.h"
#include "render/frame.h"
#include "render/line_walk.h"
#include "render/look.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {
namespace {

// Tuned by eye on the map of January 2022 (1,682 channels, 14,214 links).
constexpr double kInsideStrength = 0.11;
constexpr double kBetweenStrength = 0.26;
constexpr double kReferenceLight = 188'000;  // sum of strength times length on that map; its exposure is 1
constexpr double kExposurePower = 0.75;      // maps with more light stay brighter, but not in proportion
constexpr double kMostExposure = 3.0;        // of maps with few links
constexpr double kLongLink = 490.0;          // units beyond which a link pales
constexpr float kHalfWidth = 1.15F;          // design pixels
constexpr float kLeastHalfWidthPx = 0.8F;    // thinner lines would shimmer; they are paled instead
constexpr float kFalloff = 1.4F;             // profile exp(-1.4 (d / half width)^2), cut where it is 0.4 %
constexpr float kReachInHalfWidths = 2.0F;
constexpr float kReachAcross = 1.5F;      // a line at 45 degrees reaches 1.42 times as far across
constexpr float kPixelsPerPiece = 22.0F;  // flattened so that a piece departs from its curve by under 0.1 px

struct Chosen {
  std::uint32_t edge;
  float cosine;
};

/// The strongest links in the atlas's order.
std::vector<Chosen> strongest_links(const Atlas& atlas) {
  std::vector<Chosen> chosen(atlas.edges.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    chosen[i] = {static_cast<std::uint32_t>(i), static_cast<float>(link_cosine(atlas, atlas.edges[i]))};
  }
  if (chosen.size() <= kMostLinks) return chosen;
  const auto stronger = [](const Chosen& a, const Chosen& b) { return a.cosine != b.cosine ? a.cosine > b.cosine : a.edge < b.edge; };
  std::nth_element(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(kMostLinks), chosen.end(), stronger);
  chosen.resize(kMostLinks);
  std::sort(chosen.begin(), chosen.end(), [](const Chosen& a, const Chosen& b) { return a.edge < b.edge; });
  return chosen;
}

/// The cosine that nine in ten links stay under: 1 for no links.
double reference_cosine(const std::vector<Chosen>& chosen) {
  if (chosen.empty()) return 1;
  std::vector<float> cosines;
  cosines.reserve(chosen.size());
  for (const auto& link : chosen) cosines.push_back(link.cosine);
  const auto at = cosines.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(cosines.size()) * 0.9);
  std::nth_element(cosines.begin(), at, cosines.end());
  return *at > 0 ? static_cast<double>(*at) : 1;
}

MapPoint bezier(const LinkCurve& curve, float t) {
  const float u = 1 - t;
  const float a = u * u * u;
  const float b = 3 * u * u * t;
  const float c = 3 * u * t * t;
  const float d = t * t * t;
  const auto& p = curve.points;
  return {a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x, a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y};
}

double length_of(const LinkCurve& curve) {
  constexpr int kPieces = 16;
  float length = 0;
  MapPoint before = curve.points[0];
  for (int i = 1; i <= kPieces; ++i) {
    const auto point = bezier(curve, static_cast<float>(i) / kPieces);
    length += std::hypot(point.x - before.x, point.y - before.y);
    before = point;
  }
  return static_cast<double>(length);
}

double strength_of(double relative_cosine, bool between, double length) {
  return std::pow(std::min(relative_cosine, 2.5), 0.75) * (between ? kBetweenStrength : kInsideStrength) *
         std::min(1.0, std::pow(kLongLink / std::max(length, 1.0), 0.3));
}

}  // namespace

LinkLayer::LinkLayer(const Atlas& atlas, const Frame& frame) {
  const float designed = kHalfWidth * frame.unit;
  const float half_width = std::max(designed, kLeastHalfWidthPx);
  reach_ = kReachInHalfWidths * half_width;
  profile_steps_per_px_ = static_cast<float>(kProfileSteps) / reach_;
  for (std::size_t i = 0; i <= kProfileSteps; ++i) {
    const double d = static_cast<double>(i) / static_cast<double>(kProfileSteps) * static_cast<double>(kReachInHalfWidths);
    profile_[i] = static_cast<float>(std::exp(-static_cast<double>(kFalloff) * d * d));
  }

  const auto chosen = strongest_links(atlas);
  const auto centroids = community_centroids(atlas);
  const double reference = reference_cosine(chosen);
  std::vector<float> strengths;
  double light = 0;
  curves_.reserve(chosen.size());
  strengths.reserve(chosen.size());
  for (const auto& link : chosen) {
    const auto shape = link_curve(atlas, centroids, atlas.edges[link.edge]);
    const double length = length_of(shape);
    strengths.push_back(static_cast<float>(strength_of(static_cast<double>(link.cosine) / reference, shape.between, length)));
    light += length * static_cast<double>(strengths.back());
    append_curve(shape, length, frame);
  }
  const double exposure = light > 0 ? std::min(kMostExposure, std::pow(kReferenceLight / light, kExposurePower)) : 0;
  const auto gain = static_cast<float>(exposure * static_cast<double>(designed / half_width));
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto& edge = atlas.edges[chosen[i].edge];
    curves_[i].from = linear(fill_color(atlas, atlas.channels[edge.source].community)) * (gain * strengths[i]);
    curves_[i].to = linear(fill_color(atlas, atlas.channels[edge.target].community)) * (gain * strengths[i]);
  }
}

void LinkLayer::append_curve(const LinkCurve& shape, double length, const Frame& frame) {
  Curve curve{};
  curve.first_point = points_.size();
  const auto pieces = static_cast<std::uint32_t>(std::clamp(static_cast<float>(length) * frame.scale / kPixelsPerPiece, 4.0F, 160.0F));
  curve.num_points = pieces + 1;
  curve.top = static_cast<float>(frame.height_px);
  curve.bottom = 0;
  for (std::uint32_t i = 0; i <= pieces; ++i) {
    const auto point = frame.point(bezier(shape, static_cast<float>(i) / static_cast<float>(pieces)));
    curve.top = std::min(curve.top, point.y - reach_ * kReachAcross);
    curve.bottom = std::max(curve.bottom, point.y + reach_ * kReachAcross);
    points_.push_back(point);
  }
  curves_.push_back(curve);
}

void LinkLayer::add_to(Band& band) const {
  const auto top = static_cast<float>(band.top());
  const auto bottom = static_cast<float>(band.bottom());
  for (const auto& curve : curves_) {
    if (curve.bottom >= top && curve.top < bottom) add_curve(curve, band);
  }
}

void LinkLayer::add_curve(const Curve& curve, Band& band) const {
  const Clip clip{band.width(), band.top(), band.bottom()};
  const float slack = reach_ * kReachAcross;
  const auto top = static_cast<float>(band.top()) - slack;
  const auto bottom = static_cast<float>(band.bottom()) + slack;
  const auto pieces = static_cast<float>(curve.num_points - 1);
  for (std::uint32_t i = 0; i + 1 < curve.num_points; ++i) {
    const auto& a = points_[curve.first_point + i];
    const auto& b = points_[curve.first_point + i + 1];
    if (std::max(a.y, b.y) < top || std::min(a.y, b.y) > bottom) continue;
    const auto begin = mixed(curve.from, curve.to, smoothstep(static_cast<float>(i) / pieces));
    const auto end = mixed(curve.from, curve.to, smoothstep(static_cast<float>(i + 1) / pieces));
    walk_line(a, b, reach_, clip,
              [&](int x, int y, float distance, float share) { band.row(y)[x] += mixed(begin, end, share) * profile(distance); });
  }
}

}  // namespace vieweratlas::render_internal
