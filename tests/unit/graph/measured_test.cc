#include "vieweratlas/graph/measured.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas {
namespace {

MeasuredGraph must_read(std::string_view edges, std::string_view nodes = {}, std::uint32_t min_shared = 1) {
  auto result = read_measured_graph(edges, "edges.csv", nodes, "nodes.csv", min_shared);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return std::move(result).value();
}

Error must_fail(std::string_view edges, std::string_view nodes = {}, std::uint32_t min_shared = 1) {
  auto result = read_measured_graph(edges, "edges.csv", nodes, "nodes.csv", min_shared);
  EXPECT_FALSE(result.ok());
  return result.ok() ? Error{} : std::move(result).error();
}

std::string example(const MeasuredGraph& graph, std::string_view reason) {
  const auto found = graph.losses.by_reason().find(reason);
  return found == graph.losses.by_reason().end() ? "" : std::to_string(found->second.count) + "x " + found->second.example;
}

TEST(MeasuredGraph, GephisFiles) {
  const MeasuredGraph read = must_read(
      "source,target,weight\n"
      "small,big,30\n"
      "big,middle,40\n",
      "id,label,size\n"
      "small,Small,50\n"
      "big,BIG 加藤,500\n"
      "middle,Middle,100\n"
      "alone,Alone,60\n");
  ASSERT_EQ(read.channels.size(), 4U);
  EXPECT_EQ(read.channels[0].login, "big");
  EXPECT_EQ(read.channels[0].display_name, "BIG 加藤");
  EXPECT_EQ(read.channels[0].audience, 500U);
  EXPECT_EQ(read.channels[1].login, "middle");
  EXPECT_EQ(read.channels[2].login, "alone");
  EXPECT_EQ(read.channels[3].login, "small");
  EXPECT_EQ(read.graph.offsets, (std::vector<std::uint64_t>{0, 2, 3, 3, 4}));
  EXPECT_EQ(read.graph.neighbours, (std::vector<std::uint32_t>{1, 3, 0, 0}));
  EXPECT_EQ(read.graph.shared, (std::vector<std::uint32_t>{40, 30, 40, 30}));
  EXPECT_EQ(read.graph.audience, (std::vector<std::uint64_t>{500, 100, 60, 50}));
  EXPECT_TRUE(read.graph.newman.empty());
  EXPECT_EQ(read.graph.total_viewers, 0U);
  EXPECT_EQ(read.max_shared, 40U);
  EXPECT_EQ(read.num_rows, 2U);
  EXPECT_TRUE(read.losses.empty());
}

TEST(MeasuredGraph, AnyCaseOrderAndFurtherColumns) {
  const MeasuredGraph read = must_read(
      "\xEF\xBB\xBFWeight,Type,TARGET, Source \r\n"
      "7.0,Undirected,B,a\r\n"
      "1.2E1,Undirected,c,A\r\n",
      "Title,COUNT,Language,Game,ID,viewer_count\r\n"
      "\"hello, \"\"you\"\"\",9,EN-gb,Chess,A,4\r\n");
  ASSERT_EQ(read.channels.size(), 3U);
  const Channel& channel = read.channels[0];
  EXPECT_EQ(channel.login, "a");
  EXPECT_EQ(channel.display_name, "A");
  EXPECT_EQ(channel.audience, 9U);
  EXPECT_EQ(channel.viewer_count, 4U);
  EXPECT_EQ(channel.top_game(), "Chess");
  EXPECT_EQ(channel.top_language(), "en-gb");
  EXPECT_EQ(channel.top_title(), "hello, \"you\"");
  EXPECT_EQ(read.graph.shared, (std::vector<std::uint32_t>{7, 12, 7, 12}));
  EXPECT_EQ(read.channels[1].audience, 0U) << "only an edge names it: not known";
  EXPECT_EQ(read.channels[1].display_name, "B");
}

TEST(MeasuredGraph, OurOwnTableOfNodes) {
  // `viewers` is the audience, `viewer_count` the platform's number.
  const MeasuredGraph read = must_read("source,target,weight\na,b,2\n", "id,viewers,viewer_count,game,title\na,30,7,Chess,hi\nb,20,0,,\n");
  EXPECT_EQ(read.channels[0].audience, 30U);
  EXPECT_EQ(read.channels[0].viewer_count, 7U);
  EXPECT_TRUE(read.channels[1].games.empty());
}

TEST(MeasuredGraph, LetterCaseMakesNoTwoChannels) {
  const MeasuredGraph read = must_read(
      "source,target,weight\n"
      "Shiv,shiv,5\n"
      "Shiv,other,6\n"
      "OTHER,shiv,9\n",
      "id,label,size\nshiv,shiv,10\nSHIV,Shiv!,40\nShiv,third,1\n");
  ASSERT_EQ(read.channels.size(), 2U);
  EXPECT_EQ(read.channels[0].login, "shiv");
  EXPECT_EQ(read.channels[0].display_name, "Shiv!") << "of the row with the larger audience";
  EXPECT_EQ(read.channels[0].audience, 40U);
  EXPECT_EQ(read.graph.num_edges(), 1U);
  EXPECT_EQ(read.graph.shared[0], 9U) << "the larger of parallel edges";
  EXPECT_EQ(example(read, "self_loop"), "1x edges.csv:2: \"Shiv\" is joined to itself");
  EXPECT_EQ(example(read, "parallel_edge"), "1x edges.csv:3: these two channels are joined elsewhere, too; the larger weight was kept");
  EXPECT_EQ(example(read, "duplicate_node"),
            "2x nodes.csv:3: \"SHIV\" stands in the file before (letter case aside); the larger audience was kept");
}

TEST(MeasuredGraph, BadRowsAreCountedByReasonWithFileAndLine) {
  const MeasuredGraph read = must_read(
      "source,target,weight\n"
      "a,b,many\n"
      "a,b,-3\n"
      "a,b,2.5\n"
      "a,b,0\n"
      "a,b,4294967296\n"
      "a,b\n"
      ",b,3\n"
      "a,,3\n"
      "a,b,3\n"
      "a,c,\"4\n",
      "id,label,size\na,A,lots\n,B,3\n");
  EXPECT_EQ(read.num_rows, 10U);
  EXPECT_EQ(read.graph.num_edges(), 1U);
  EXPECT_EQ(example(read, "bad_weight"), "6x edges.csv:2: weight \"many\" is no whole number of viewers from 1 to 4294967295");
  EXPECT_EQ(example(read, "missing_id"), "3x edges.csv:8: no source");
  EXPECT_EQ(example(read, "truncated_row"), "1x edges.csv:11: a quote is not closed");
  EXPECT_EQ(example(read, "bad_size"), "1x nodes.csv:2: size \"lots\" is no whole number; the audience counts as not known");
}

TEST(MeasuredGraph, ErrorsSayWhereAndWhat) {
  const Error header = must_fail("a,b,5\nb,c,6\n");
  EXPECT_EQ(header.code, ErrorCode::kCorruptData);
  EXPECT_EQ(header.message,
            "edges.csv:1: the first line must name the columns source, target and weight, separated by commas; found: a, b, 5");
  const Error nodes = must_fail("source,target,weight\na,b,1\n", "\nweird;header\n1;2\n");
  EXPECT_EQ(nodes.code, ErrorCode::kCorruptData);
  EXPECT_NE(nodes.message.find("nodes.csv:2: "), std::string::npos) << nodes.message;
  const Error weights = must_fail("source,target,weight\na,b,x\nb,c,y\n");
  EXPECT_EQ(weights.code, ErrorCode::kCorruptData);
  EXPECT_NE(weights.message.find("edges.csv:2: weight \"x\""), std::string::npos) << weights.message;
  EXPECT_NE(weights.message.find("every row"), std::string::npos) << weights.message;
  for (const std::string_view empty : {"", "\n\n", "source,target,weight\n", "source,target,weight\na,a,5\n"}) {
    const Error none = must_fail(empty);
    EXPECT_EQ(none.code, ErrorCode::kNoData);
    EXPECT_NE(none.message.find("edges.csv"), std::string::npos);
  }
  EXPECT_EQ(must_fail("source,target,weight\na,b,1\n", "", 0).code, ErrorCode::kInvalidArgument);
}

TEST(MeasuredGraph, ThresholdKeepsNodesAndTheLargestOverlap) {
  const MeasuredGraph read = must_read("source,target,weight\na,b,5\nb,c,9\n", "", 6);
  EXPECT_EQ(read.graph.num_edges(), 1U);
  EXPECT_EQ(read.channels.size(), 3U);
  const MeasuredGraph none = must_read("source,target,weight\na,b,5\nb,c,9\n", "", 10);
  EXPECT_EQ(none.graph.num_edges(), 0U);
  EXPECT_EQ(none.max_shared, 9U);
}

TEST(MeasuredGraph, HostileNamesBecomeText) {
  const MeasuredGraph read = must_read("source,target,weight\na\xFF,a\xFE,3\n\"x\x01\",a\xFE,4\n");
  ASSERT_EQ(read.channels.size(), 2U) << "two ids that are the same once made readable are one channel";
  for (const Channel& channel : read.channels) {
    EXPECT_TRUE(is_utf8(channel.login));
    EXPECT_TRUE(is_utf8(channel.display_name));
    EXPECT_EQ(channel.login.find('\x01'), std::string::npos);
  }
}

TEST(MeasuredGraph, OrderOfRowsChangesNothing) {
  const MeasuredGraph a = must_read("source,target,weight\na,b,5\nb,c,9\nc,d,9\n", "id,size\na,5\nb,9\nc,9\nd,1\n");
  const MeasuredGraph b = must_read("source,target,weight\nd,c,9\nc,b,9\nb,a,5\n", "id,size\nd,1\nc,9\nb,9\na,5\n");
  EXPECT_EQ(a.graph.offsets, b.graph.offsets);
  EXPECT_EQ(a.graph.neighbours, b.graph.neighbours);
  EXPECT_EQ(a.graph.shared, b.graph.shared);
  for (std::size_t i = 0; i < a.channels.size(); ++i) EXPECT_EQ(a.channels[i].login, b.channels[i].login);
}

}  // namespace
}  // namespace vieweratlas
