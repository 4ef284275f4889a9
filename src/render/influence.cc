#include "render/influence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::render_internal {
namespace {

// exp(-3^2) = 1e-4: what is cut off cannot lift a sum over the ground level.
constexpr float kCutoff = 3.0F;
// The map's disc has radius 1000; the ground around its outermost channels needs room beyond.
constexpr float kLeastExtent = 1060.0F;
constexpr float kGroundBeyondRim = 50.0F;

/// exp(-t^2) for t in [0, kCutoff) by linear interpolation: error below 2e-6, an order faster than exp.
class BellTable {
 public:
  BellTable() {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const double t = static_cast<double>(i) / kStepsPerUnit;
      values_[i] = static_cast<float>(std::exp(-t * t));
    }
  }
  [[nodiscard]] float operator()(float t) const {
    const float position = t * static_cast<float>(kStepsPerUnit);
    const auto index = static_cast<std::size_t>(position);
    const float fraction = position - static_cast<float>(index);
    return values_[index] + fraction * (values_[index + 1] - values_[index]);
  }

 private:
  static constexpr int kStepsPerUnit = 512;
  std::array<float, static_cast<std::size_t>(kStepsPerUnit* kCutoff) + 2> values_{};
};

std::uint32_t group_of(const AtlasChannel& channel, std::uint32_t num_communities) { return std::min(channel.community, num_communities); }

}  // namespace

int Lattice::first_from(float coordinate) const {
  return static_cast<int>(std::clamp(std::ceil((coordinate - origin) / step), 0.0F, static_cast<float>(kSide - 1)));
}

int Lattice::last_until(float coordinate) const {
  return static_cast<int>(std::clamp(std::floor((coordinate - origin) / step), 0.0F, static_cast<float>(kSide - 1)));
}

InfluenceField::InfluenceField(const Atlas& atlas) : num_communities_(static_cast<std::uint32_t>(atlas.communities.size())) {
  group_begin_.assign(num_communities_ + 2U, 0);
  float extent = kLeastExtent;
  for (const auto& channel : atlas.channels) {
    ++group_begin_[group_of(channel, num_communities_) + 1U];
    extent = std::max(extent, std::max(std::abs(channel.x), std::abs(channel.y)) + channel.radius + kGroundBeyondRim);
  }
  for (std::size_t group = 1; group < group_begin_.size(); ++group) group_begin_[group] += group_begin_[group - 1];
  sources_.resize(atlas.channels.size());
  auto next = group_begin_;
  for (const auto& channel : atlas.channels) {
    const float weight = 0.6F + 0.4F * std::min(1.0F, channel.radius / 20.0F);
    sources_[next[group_of(channel, num_communities_)]++] = {channel.x, channel.y, channel.radius, weight};
  }
  lattice_ = {-extent, 2 * extent / static_cast<float>(Lattice::kSide - 1)};
  leaders_.resize(static_cast<std::size_t>(Lattice::kSide) * Lattice::kSide);

  std::vector<float> sum;
  for (std::uint32_t group = 0; group <= num_communities_; ++group) {
    const auto box = box_of(group);
    if (box.empty()) continue;
    add_sum(group, box, sum);
    std::size_t at = 0;
    for (int y = box.y0; y <= box.y1; ++y) {
      for (int x = box.x0; x <= box.x1; ++x, ++at) {
        auto& leaders = leaders_[static_cast<std::size_t>(y) * Lattice::kSide + static_cast<std::size_t>(x)];
        if (sum[at] > leaders.first) {
          leaders = {sum[at], leaders.first, group};
        } else {
          leaders.second = std::max(leaders.second, sum[at]);
        }
      }
    }
  }
}

LatticeBox InfluenceField::box_of(std::uint32_t group) const {
  LatticeBox box;
  for (std::size_t i = group_begin_[group]; i < group_begin_[group + 1U]; ++i) {
    const auto& source = sources_[i];
    const float reach = source.radius + kCutoff * kReach;
    box.x0 = std::min(box.x0, lattice_.first_from(source.x - reach));
    box.y0 = std::min(box.y0, lattice_.first_from(source.y - reach));
    box.x1 = std::max(box.x1, lattice_.last_until(source.x + reach));
    box.y1 = std::max(box.y1, lattice_.last_until(source.y + reach));
  }
  return box;
}

void InfluenceField::add_sum(std::uint32_t group, const LatticeBox& box, std::vector<float>& sum) const {
  static const BellTable kBell;
  sum.assign(static_cast<std::size_t>(box.width()) * static_cast<std::size_t>(box.height()), 0.0F);
  for (std::size_t i = group_begin_[group]; i < group_begin_[group + 1U]; ++i) {
    const auto& source = sources_[i];
    const float reach = source.radius + kCutoff * kReach;
    const int x0 = lattice_.first_from(source.x - reach);
    const int x1 = lattice_.last_until(source.x + reach);
    for (int y = lattice_.first_from(source.y - reach); y <= lattice_.last_until(source.y + reach); ++y) {
      float* row = &sum[static_cast<std::size_t>(y - box.y0) * static_cast<std::size_t>(box.width())];
      const float dy = lattice_.at(y) - source.y;
      for (int x = x0; x <= x1; ++x) {
        const float dx = lattice_.at(x) - source.x;
        const float beyond_rim = std::max(0.0F, std::sqrt(dx * dx + dy * dy) - source.radius) / kReach;
        if (beyond_rim < kCutoff) row[x - box.x0] += source.weight * kBell(beyond_rim);
      }
    }
  }
}

std::uint32_t InfluenceField::owner(int x, int y) const {
  const auto& found = leaders(x, y);
  return found.first > kGroundLevel ? found.group : kNobody;
}

float InfluenceField::lead(int x, int y, float rivalry) const {
  const auto& found = leaders(x, y);
  return std::max(0.0F, found.first - std::max(kGroundLevel, rivalry * found.second));
}

void InfluenceField::margin_of(std::uint32_t group, const LatticeBox& box, float rivalry, std::vector<float>& margin) const {
  add_sum(group, box, margin);
  std::size_t at = 0;
  for (int y = box.y0; y <= box.y1; ++y) {
    for (int x = box.x0; x <= box.x1; ++x, ++at) {
      const auto& found = leaders(x, y);
      const float other = found.group == group ? found.second : found.first;
      margin[at] -= std::max(kGroundLevel, rivalry * other);
    }
  }
}

}  // namespace vieweratlas::render_internal
