#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/number.h"
#include "atlases.h"

#include "vieweratlas/atlas/export.h"
#include "vieweratlas/core/csv.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

using Row = std::vector<std::string>;

std::vector<Row> parse_csv(const std::string& text) {
  std::vector<Row> rows;
  CsvReader reader(text);
  std::vector<std::string_view> fields;
  while (reader.next(fields)) rows.emplace_back(fields.begin(), fields.end());
  return rows;
}

std::string number(double value) {
  std::string out;
  atlas_internal::append_number(out, value);
  return out;
}

TEST(Number, SixSignificantDigitsWithoutExponent) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(1), "1");
  EXPECT_EQ(number(-2.5), "-2.5");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(1.0 / 3), "0.333333");
  EXPECT_EQ(number(2.0 / 3000), "0.000666667");
  EXPECT_EQ(number(123.456789), "123.457");
  EXPECT_EQ(number(0.9999999), "1");
  EXPECT_EQ(number(999999.7), "1000000");
  EXPECT_EQ(number(1234567.8), "1234568");
  EXPECT_EQ(number(1e-12), "0.000000000001");
  EXPECT_EQ(number(1.5e-20), "0.000000000000000000015");
  EXPECT_EQ(number(4e20), "400000000000000000000");
  EXPECT_EQ(number(std::nan("")), "0");
  EXPECT_EQ(number(HUGE_VAL), "0");
}

TEST(Number, ReadsBackWithinSixDigits) {
  Random random(99);
  for (int i = 0; i < 20000; ++i) {
    const double value = std::pow(10, 24 * random.uniform() - 12) * (0.1 + random.uniform());
    const double back = std::strtod(number(value).c_str(), nullptr);
    ASSERT_NEAR(back / value, 1, 5.01e-6) << value;
  }
}

TEST(NodesCsv, RoundTripsHostileText) {
  const Atlas atlas = testing_atlases::hostile();
  const auto rows = parse_csv(nodes_csv(atlas));
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0], (Row{"id", "viewers", "viewer_count", "game", "title", "name", "language", "community", "label", "x", "y", "radius",
                          "degree", "strength"}));
  EXPECT_EQ(rows[1], (Row{"alpha", "1000", "321", atlas.channels[0].game, atlas.channels[0].title, atlas.channels[0].name, "en", "0",
                          atlas.communities[0].label, "-12.5", "250.25", "40", "2", "130"}));
  // Formulas are made text by an apostrophe; everything else stands as it is.
  EXPECT_EQ(rows[2][0], "'=cmd|' /C calc'!A1");
  EXPECT_EQ(rows[2][3], "'@SUM(1+1)");
  EXPECT_EQ(rows[2][4], atlas.channels[1].title);
  EXPECT_EQ(rows[3][3], "'\t-1");
  EXPECT_EQ(rows[4][7], "-1");
  EXPECT_EQ(rows[4][8], "");
  for (const auto& row : rows) EXPECT_EQ(row.size(), 14U);
}

TEST(EdgesCsv, MeasuresOfEveryEdge) {
  const auto rows = parse_csv(edges_csv(testing_atlases::hostile()));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0],
            (Row{"source", "target", "weight", "jaccard", "overlap", "cosine", "lift", "p_target_given_source", "p_source_given_target"}));
  // 120 shared of 1000 and 400 among 2000.
  EXPECT_EQ(rows[1], (Row{"alpha", "'=cmd|' /C calc'!A1", "120", "0.09375", "0.3", "0.189737", "0.6", "0.12", "0.3"}));
  // An unknown audience leaves the measures empty.
  EXPECT_EQ(rows[3], (Row{"'=cmd|' /C calc'!A1", "delta", "7", "", "", "", "", "", ""}));
}

TEST(EdgesCsv, LiftNeedsTheNumberOfViewers) {
  Atlas atlas = testing_atlases::hostile();
  atlas.total_viewers = 0;
  EXPECT_EQ(parse_csv(edges_csv(atlas))[1][6], "");
}

std::string written(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

/// Runs a Python program on `argument`; empty when Debian's Python or the module is absent.
std::string python(const std::string& module, const std::string& program, const std::string& argument) {
  const std::string interpreter = "/usr/bin/python3";
  if (std::system((interpreter + " -c 'import " + module + "' 2>/dev/null").c_str()) != 0) return {};
  const auto script = written("program_" + module + ".py", program);
  const auto out = std::filesystem::path(testing::TempDir()) / ("out_" + module + ".txt");
  const std::string command = interpreter + " '" + script + "' '" + argument + "' > '" + out.string() + "' 2>&1";
  static_cast<void>(std::system(command.c_str()));
  std::ifstream file(out, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Gexf, IsXmlWithPositionsAsDrawn) {
  const auto path = written("map_xml.gexf", gexf(testing_atlases::hostile()));
  const auto report = python("xml.etree.ElementTree",
                             "import sys, xml.etree.ElementTree as E\n"
                             "ns = {'g': 'http://www.gexf.net/1.2draft', 'v': 'http://www.gexf.net/1.2draft/viz'}\n"
                             "nodes = E.parse(sys.argv[1]).getroot().findall('.//g:node', ns)\n"
                             "p, c, s = (nodes[0].find('v:' + k, ns) for k in ('position', 'color', 'size'))\n"
                             "print(len(nodes), p.get('x'), p.get('y'), c.get('r'), c.get('g'), c.get('b'), s.get('value'))\n"
                             "title = [a.get('value') for a in nodes[0].findall('.//g:attvalue', ns) if a.get('for') == 'title'][0]\n"
                             "print(ascii(title))\n"
                             "title = [a.get('value') for a in nodes[2].findall('.//g:attvalue', ns) if a.get('for') == 'title'][0]\n"
                             "print(ascii(title))\n",
                             path);
  if (report.empty()) GTEST_SKIP() << "/usr/bin/python3 is not installed";
  EXPECT_EQ(report,
            "4 -12.5 -250.25 120 108 254 40\n"
            "'line one\\nline, two\\r\\n\"three\" ]]> </script><img onerror=1>'\n"
            "'bell  nul  fffe  broken \\ufffd\\ufffd end'\n");
}

TEST(Gexf, OpensInNetworkx) {
  const auto path = written("map_networkx.gexf", gexf(testing_atlases::hostile()));
  const auto report = python("networkx",
                             "import sys, networkx\n"
                             "g = networkx.read_gexf(sys.argv[1])\n"
                             "print(g.number_of_nodes(), g.number_of_edges(), g['0']['1']['weight'], g['0']['1']['cosine'])\n"
                             "d = g.nodes['0']\n"
                             "print(d['label'], d['viewers'], d['community'], d['community_label'], 'community' in g.nodes['3'])\n",
                             path);
  if (report.empty()) GTEST_SKIP() << "Debian's python3-networkx is not installed";
  EXPECT_EQ(report,
            "4 3 120.0 0.189737\n"
            "Alpha \"the\" <First> & Co 1000 0 Shooters, <loud> & \"proud\" False\n");
}

ResultsContext context_with_losses() {
  ResultsContext context;
  context.min_channel_viewers = 10;
  context.snapshot_sources = {{"live", 40}, {"vod", 2}};
  context.losses.add("truncated_json", "a.json:3: ends in a string", 5);
  return context;
}

TEST(ResultsJson, HasBothSpellingsAndTheEvidence) {
  const auto path = written("results.json", results_json(testing_atlases::hostile(), context_with_losses()));
  const auto report = python(
      "json",
      "import sys, json\n"
      "r = json.load(open(sys.argv[1], encoding='utf-8'))\n"
      "print(r['timestamp'], r['config']['overlap_threshold'], r['config']['resolution'], r['config']['min_channel_viewers'])\n"
      "g = r['statistics']['graph']; print(g['nodes'], g['num_nodes'], g['edges'], g['num_edges'], g['density'])\n"
      "d = r['statistics']['detection']\n"
      "print(d['num_communities'], d['modularity'], d['community_sizes'], d['largest_community_size'], d['smallest_community_size'])\n"
      "t = r['statistics']['tagging']\n"
      "print(t['labeled_communities'], t['total_labeled'], t['with_clear_game'], t['with_clear_language'], t['uncategorized'])\n"
      "a = r['statistics']['aggregator']\n"
      "print(a['total_channels'], a['total_unique_viewers_per_channel'], a['total_unique_viewers_across_all'], a['snapshot_sources'])\n"
      "print(a['top_channels_by_viewers'][0])\n"
      "print(r['partition']['alpha'], r['partition']['delta'], r['labels']['1'])\n"
      "c = r['communities'][0]; print(c['reason'], c['games'], c['representatives'], c['color'])\n"
      "print(r['losses'], r['provenance']['seed'], r['provenance']['options'], r['provenance']['counts'])\n",
      path);
  if (report.empty()) GTEST_SKIP() << "/usr/bin/python3 is not installed";
  EXPECT_EQ(report,
            "2026-11-22T10:00:00Z 5 1.5 10\n"
            "4 4 3 3 0.5\n"
            "2 0.25 [2, 1] 2 1\n"
            "2 2 1 1 0\n"
            "4 1500 2000 {'live': 40, 'vod': 2}\n"
            "{'channel': 'alpha', 'viewers': 1000}\n"
            "0 -1 German\n"
            "61 % play it [{'value': 'Valorant', 'percent': 61.5, 'map_percent': 12.25}] ['alpha'] #786CFE\n"
            "{'truncated_json': {'count': 5, 'example': 'a.json:3: ends in a string'}} 18446744073709551615 "
            "{'analysis.resolution': '1.5'} {'rows_read': 12345}\n");
}

TEST(ResultsJson, QualityReportOfTheInputStandsWhenGiven) {
  QualityReport quality;
  quality.total_snapshots = 77;
  quality.total_channels = 9;
  quality.one_off_percentage = 12.5;
  ResultsContext context;
  context.quality = &quality;
  const auto json = results_json(testing_atlases::hostile(), context);
  EXPECT_NE(json.find("\"aggregator\":{\"total_snapshots\":77,\"total_channels\":9,"), std::string::npos);
  EXPECT_NE(json.find("\"one_off_percentage\":12.5"), std::string::npos);
}

TEST(ResultsJson, MeasuredGraphHasNoTime) {
  Atlas atlas = testing_atlases::hostile();
  atlas.provenance.window_end.clear();
  EXPECT_TRUE(results_json(atlas, {}).starts_with("{\"timestamp\":null,"));
}

TEST(Exports, AreUtf8AndEqualForEqualInput) {
  const Atlas atlas = testing_atlases::hostile();
  EXPECT_TRUE(is_utf8(gexf(atlas)));
  EXPECT_TRUE(is_utf8(results_json(atlas, {})));
  EXPECT_EQ(gexf(atlas), gexf(testing_atlases::hostile()));
  EXPECT_EQ(results_json(atlas, {}), results_json(testing_atlases::hostile(), {}));
}

TEST(Exports, OfAnEmptyAtlas) {
  const Atlas atlas;
  EXPECT_EQ(parse_csv(nodes_csv(atlas)).size(), 1U);
  EXPECT_EQ(parse_csv(edges_csv(atlas)).size(), 1U);
  EXPECT_NE(gexf(atlas).find("<nodes>\n</nodes>"), std::string::npos);
  EXPECT_NE(results_json(atlas, {}).find("\"partition\":{}"), std::string::npos);
}

}  // namespace
}  // namespace vieweratlas
