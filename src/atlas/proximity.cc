#include "atlas/proximity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/colors.h"

namespace vieweratlas::atlas_internal {
namespace {

constexpr float kReach = 200;         // map units: about as far as the eye joins two patches of one colour
constexpr double kEverywhere = 0.05;  // keeps the 24 largest of 36 communities of a real month in different colours
constexpr float kMapRadius = 1000;
constexpr std::size_t kCells = 10;  // in a row, each kReach wide

std::size_t cell_of(float coordinate) {
  const float cell = std::clamp((coordinate + kMapRadius) / kReach, 0.0F, static_cast<float>(kCells - 1));
  return static_cast<std::size_t>(cell);
}

/// Channels with a community, by the cell of a grid over the map.
using CellMembers = std::array<std::vector<std::uint32_t>, kCells * kCells>;

CellMembers members_of_cells(const ColorRequest& request) {
  CellMembers cells;
  for (std::uint32_t i = 0; i < request.x.size(); ++i) {
    if (request.community[i] == AtlasChannel::kNoCommunity) continue;
    cells[cell_of(request.y[i]) * kCells + cell_of(request.x[i])].push_back(i);
  }
  return cells;
}

/// Adds what each pair (i, j), i < j, of different communities contributes, j in `members`.
void add_pairs(const ColorRequest& request, std::uint32_t i, const std::vector<std::uint32_t>& members, std::vector<double>& border) {
  const auto own = request.community[i];
  for (const auto j : members) {
    const auto other = request.community[j];
    if (j <= i || other == own) continue;
    const float dx = request.x[i] - request.x[j];
    const float dy = request.y[i] - request.y[j];
    const float nearness = 1 - (dx * dx + dy * dy) / (kReach * kReach);
    if (nearness <= 0) continue;
    const auto [low, high] = std::minmax(own, other);
    border[low * std::size_t{request.num_communities} + high] += static_cast<double>(nearness * nearness);
  }
}

/// Adds the pairs of the members of cell (row, column) with those of the cells around it and its own.
void add_cell(const ColorRequest& request, const CellMembers& cells, std::size_t row, std::size_t column, std::vector<double>& border) {
  for (std::size_t r = row == 0 ? 0 : row - 1; r < std::min(row + 2, kCells); ++r) {
    for (std::size_t c = column == 0 ? 0 : column - 1; c < std::min(column + 2, kCells); ++c) {
      for (const auto i : cells[row * kCells + column]) add_pairs(request, i, cells[r * kCells + c], border);
    }
  }
}

std::vector<double> borders(const ColorRequest& request) {
  std::vector<double> border(std::size_t{request.num_communities} * request.num_communities, 0);
  const auto cells = members_of_cells(request);
  for (std::size_t row = 0; row < kCells; ++row) {
    for (std::size_t column = 0; column < kCells; ++column) add_cell(request, cells, row, column, border);
  }
  return border;
}

}  // namespace

std::vector<double> community_proximity(const ColorRequest& request) {
  const std::size_t k = request.num_communities;
  std::vector<double> size(k, 0);
  for (const auto community : request.community) {
    if (community != AtlasChannel::kNoCommunity) size[community] += 1;
  }
  const auto border = borders(request);
  std::vector<double> proximity(k * k, 0);
  for (std::size_t a = 0; a < k; ++a) {
    for (std::size_t b = a + 1; b < k; ++b) {
      proximity[a * k + b] = std::sqrt(border[a * k + b]) + kEverywhere * std::sqrt(size[a] * size[b]);
      proximity[b * k + a] = proximity[a * k + b];
    }
  }
  return proximity;
}

}  // namespace vieweratlas::atlas_internal
