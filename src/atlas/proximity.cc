#include "atlas/proximity.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/colors.h"

namespace vieweratlas::atlas_internal {
namespace {

constexpr std::size_t kNearest = 20;
constexpr double kCentroidScale = 260;  // map units
constexpr float kMapRadius = 1000;
constexpr std::size_t kChannelsPerCell = 4;  // so that 5 x 5 cells hold about 100 channels

/// Channels by the cell of a grid over the map.
struct CellGrid {
  std::size_t side = 1;  // cells in a row
  std::vector<std::vector<std::uint32_t>> members;

  explicit CellGrid(const ColorRequest& request) {
    const auto cells = static_cast<double>(request.x.size() / kChannelsPerCell + 1);
    side = static_cast<std::size_t>(std::sqrt(cells)) + 1;
    members.resize(side * side);
    for (std::uint32_t i = 0; i < request.x.size(); ++i) members[cell_of(request.y[i]) * side + cell_of(request.x[i])].push_back(i);
  }
  [[nodiscard]] std::size_t cell_of(float coordinate) const {
    const float share = std::clamp((coordinate + kMapRadius) / (2 * kMapRadius), 0.0F, 1.0F);
    return std::min(static_cast<std::size_t>(share * static_cast<float>(side)), side - 1);
  }
  template <typename Visit>
  void around(float x, float y, const Visit& visit) const {
    const auto low = [](std::size_t cell) { return cell < 2 ? 0 : cell - 2; };
    for (auto row = low(cell_of(y)); row < std::min(cell_of(y) + 3, side); ++row) {
      for (auto column = low(cell_of(x)); column < std::min(cell_of(x) + 3, side); ++column) {
        for (const auto member : members[row * side + column]) visit(member);
      }
    }
  }
};

void add_neighbour_counts(const ColorRequest& request, std::vector<double>& proximity) {
  const CellGrid grid(request);
  std::vector<std::pair<float, std::uint32_t>> near;
  for (std::uint32_t i = 0; i < request.x.size(); ++i) {
    const auto own = request.community[i];
    if (own == AtlasChannel::kNoCommunity) continue;
    near.clear();
    grid.around(request.x[i], request.y[i], [&](std::uint32_t j) {
      const float dx = request.x[i] - request.x[j];
      const float dy = request.y[i] - request.y[j];
      if (j != i) near.emplace_back(dx * dx + dy * dy, j);
    });
    if (near.size() > kNearest) {
      std::nth_element(near.begin(), near.begin() + kNearest, near.end());
      near.resize(kNearest);
    }
    for (const auto& entry : near) {
      const auto other = request.community[entry.second];
      if (other == own || other == AtlasChannel::kNoCommunity) continue;
      proximity[own * std::size_t{request.num_communities} + other] += 1;
      proximity[other * std::size_t{request.num_communities} + own] += 1;
    }
  }
}

void add_centroid_terms(const ColorRequest& request, std::vector<double>& proximity) {
  const std::size_t k = request.num_communities;
  std::vector<double> x(k, 0);
  std::vector<double> y(k, 0);
  std::vector<double> count(k, 0);
  for (std::size_t i = 0; i < request.x.size(); ++i) {
    const auto own = request.community[i];
    if (own == AtlasChannel::kNoCommunity) continue;
    x[own] += static_cast<double>(request.x[i]);
    y[own] += static_cast<double>(request.y[i]);
    count[own] += 1;
  }
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = 0; b < k; ++b) {
      if (a == b || count[a] == 0 || count[b] == 0) continue;
      const double distance = std::hypot(x[a] / count[a] - x[b] / count[b], y[a] / count[a] - y[b] / count[b]) / kCentroidScale;
      proximity[a * k + b] += std::exp(-distance * distance);
    }
  }
}

}  // namespace

std::vector<double> community_proximity(const ColorRequest& request) {
  std::vector<double> proximity(std::size_t{request.num_communities} * request.num_communities, 0);
  add_neighbour_counts(request, proximity);
  add_centroid_terms(request, proximity);
  return proximity;
}

}  // namespace vieweratlas::atlas_internal
