#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

/// Helix takes at most so many values of one filter, and gives at most so many entries a page.
inline constexpr std::size_t kHelixBatch = 100;

/// Which live streams; filters of different kinds narrow each other. At most 100 values each.
struct StreamsQuery {
  std::vector<std::string> user_logins;
  std::vector<std::string> game_ids;
  std::vector<std::string> languages;
  std::uint32_t first = kHelixBatch;
  std::string after;  ///< cursor of the page before; empty = the first page
};

/// The recordings of a channel.
struct VideosQuery {
  std::string user_id;
  std::string type = "archive";  ///< "archive", "highlight", "upload", "all"
  std::uint32_t first = kHelixBatch;
  std::string after;
};

/// Requests without credentials, for `authorized`. More than 100 values are a mistake of ours.
[[nodiscard]] HttpRequest streams_request(std::string_view helix_url, const StreamsQuery& query);
[[nodiscard]] HttpRequest users_request(std::string_view helix_url, const std::vector<std::string>& logins,
                                        const std::vector<std::string>& ids);
[[nodiscard]] HttpRequest games_request(std::string_view helix_url, const std::vector<std::string>& names,
                                        const std::vector<std::string>& ids);
[[nodiscard]] HttpRequest videos_request(std::string_view helix_url, const VideosQuery& query);
/// `request` in the name of a token and of the client id that it was made for.
[[nodiscard]] HttpRequest authorized(HttpRequest request, const Secret& token, std::string_view client_id);

struct HelixStream {
  std::string user_id;
  std::string user_login;  ///< lower case
  std::string user_name;
  std::string game_id;
  std::string game_name;
  std::string language;
  std::string title;
  std::optional<std::uint64_t> viewer_count;
  std::optional<UtcMillis> started_at;
};

struct HelixUser {
  std::string id;
  std::string login;  ///< lower case
  std::string display_name;
};

struct HelixGame {
  std::string id;
  std::string name;
};

struct HelixVideo {
  std::string id;
  std::string user_id;
  std::string user_login;  ///< lower case
  std::string title;
  std::string language;
  std::string type;
  std::optional<UtcMillis> created_at;
  std::optional<std::chrono::seconds> duration;
  std::optional<std::uint64_t> view_count;
};

/// One page of a list.
template <typename T>
struct HelixPage {
  std::vector<T> items;
  std::string cursor;              ///< of the next page; empty = this is the last
  std::uint64_t num_unusable = 0;  ///< entries without id, or without what can be a login: left out
};

/// Answers. Unknown fields are passed over, missing ones are empty, numbers may stand in quotes. Errors: those of `error_of` for
/// other answers than 200; corrupt_data (no JSON, or no list `data`).
[[nodiscard]] Result<HelixPage<HelixStream>> parse_streams(const HttpResponse& response);
[[nodiscard]] Result<HelixPage<HelixUser>> parse_users(const HttpResponse& response);
[[nodiscard]] Result<HelixPage<HelixGame>> parse_games(const HttpResponse& response);
[[nodiscard]] Result<HelixPage<HelixVideo>> parse_videos(const HttpResponse& response);

}  // namespace vieweratlas
