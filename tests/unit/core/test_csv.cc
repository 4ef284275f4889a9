#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/csv.h"

namespace vieweratlas {
namespace {

using testing::ElementsAre;

struct Record {
  std::uint64_t line;
  std::vector<std::string> fields;
};

std::vector<Record> read_all(std::string_view text) {
  CsvReader reader(text);
  std::vector<Record> records;
  std::vector<std::string_view> fields;
  while (reader.next(fields)) records.push_back({reader.line(), {fields.begin(), fields.end()}});
  return records;
}

TEST(CsvReader, ReadsPlainAndQuotedFields) {
  const auto records = read_all("a,b,c\n\"x,1\",\"say \"\"hi\"\"\",\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].fields, ElementsAre("a", "b", "c"));
  EXPECT_THAT(records[1].fields, ElementsAre("x,1", "say \"hi\"", ""));
}

TEST(CsvReader, KnowsLinesAcrossQuotedNewlines) {
  const auto records = read_all("h\r\n\"two\nlines\"\r\nlast");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[1].line, 2U);
  EXPECT_EQ(records[1].fields[0], "two\nlines");
  EXPECT_EQ(records[2].line, 4U);
  EXPECT_EQ(records[2].fields[0], "last");
}

TEST(CsvReader, PassesOverBlankLinesAndTheByteOrderMark) {
  const auto records = read_all(
      "\xEF\xBB\xBF"
      "a,b\n\n\r\n1,2\n\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].fields, ElementsAre("a", "b"));
  EXPECT_EQ(records[1].line, 4U);
}

TEST(CsvReader, IsTolerantOfQuotesInPlainFields) {
  const auto records = read_all("5\" screen,b\n\"a\"junk,c\n");
  EXPECT_THAT(records[0].fields, ElementsAre("5\" screen", "b"));
  EXPECT_THAT(records[1].fields, ElementsAre("a", "c"));
}

TEST(CsvReader, SaysWhenAQuoteStaysOpen) {
  CsvReader reader("a,\"never closed\nb,c\n");
  std::vector<std::string_view> fields;
  ASSERT_TRUE(reader.next(fields));
  EXPECT_TRUE(reader.truncated());
  EXPECT_FALSE(reader.next(fields));
}

RC_GTEST_PROP(Csv, WhatIsWrittenIsRead, (const std::vector<std::string>& texts)) {
  // One field alone that is empty would be a blank line, which is no record.
  RC_PRE(!texts.empty() && !(texts.size() == 1 && texts[0].empty()));
  std::string line;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) line += ',';
    append_csv(line, texts[i]);
  }
  RC_PRE(!line.starts_with("\xEF\xBB\xBF"));
  line += "\r\n";
  const auto records = read_all(line);
  RC_ASSERT(records.size() == 1U);
  RC_ASSERT(records[0].fields == texts);
}

TEST(Csv, FormulasOfSpreadsheetsAreDefused) {
  for (const std::string text : {"=1+1", "+1", "-1", "@x", "\tx", "\rx"}) {
    std::string out;
    append_csv_text(out, text);
    const auto records = read_all(out + "\n");
    EXPECT_EQ(records[0].fields[0], "'" + text);
  }
  std::string plain;
  append_csv_text(plain, "a=b");
  EXPECT_EQ(plain, "a=b");
}

}  // namespace
}  // namespace vieweratlas
