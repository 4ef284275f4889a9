#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/helix.h"

namespace vieweratlas {
namespace {

/// Builds the address of a GET.
class Address {
 public:
  Address(std::string_view helix_url, std::string_view path) : url_(fmt::format("{}/{}", helix_url, path)) {}

  Address& add(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    url_ += fmt::format("{}{}={}", separator_, name, percent_encoded(value));
    separator_ = '&';
    return *this;
  }
  /// Several values are the same name several times.
  Address& add(std::string_view name, const std::vector<std::string>& values) {
    VA_CHECK(values.size() <= kHelixBatch);
    for (const std::string& value : values) add(name, value);
    return *this;
  }
  [[nodiscard]] HttpRequest get() const {
    HttpRequest request;
    request.url = url_;
    return request;
  }

 private:
  std::string url_;
  char separator_ = '?';
};

}  // namespace

HttpRequest streams_request(std::string_view helix_url, const StreamsQuery& query) {
  return Address(helix_url, "streams")
      .add("type", "live")
      .add("first", fmt::format("{}", query.first))
      .add("user_login", query.user_logins)
      .add("game_id", query.game_ids)
      .add("language", query.languages)
      .add("after", query.after)
      .get();
}

HttpRequest users_request(std::string_view helix_url, const std::vector<std::string>& logins, const std::vector<std::string>& ids) {
  VA_CHECK(logins.size() + ids.size() <= kHelixBatch);
  return Address(helix_url, "users").add("login", logins).add("id", ids).get();
}

HttpRequest games_request(std::string_view helix_url, const std::vector<std::string>& names, const std::vector<std::string>& ids) {
  VA_CHECK(names.size() + ids.size() <= kHelixBatch);
  return Address(helix_url, "games").add("name", names).add("id", ids).get();
}

HttpRequest videos_request(std::string_view helix_url, const VideosQuery& query) {
  return Address(helix_url, "videos")
      .add("user_id", query.user_id)
      .add("type", query.type)
      .add("first", fmt::format("{}", query.first))
      .add("after", query.after)
      .get();
}

HttpRequest authorized(HttpRequest request, const Secret& token, std::string_view client_id) {
  request.headers.push_back({.name = "Authorization", .value = fmt::format("Bearer {}", token.reveal())});
  request.headers.push_back({.name = "Client-Id", .value = std::string(client_id)});
  return request;
}

}  // namespace vieweratlas
