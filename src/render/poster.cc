#include "vieweratlas/render/poster.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "render/band.h"
#include "render/disc_layer.h"
#include "render/frame.h"
#include "render/glow_layer.h"
#include "render/ground.h"
#include "render/influence.h"
#include "render/lettering.h"
#include "render/link_layer.h"
#include "render/look.h"
#include "render/png_file.h"
#include "render/region_layer.h"
#include "render/regions.h"
#include "render/sheet.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace render_internal {
namespace {

constexpr std::uint32_t kLeastSide = 512;
constexpr std::uint32_t kMostSide = 16'384;
constexpr std::uint32_t kLeastDpi = 30;
constexpr std::uint32_t kMostDpi = 2'400;
// The sheet and its filtered copy take six bytes a pixel.
constexpr std::uint64_t kMostPixels = 150'000'000;
constexpr int kRowsPerBand = 32;  // 2.3 MB of linear light at 4500 px: about the second-level cache

Status check(const PosterOptions& options) {
  const auto side = [](const char* name, std::uint32_t value) -> Status {
    if (value >= kLeastSide && value <= kMostSide) return {};
    return Error{ErrorCode::kInvalidArgument, std::string("the poster's ") + name + " is " + std::to_string(value) + " px; choose " +
                                                  std::to_string(kLeastSide) + " to " + std::to_string(kMostSide)};
  };
  if (auto status = side("width", options.width_px); !status) return status;
  if (auto status = side("height", options.height_px); !status) return status;
  if (options.dpi < kLeastDpi || options.dpi > kMostDpi) {
    return Error{ErrorCode::kInvalidArgument, "the poster's density is " + std::to_string(options.dpi) + " dpi; choose " +
                                                  std::to_string(kLeastDpi) + " to " + std::to_string(kMostDpi)};
  }
  if (std::uint64_t{options.width_px} * options.height_px > kMostPixels) {
    return Error{ErrorCode::kLimitExceeded, "a poster of " + std::to_string(options.width_px) + " x " + std::to_string(options.height_px) +
                                                " px is too large; choose at most 150 million pixels, for example 12000 x 12000"};
  }
  return {};
}

/// What comes from other stages must be whole: a broken atlas is a mistake of ours.
void check_atlas(const Atlas& atlas) {
  for (const auto& channel : atlas.channels) {
    VA_CHECK(std::isfinite(channel.x) && std::isfinite(channel.y) && std::isfinite(channel.radius) && channel.radius >= 0);
  }
  for (const auto& edge : atlas.edges) VA_CHECK(edge.source < atlas.channels.size() && edge.target < atlas.channels.size());
}

PngOptions png_options(const Atlas& atlas, std::uint32_t dpi) {
  const auto& provenance = atlas.provenance;
  PngOptions options;
  options.dpi = dpi;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) options.texts.emplace_back(key, sanitise_utf8(value));
  };
  add("Title", provenance.title);
  add("Software", provenance.version.empty() ? "ViewerAtlas" : "ViewerAtlas " + provenance.version);
  add("Source", provenance.input_digest);
  add("Description", provenance.method);
  std::string parameters = "seed=" + std::to_string(provenance.seed) + "\nthreshold=" + std::to_string(provenance.threshold);
  for (const auto& [name, value] : provenance.options) parameters.append("\n").append(name).append("=").append(value);
  add("Parameters", parameters);
  return options;
}

/// The map without letters, painted strip by strip.
class Painting {
 public:
  Painting(const LetteringGround& ground, LinkLayer links, ThreadPool& pool)
      : links_(std::move(links)),
        glow_(ground.atlas, ground.frame, pool),
        regions_(ground.atlas, ground.regions, ground.field, ground.frame, ground.look),
        discs_(ground.atlas, ground.frame, ground.look),
        ground_(ground.frame, ground.look) {}

  void paint(Band& band, Sheet& sheet) const {
    links_.add_to(band);
    ground_.paint_under(glow_, band);
    regions_.paint_over(band);
    discs_.paint_over(band);
    for (int y = band.top(); y < band.bottom(); ++y) encoder_.encode_row(band.row(y), band.width(), y, sheet.row(y));
  }

 private:
  LinkLayer links_;
  GlowLayer glow_;
  RegionLayer regions_;
  DiscLayer discs_;
  Ground ground_;
  Encoder encoder_;
};

}  // namespace
}  // namespace render_internal

Result<Poster> draw_poster(const Atlas& atlas, const PosterOptions& options, ThreadPool& pool) {
  using namespace render_internal;
  if (auto status = check(options); !status) return std::move(status).error();
  check_atlas(atlas);

  const Frame frame = make_frame(options.width_px, options.height_px);
  const Look look = look_of(options.theme);
  const InfluenceField field(atlas);
  const auto regions = regions_of(field);
  LinkLayer links(atlas, frame);
  const LetteringGround ground{atlas, regions, field, frame, look, links.num_drawn()};
  const Painting painting(ground, std::move(links), pool);

  // Letters are set by one thread (Pango objects stay with it) while the others paint; neither looks at the other's work.
  Sheet sheet(frame.width_px, frame.height_px);
  std::optional<Result<Lettering>> lettering;
  const auto num_bands = static_cast<std::size_t>((frame.height_px + kRowsPerBand - 1) / kRowsPerBand);
  pool.parallel_for(num_bands + 1, 1, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t task = begin; task < end; ++task) {
      if (task == 0) {
        lettering.emplace(letter(ground, options));
        continue;
      }
      const int top = static_cast<int>(task - 1) * kRowsPerBand;
      Band band(frame.width_px, top, std::min(frame.height_px, top + kRowsPerBand));
      painting.paint(band, sheet);
    }
  });
  if (!*lettering) return std::move(*lettering).error();
  lay_over(**lettering, sheet);
  return Poster{png_file(sheet, png_options(atlas, options.dpi), pool), (*lettering)->report};
}

}  // namespace vieweratlas
