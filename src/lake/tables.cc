#include "lake/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/columns.h"
#include "lake/parquet_file.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/day.h"

namespace vieweratlas::lake_internal {
namespace {

ParquetOptions options_of(const TablePlace& place) {
  return {
      .metadata = {{"schema_version", std::to_string(kLakeSchemaVersion)}, {"run", place.origin.run}, {"viewer_key", place.origin.key_id}},
      .scratch = place.scratch};
}

/// Writes `rows`, each put into a block by `put`.
template <typename Row, typename Put>
Status write_rows(const TablePlace& place, const std::vector<Column>& columns, std::span<const Row> rows, const Put& put) {
  const FillBlock fill = [&](RowBlock& block) -> Status {
    block.num_rows = std::min(rows.size(), kMaxBlockRows);
    for (const Row& row : rows.first(block.num_rows)) put(row, block);
    rows = rows.subspan(block.num_rows);
    return {};
  };
  return write_parquet(place.path, columns, fill, options_of(place));
}

void put_row(const DayRow& row, RowBlock& block) {
  block.column<std::int64_t>(0).push_back(row.viewer);
  block.column<std::int64_t>(1).push_back(row.channel);
  block.column<std::int32_t>(2).push_back(row.buckets);
  block.column<std::int32_t>(3).push_back(row.messages);
  block.column<std::int32_t>(4).push_back(row.first_min);
  block.column<std::int32_t>(5).push_back(row.last_min);
}

/// Whole numbers of 64 bits without a sign keep their bits.
void put_snapshot(const DaySnapshot& snapshot, RowBlock& block) {
  std::size_t column = 0;
  const auto number = [&](std::uint64_t value) { block.column<std::int64_t>(column++).push_back(static_cast<std::int64_t>(value)); };
  const auto text = [&](const std::string& value) { block.column<std::string_view>(column++).push_back(value); };
  const auto flag = [&](bool value) { block.column<bool>(column++).push_back(value); };
  number(static_cast<std::uint64_t>(snapshot.time_s));
  number(static_cast<std::uint64_t>(snapshot.channel_number));
  text(snapshot.channel);
  text(snapshot.channel_id);
  text(snapshot.display_name);
  text(snapshot.game);
  text(snapshot.language);
  text(snapshot.title);
  text(snapshot.source);
  number(snapshot.content);
  number(snapshot.viewer_count);
  flag(snapshot.has_viewer_count);
  number(snapshot.seconds_observed);
  flag(snapshot.has_seconds_observed);
  number(snapshot.num_viewers);
  number(snapshot.num_duplicates);
}

/// What a channel's snapshots of a day say most often, and last.
struct ChannelFacts {
  LakeChannel channel;
  std::int64_t login_time = 0;
  std::int64_t name_time = 0;
  std::map<std::string_view, std::uint64_t> languages;
  std::map<std::string_view, std::uint64_t> games;
};

void keep_latest(const std::string& text, std::int64_t time, std::string& latest, std::int64_t& latest_time) {
  if (text.empty()) return;
  if (!latest.empty() && (time < latest_time || (time == latest_time && text >= latest))) return;
  latest = text;
  latest_time = time;
}

/// Of several the first by name.
std::string most_frequent(const std::map<std::string_view, std::uint64_t>& counts) {
  const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? std::string() : std::string(most->first);
}

}  // namespace

const std::vector<Column>& presence_columns() {
  static const std::vector<Column> kColumns{{"viewer_id", ColumnType::kInt64}, {"channel_id", ColumnType::kInt64},
                                            {"buckets", ColumnType::kInt32},   {"messages", ColumnType::kInt32},
                                            {"first_min", ColumnType::kInt32}, {"last_min", ColumnType::kInt32}};
  return kColumns;
}

const std::vector<Column>& snapshot_columns() {
  static const std::vector<Column> kColumns{{"time_s", ColumnType::kInt64},
                                            {"channel_id", ColumnType::kInt64},
                                            {"login", ColumnType::kText},
                                            {"platform_id", ColumnType::kText},
                                            {"name", ColumnType::kText},
                                            {"game", ColumnType::kText},
                                            {"language", ColumnType::kText},
                                            {"title", ColumnType::kText},
                                            {"source", ColumnType::kText},
                                            {"content", ColumnType::kInt64},
                                            {"viewer_count", ColumnType::kInt64},
                                            {"has_viewer_count", ColumnType::kBool},
                                            {"seconds_observed", ColumnType::kInt64},
                                            {"has_seconds_observed", ColumnType::kBool},
                                            {"viewers", ColumnType::kInt64},
                                            {"duplicates", ColumnType::kInt64}};
  return kColumns;
}

const std::vector<Column>& channel_columns() {
  static const std::vector<Column> kColumns{{"channel_id", ColumnType::kInt64}, {"platform", ColumnType::kText},
                                            {"login", ColumnType::kText},       {"name", ColumnType::kText},
                                            {"language", ColumnType::kText},    {"game", ColumnType::kText}};
  return kColumns;
}

const std::vector<Column>& login_columns() {
  static const std::vector<Column> kColumns{
      {"login_id", ColumnType::kInt64}, {"viewer_id", ColumnType::kInt64}, {"is_listed", ColumnType::kBool}};
  return kColumns;
}

Status write_presence(const TablePlace& place, DayRowSource& rows) {
  std::span<const DayRow> piece;
  const FillBlock fill = [&](RowBlock& block) -> Status {
    if (piece.empty()) {
      const Result<std::span<const DayRow>> next = rows.next();
      if (!next) return next.error();
      piece = *next;
    }
    block.num_rows = std::min(piece.size(), kMaxBlockRows);
    for (const DayRow& row : piece.first(block.num_rows)) put_row(row, block);
    piece = piece.subspan(block.num_rows);
    return {};
  };
  return write_parquet(place.path, presence_columns(), fill, options_of(place));
}

Status write_snapshots(const TablePlace& place, std::span<const DaySnapshot> snapshots) {
  return write_rows(place, snapshot_columns(), snapshots, put_snapshot);
}

Status write_channels(const TablePlace& place, std::span<const LakeChannel> channels) {
  return write_rows(place, channel_columns(), channels, [](const LakeChannel& channel, RowBlock& block) {
    block.column<std::int64_t>(0).push_back(channel.channel_id);
    std::size_t column = 1;
    for (const std::string* text : {&channel.platform, &channel.login, &channel.name, &channel.language, &channel.game}) {
      block.column<std::string_view>(column++).push_back(*text);
    }
  });
}

Status write_logins(const TablePlace& place, std::span<const DayAlias> logins) {
  return write_rows(place, login_columns(), logins, [](const DayAlias& alias, RowBlock& block) {
    block.column<std::int64_t>(0).push_back(alias.login);
    block.column<std::int64_t>(1).push_back(alias.viewer);
    block.column<bool>(2).push_back(alias.is_listed);
  });
}

std::vector<LakeChannel> channels_of(std::span<const DaySnapshot> snapshots, std::string_view platform) {
  std::map<std::int64_t, ChannelFacts> by_number;
  for (const DaySnapshot& snapshot : snapshots) {
    ChannelFacts& facts = by_number[snapshot.channel_number];
    keep_latest(snapshot.channel, snapshot.time_s, facts.channel.login, facts.login_time);
    keep_latest(snapshot.display_name, snapshot.time_s, facts.channel.name, facts.name_time);
    if (!snapshot.language.empty()) ++facts.languages[snapshot.language];
    if (!snapshot.game.empty()) ++facts.games[snapshot.game];
  }
  std::vector<LakeChannel> channels;
  channels.reserve(by_number.size());
  for (auto& [number, facts] : by_number) {
    facts.channel.channel_id = number;
    facts.channel.platform = platform;
    facts.channel.language = most_frequent(facts.languages);
    facts.channel.game = most_frequent(facts.games);
    channels.push_back(std::move(facts.channel));
  }
  return channels;
}

}  // namespace vieweratlas::lake_internal
