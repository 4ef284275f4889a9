#include "graph/measured_nodes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/measured_columns.h"

#include "vieweratlas/core/csv.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/losses.h"

namespace vieweratlas::graph_internal {
namespace {

// Spellings of each column, the one preferred first.
constexpr std::array<std::string_view, 3> kId{"id", "login", "channel"};
constexpr std::array<std::string_view, 3> kLabel{"label", "display_name", "name"};
constexpr std::array<std::string_view, 4> kSize{"size", "count", "viewers", "audience"};
constexpr std::array<std::string_view, 1> kViewerCount{"viewer_count"};
constexpr std::array<std::string_view, 2> kGame{"game", "game_name"};
constexpr std::array<std::string_view, 2> kLanguage{"language", "broadcaster_language"};
constexpr std::array<std::string_view, 1> kTitle{"title"};

struct NodeColumns {
  std::optional<std::size_t> id;
  std::optional<std::size_t> label;
  std::optional<std::size_t> size;
  std::optional<std::size_t> viewer_count;
  std::optional<std::size_t> game;
  std::optional<std::size_t> language;
  std::optional<std::size_t> title;
};

NodeColumns node_columns(const Fields& header) {
  NodeColumns columns{.id = column(header, kId),
                      .label = column(header, kLabel),
                      .size = column(header, kSize),
                      .viewer_count = column(header, kViewerCount),
                      .game = column(header, kGame),
                      .language = column(header, kLanguage),
                      .title = column(header, kTitle)};
  if (!columns.id) columns.id = columns.label;
  if (!columns.size) columns.size = columns.viewer_count;
  return columns;
}

/// One row of the nodes file as a channel; the login is the caller's. Bad numbers are counted and taken as not known.
Channel channel_of(const Fields& row, const NodeColumns& columns, const std::string& where, Losses& losses) {
  Channel channel;
  const std::string_view label = field(row, columns.label);
  channel.display_name = sanitise_utf8(label.empty() ? field(row, columns.id) : label);
  const std::string_view size = field(row, columns.size);
  if (const auto audience = whole_number(size)) {
    channel.audience = *audience;
  } else if (!size.empty()) {
    losses.add("bad_size", where + ": size " + quoted(size) + " is no whole number; the audience counts as not known");
  }
  channel.viewer_count = whole_number(field(row, columns.viewer_count)).value_or(0);
  const auto fact = [&](const std::optional<std::size_t>& at) {
    const std::string_view value = field(row, at);
    return value.empty() ? std::vector<WeightedValue>() : std::vector<WeightedValue>{{.value = sanitise_utf8(value), .weight = 1.0}};
  };
  channel.games = fact(columns.game);
  channel.languages = fact(columns.language);
  for (WeightedValue& language : channel.languages) language.value = to_lower(language.value);
  channel.titles = fact(columns.title);
  return channel;
}

}  // namespace

std::uint32_t ChannelTable::find_or_add(std::string_view id) {
  key_.assign(id);
  for (char& c : key_) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (const auto found = by_login_.find(key_); found != by_login_.end()) return found->second;
  // Bytes that are no text may make two ids the same login; then they are one channel.
  const std::string login = sanitise_utf8(key_);
  const auto next = static_cast<std::uint32_t>(channels_.size());
  const auto [entry, is_new] = by_login_.try_emplace(login, next);
  const std::uint32_t channel = entry->second;
  if (login != key_) by_login_.try_emplace(key_, channel);
  if (is_new) {
    Channel added;
    added.login = login;
    added.display_name = sanitise_utf8(id);
    channels_.push_back(std::move(added));
  }
  return channel;
}

Status read_nodes(std::string_view text, std::string_view name, ChannelTable& table, Losses& losses) {
  CsvReader reader(text);
  Fields row;
  if (!reader.next(row)) return {};
  const NodeColumns columns = node_columns(row);
  if (!columns.id) return missing_column(place(name, reader.line()), "id, label and size", row);
  std::vector<bool> described;
  while (reader.next(row)) {
    const std::string where = place(name, reader.line());
    const std::string_view id = field(row, columns.id);
    if (id.empty() || reader.truncated()) {
      losses.add(id.empty() ? "missing_id" : "truncated_row", where + (id.empty() ? ": no id" : ": a quote is not closed"));
      continue;
    }
    const std::uint32_t channel = table.find_or_add(id);
    described.resize(table.channels().size(), false);
    Channel& known = table.channels()[channel];
    Channel read = channel_of(row, columns, where, losses);
    if (described[channel]) {
      losses.add("duplicate_node",
                 where + ": " + quoted(id) + " stands in the file before (letter case aside); the larger audience was kept");
      if (read.audience <= known.audience) continue;
    }
    described[channel] = true;
    read.login = known.login;
    known = std::move(read);
  }
  return {};
}

}  // namespace vieweratlas::graph_internal
