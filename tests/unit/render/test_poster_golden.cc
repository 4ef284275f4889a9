#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>

#include "unit/render/png_reader.h"
#include "unit/render/synthetic_atlas.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/render/poster.h"

// A poster that people have looked at and found good. VIEWERATLAS_ACCEPT_GOLDEN=1 rewrites it, and fails, so that the
// switch cannot stay on; look at the picture before committing it.
namespace vieweratlas {
namespace {

using render_testing::decode_png;

const char* const kGolden = VIEWERATLAS_SOURCE_DIR "/tests/golden/poster_small.png";

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(PosterGolden, LooksAsItDid) {
  ThreadPool pool(2);
  const auto atlas = render_testing::synthetic_atlas({.num_channels = 220, .num_communities = 6, .num_edges = 1800, .largest_radius = 55});
  const auto poster = draw_poster(atlas, {.width_px = 1024, .height_px = 1024}, pool);
  ASSERT_TRUE(poster.ok());
  if (poster->report.font_family != "Inter") GTEST_SKIP() << "Inter is not installed (apt-get install fonts-inter): letters differ";
  const char* accept = std::getenv("VIEWERATLAS_ACCEPT_GOLDEN");  // NOLINT(concurrency-mt-unsafe): nobody sets variables here
  if (accept != nullptr && std::string(accept) == "1") {
    std::ofstream(kGolden, std::ios::binary) << poster->png;
    FAIL() << "wrote " << kGolden << "; look at it and run again without VIEWERATLAS_ACCEPT_GOLDEN";
  }
  const auto expected = decode_png(slurp(kGolden));
  const auto actual = decode_png(poster->png);
  ASSERT_TRUE(expected.ok && actual.ok);
  ASSERT_EQ(expected.rgb.size(), actual.rgb.size());
  // Other versions of Cairo, FreeType or a font move letters by fractions of a pixel: few pixels may differ, and the
  // picture as a whole hardly.
  double sum = 0;
  std::size_t far_off = 0;
  for (std::size_t i = 0; i < expected.rgb.size(); ++i) {
    const double difference = std::abs(static_cast<double>(expected.rgb[i]) - static_cast<double>(actual.rgb[i]));
    sum += difference;
    far_off += difference > 40 ? 1U : 0U;
  }
  EXPECT_LT(sum / static_cast<double>(expected.rgb.size()), 0.35);
  EXPECT_LT(static_cast<double>(far_off) / static_cast<double>(expected.rgb.size()), 0.004);
}

}  // namespace
}  // namespace vieweratlas
