#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "render/page_columns.h"
#include "render/page_data.h"
#include "render/page_links.h"
#include "render/page_template.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/render/page.h"

namespace vieweratlas {
namespace {

using render_internal::choose_page_links;
using render_internal::kPageDataMark;
using render_internal::page_template;
using render_internal::PageColumns;
using render_internal::PageLinks;

/// Three channels in a row: a - b share 30, b - c share 20; c has no community.
Atlas small_atlas() {
  Atlas atlas;
  for (const std::string_view id : {"anna", "ben", "carla"}) {
    AtlasChannel channel;
    channel.id = id;
    channel.name = id;
    channel.audience = 1000 - 100 * atlas.channels.size();
    channel.x = static_cast<float>(100 * atlas.channels.size());
    channel.radius = 20;
    atlas.channels.push_back(channel);
  }
  atlas.channels[2].community = AtlasChannel::kNoCommunity;
  atlas.edges = {{0, 1, 30}, {1, 2, 20}};
  AtlasCommunity community;
  community.label = "Chess";
  community.num_channels = 2;
  atlas.communities.push_back(community);
  return atlas;
}

std::string unbase64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : text) {
    if (digit == '=') {
      break;
    }
    bits = bits << 6U | static_cast<std::uint32_t>(kDigits.find(digit));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU));
    }
  }
  return bytes;
}

std::string gunzip(std::string_view packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out(std::size_t{1} << 22U, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string data_of(const std::string& page) {
  constexpr std::string_view kBegin = "id=\"data\">";
  const std::size_t begin = page.find(kBegin) + kBegin.size();
  return gunzip(unbase64(std::string_view(page).substr(begin, page.find('<', begin) - begin)));
}

TEST(PageTemplate, TakesTheDataExactlyOnceAndAsksForNothing) {
  const std::string_view page = page_template();
  const std::size_t mark = page.find(kPageDataMark);
  ASSERT_NE(mark, std::string_view::npos);
  EXPECT_EQ(page.find(kPageDataMark, mark + 1), std::string_view::npos);
  EXPECT_NE(page.find("default-src 'none'"), std::string_view::npos);
  EXPECT_EQ(page.find("https://"), std::string_view::npos);
  EXPECT_EQ(page.find("unsafe-inline"), std::string_view::npos);
}

TEST(Page, HoldsTheDataOfTheAtlas) {
  const Atlas atlas = small_atlas();
  const std::string page = make_page(atlas).value();
  EXPECT_EQ(data_of(page), page_data(atlas, choose_page_links(atlas, {})));
}

TEST(Page, EqualAtlasesGiveEqualBytes) { EXPECT_EQ(make_page(small_atlas()).value(), make_page(small_atlas()).value()); }

TEST(Page, KeepsForeignTextOutOfTheMarkup) {
  Atlas atlas = small_atlas();
  const std::string hostile = "</script><img src=x onerror=alert(1)>\xE2\x80\xA8\xFF";
  atlas.channels[0].name = hostile;
  atlas.channels[0].title = hostile;
  atlas.communities[0].label = hostile;
  atlas.provenance.title = hostile;
  const std::string page = make_page(atlas).value();
  EXPECT_EQ(page.find("onerror"), std::string::npos);
  const std::string data = data_of(page);
  EXPECT_NE(data.find("onerror=alert(1)"), std::string::npos);
  EXPECT_EQ(data.substr(0, data.find("\"columns\"")).find('\xFF'), std::string::npos) << "malformed bytes become U+FFFD";
}

TEST(Page, AnAtlasWithNothingInItIsAPageToo) {
  const std::string page = make_page(Atlas{}).value();
  EXPECT_NE(data_of(page).find("\"ids\":[]"), std::string::npos);
}

TEST(PageData, CutsLongTitlesAtACharacter) {
  Atlas atlas = small_atlas();
  for (int i = 0; i < 300; ++i) {
    atlas.channels[0].title += "\xE2\x98\x83";
  }
  const std::string data = page_data(atlas, choose_page_links(atlas, {}));
  EXPECT_EQ(data.find("\xEF\xBF\xBD"), std::string::npos);
  EXPECT_NE(data.find("\xE2\x98\x83\""), std::string::npos);
}

TEST(PageColumns, TakeTheNarrowestType) {
  PageColumns columns;
  columns.add_counts("bytes", std::vector<std::uint64_t>{0, 255});
  columns.add_counts("shorts", std::vector<std::uint64_t>{256, 1});
  columns.add_counts("words", std::vector<std::uint64_t>{65536});
  columns.add_counts("doubles", std::vector<std::uint64_t>{1ULL << 40U});
  columns.add_counts("none", {});
  const std::vector<std::string_view> expected = {"u8", "u16", "u32", "f64", "u8"};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(columns.columns()[i].type, expected[i]);
  }
  using namespace std::string_view_literals;
  EXPECT_EQ(columns.bytes().substr(0, 2), "\x00\xFF"sv);
  EXPECT_EQ(columns.bytes().substr(2, 4), "\x00\x01\x01\x00"sv) << "low bytes of both, then high bytes of both";
}

TEST(PageColumns, RoundFractionsToSixteenBits) {
  PageColumns columns;
  const double unit = columns.add_fractions("x", std::vector<float>{-640.0F, 320.0F, 0.04F});
  EXPECT_DOUBLE_EQ(unit, 0.02);
  using namespace std::string_view_literals;
  // -32000 = 0x8300, 16000 = 0x3E80, 2 = 0x0002: low bytes, then high bytes.
  EXPECT_EQ(columns.bytes(), "\x00\x80\x02\x83\x3E\x00"sv);
}

TEST(PageLinks, KeepsEverythingWithinTheLimit) {
  const PageLinks links = choose_page_links(small_atlas(), {});
  ASSERT_EQ(links.edges.size(), 2U);
  EXPECT_EQ(links.edges[0].source, 0U);
  EXPECT_EQ(links.edges[1].source, 1U);
}

/// A dense random graph with distinct weights.
Atlas dense_atlas(std::uint32_t num_channels, std::uint64_t seed) {
  Atlas atlas;
  Random random(seed);
  atlas.channels.resize(num_channels);
  for (std::uint32_t a = 0; a < num_channels; ++a) {
    for (std::uint32_t b = a + 1; b < num_channels; ++b) {
      atlas.edges.push_back({a, b, static_cast<std::uint32_t>(random.below(1'000'000)) + 1});
    }
  }
  std::sort(atlas.edges.begin(), atlas.edges.end(), [](const AtlasEdge& x, const AtlasEdge& y) {
    return std::tuple(y.shared, x.source, x.target) < std::tuple(x.shared, y.source, y.target);
  });
  return atlas;
}

/// Names, circles and links without any pattern: what compresses worst.
Atlas patternless_atlas(std::uint32_t num_channels, std::size_t num_edges) {
  Atlas atlas;
  Random random(21);
  atlas.communities.resize(30);
  for (std::uint32_t i = 0; i < num_channels; ++i) {
    AtlasChannel channel;
    for (std::uint64_t letters = 6 + random.below(8); letters > 0; --letters) {
      channel.id += static_cast<char>('a' + random.below(26));
    }
    channel.name = channel.id;
    channel.audience = 10'000 + random.below(900'000);
    channel.community = static_cast<std::uint32_t>(random.below(atlas.communities.size()));
    channel.x = static_cast<float>(random.uniform() * 1400 - 700);
    channel.y = static_cast<float>(random.uniform() * 1400 - 700);
    channel.radius = static_cast<float>(5 + random.uniform() * 20);
    atlas.channels.push_back(channel);
  }
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  while (pairs.size() < num_edges) {
    const auto a = static_cast<std::uint32_t>(random.below(num_channels));
    const auto b = static_cast<std::uint32_t>(random.below(num_channels));
    if (a != b && pairs.insert(std::minmax(a, b)).second) {
      atlas.edges.push_back({std::min(a, b), std::max(a, b), 10'001 + static_cast<std::uint32_t>(random.below(200'000))});
    }
  }
  std::sort(atlas.edges.begin(), atlas.edges.end(), [](const AtlasEdge& x, const AtlasEdge& y) { return x.shared > y.shared; });
  return atlas;
}

TEST(Page, StaysWithinItsBudgets) {
  EXPECT_LE(make_page(patternless_atlas(1'700, 14'000)).value().size(), std::size_t{450'000});
  EXPECT_LE(make_page(patternless_atlas(5'000, 200'000)).value().size(), std::size_t{1'500'000});
}

/// The strongest `count` links of `channel`, in the order of `edges` (which are sorted by falling shared count here).
std::vector<std::uint32_t> strongest(const std::vector<AtlasEdge>& edges, std::uint32_t channel, std::size_t count) {
  std::vector<std::uint32_t> shared;
  for (const AtlasEdge& edge : edges) {
    if ((edge.source == channel || edge.target == channel) && shared.size() < count) {
      shared.push_back(edge.shared);
    }
  }
  return shared;
}

TEST(PageLinks, EveryChannelKeepsItsStrongestLinksWhenTheGraphIsTooDense) {
  const Atlas atlas = dense_atlas(80, 7);
  PageLinks links = choose_page_links(atlas, {.max_edges = 900, .min_neighbours = 5});
  EXPECT_LT(links.edges.size(), atlas.edges.size());
  EXPECT_LE(links.edges.size(), 900U);
  EXPECT_GE(links.exact_neighbours, 5U);
  std::stable_sort(links.edges.begin(), links.edges.end(), [](const AtlasEdge& x, const AtlasEdge& y) { return x.shared > y.shared; });
  for (std::uint32_t channel = 0; channel < 80; ++channel) {
    EXPECT_EQ(strongest(links.edges, channel, links.exact_neighbours), strongest(atlas.edges, channel, links.exact_neighbours));
  }
}

TEST(PageLinks, TheTopListsMatterMoreThanTheLimit) {
  const PageLinks links = choose_page_links(dense_atlas(60, 11), {.max_edges = 10, .min_neighbours = 12});
  EXPECT_EQ(links.exact_neighbours, 12U);
  EXPECT_GE(links.edges.size(), 60U * 12U / 2U);
}

}  // namespace
}  // namespace vieweratlas
