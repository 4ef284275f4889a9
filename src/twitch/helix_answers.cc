#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "twitch/json_value.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/helix.h"
#include "vieweratlas/twitch/irc_session.h"
#include "vieweratlas/twitch/oauth.h"

namespace vieweratlas {
namespace {

using twitch_internal::JsonValue;

std::optional<UtcMillis> moment_of(const JsonValue& value) {
  const std::optional<UtcTime> time = parse_time(value.text());
  if (!time) return std::nullopt;
  return UtcMillis(*time);
}

/// "1h2m3s", as Helix writes the length of a recording.
std::optional<std::chrono::seconds> length_of(std::string_view text) {
  constexpr std::uint64_t kLongest = 366ULL * 86400;
  std::uint64_t total = 0;
  while (!text.empty()) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end == text.data() + text.size() || number > kLongest) return std::nullopt;
    constexpr std::string_view kUnits = "hms";
    constexpr std::uint64_t kSeconds[] = {3600, 60, 1};
    const std::size_t unit = kUnits.find(*end);
    if (unit == std::string_view::npos) return std::nullopt;
    total += number * kSeconds[unit];
    if (total > kLongest) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  }
  return total == 0 ? std::nullopt : std::optional(std::chrono::seconds(total));
}

std::optional<HelixStream> stream_of(const JsonValue& entry) {
  HelixStream stream{.user_id = entry["user_id"].text(),
                     .user_login = to_lower(entry["user_login"].text()),
                     .user_name = entry["user_name"].text(),
                     .game_id = entry["game_id"].text(),
                     .game_name = entry["game_name"].text(),
                     .language = entry["language"].text(),
                     .title = entry["title"].text(),
                     .viewer_count = entry["viewer_count"].count(),
                     .started_at = moment_of(entry["started_at"])};
  if (stream.user_id.empty() || !is_login(stream.user_login)) return std::nullopt;
  return stream;
}

std::optional<HelixUser> user_of(const JsonValue& entry) {
  HelixUser user{.id = entry["id"].text(), .login = to_lower(entry["login"].text()), .display_name = entry["display_name"].text()};
  if (user.id.empty() || !is_login(user.login)) return std::nullopt;
  return user;
}

std::optional<HelixGame> game_of(const JsonValue& entry) {
  HelixGame game{.id = entry["id"].text(), .name = entry["name"].text()};
  if (game.id.empty()) return std::nullopt;
  return game;
}

std::optional<HelixVideo> video_of(const JsonValue& entry) {
  HelixVideo video{.id = entry["id"].text(),
                   .user_id = entry["user_id"].text(),
                   .user_login = to_lower(entry["user_login"].text()),
                   .title = entry["title"].text(),
                   .language = entry["language"].text(),
                   .type = entry["type"].text(),
                   .created_at = moment_of(entry["created_at"]),
                   .duration = length_of(entry["duration"].text()),
                   .view_count = entry["view_count"].count()};
  if (video.id.empty()) return std::nullopt;
  return video;
}

template <typename T>
Result<HelixPage<T>> page_of(const HttpResponse& response, std::string_view what, std::optional<T> (*item_of)(const JsonValue&)) {
  if (response.status != 200) return error_of(response, what);
  const Result<JsonValue> json = JsonValue::parse(response.body);
  if (!json) return Error(json.error()).with_context(what);
  const JsonValue& data = (*json)["data"];
  if (!data.is_array()) return Error{ErrorCode::kCorruptData, fmt::format("{}: the answer has no list; check helix_url", what)};
  HelixPage<T> page;
  page.cursor = (*json)["pagination"]["cursor"].text();
  for (const JsonValue& entry : data.items()) {
    if (std::optional<T> item = item_of(entry)) {
      page.items.push_back(*std::move(item));
    } else {
      ++page.num_unusable;
    }
  }
  return page;
}

}  // namespace

Result<HelixPage<HelixStream>> parse_streams(const HttpResponse& response) {
  return page_of(response, "asking for live streams", stream_of);
}
Result<HelixPage<HelixUser>> parse_users(const HttpResponse& response) { return page_of(response, "asking for users", user_of); }
Result<HelixPage<HelixGame>> parse_games(const HttpResponse& response) { return page_of(response, "asking for games", game_of); }
Result<HelixPage<HelixVideo>> parse_videos(const HttpResponse& response) { return page_of(response, "asking for recordings", video_of); }

}  // namespace vieweratlas
