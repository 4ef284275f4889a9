#include "support/fake_twitch/helix.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <set>
#include <utility>

#include "support/fake_twitch/json.h"

namespace fake_twitch {
namespace {

constexpr std::size_t kMaxFilters = 100;

std::string bearer(const HttpRequest& request) {
  const std::string header = request.header("authorization");
  constexpr std::string_view kScheme = "Bearer ";
  return header.starts_with(kScheme) ? header.substr(kScheme.size()) : "";
}

bool wants(const std::vector<std::string>& filter, std::string_view value) {
  return filter.empty() || std::find(filter.begin(), filter.end(), value) != filter.end();
}

}  // namespace

HttpAnswer error_answer(int status, std::string_view error, std::string_view message) {
  JsonWriter out;
  out.open('{').field("error", error).field("status", status).field("message", message).close('}');
  HttpAnswer answer;
  answer.status = status;
  answer.body = out.take();
  return answer;
}

std::optional<std::string> HttpFaults::meet(std::string_view path) {
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (!path.starts_with(fault->path)) {
      continue;
    }
    if (fault->skip > 0) {
      --fault->skip;
      continue;
    }
    std::string answer = fault->answer;
    if (fault->times > 0 && --fault->times == 0) {
      faults_.erase(fault);
    }
    return answer;
  }
  return std::nullopt;
}

HttpAnswer faulty(std::string_view fault, HttpAnswer answer, const std::string& elsewhere) {
  if (fault == "html") {
    answer.body = "<!DOCTYPE html><html><body>Bad gateway</body></html>";
    answer.type = "text/html";
  } else if (fault == "no_json") {
    answer.body.resize(answer.body.size() / 2);
  } else if (fault == "empty") {
    answer.body.clear();
  } else if (fault == "cut") {
    answer.cut = true;
  } else if (fault == "slow") {
    answer.dribble_ms = 20;
  } else if (fault == "late") {
    answer.delay_ms = 3000;
  } else if (fault == "never") {
    answer.never = true;
  } else if (fault == "reset") {
    answer.reset = true;
  } else if (fault == "huge") {
    answer.body = "[\"" + std::string(std::size_t{9} << 20U, 'x') + "\"]";
  } else if (fault == "redirect") {
    answer = error_answer(302, "Found", "elsewhere");
    answer.headers.emplace_back("Location", elsewhere);
  } else if (fault == "429") {
    answer = error_answer(429, "Too Many Requests", "");
    answer.headers = {{"Ratelimit-Limit", "800"}, {"Ratelimit-Remaining", "0"}, {"Ratelimit-Reset", std::to_string(now_ms() / 1000 + 1)}};
  } else if (fault == "429_bare") {
    answer = error_answer(429, "Too Many Requests", "");
  } else if (fault == "401") {
    answer = error_answer(401, "Unauthorized", "Invalid OAuth token");
  } else {
    int status = 500;
    std::from_chars(fault.data(), fault.data() + fault.size(), status);
    answer = error_answer(status, status == 503 ? "Service Unavailable" : "Internal Server Error", "");
  }
  return answer;
}

Helix::Helix(World& world, Journal& journal) : world_(world), journal_(journal), random_(vieweratlas::Random(world.seed).fork("helix")) {}

std::optional<HttpAnswer> Helix::refuse(const HttpRequest& request) {
  const std::string client = request.header("client-id");
  if (request.header("authorization").empty()) {
    return error_answer(401, "Unauthorized", "OAuth token is missing");
  }
  const Token* token = world_.token(bearer(request));
  if (token == nullptr) {
    return error_answer(401, "Unauthorized", "Invalid OAuth token");
  }
  if (client.empty()) {
    return error_answer(401, "Unauthorized", "Client ID is missing");
  }
  if (token->client_id != client) {
    return error_answer(401, "Unauthorized", "Client ID and OAuth token do not match");
  }
  Bucket& bucket = buckets_[token->login.empty() ? client : client + "+" + token->login];
  if (now_ms() >= bucket.resets) {
    bucket = Bucket{world_.settings.points, now_ms() + world_.settings.points_window_ms};
  }
  if (bucket.left <= 0) {
    HttpAnswer answer = error_answer(429, "Too Many Requests", "");
    spend(answer, token->login.empty() ? client : client + "+" + token->login);
    return answer;
  }
  --bucket.left;
  return std::nullopt;
}

void Helix::spend(HttpAnswer& answer, const std::string& bucket) {
  const Bucket& left = buckets_[bucket];
  answer.headers.emplace_back("Ratelimit-Limit", std::to_string(world_.settings.points));
  answer.headers.emplace_back("Ratelimit-Remaining", std::to_string(std::max<std::int64_t>(0, left.left)));
  answer.headers.emplace_back("Ratelimit-Reset", std::to_string((left.resets + 999) / 1000));
}

HttpAnswer Helix::answer(const HttpRequest& request) {
  if (auto refusal = refuse(request)) {
    return *refusal;
  }
  HttpAnswer answer;
  const std::string_view path = request.path;
  if (path.ends_with("/streams")) {
    answer = streams(request);
  } else if (path.ends_with("/users")) {
    answer = users(request);
  } else if (path.ends_with("/games")) {
    answer = games(request);
  } else if (path.ends_with("/videos")) {
    answer = videos(request);
  } else if (path.ends_with("/chat/chatters")) {
    answer = chatters(request);
  } else if (path.ends_with("/shared_chat/session")) {
    answer = shared_chat(request);
  } else {
    answer = error_answer(404, "Not Found", "");
  }
  const Token* token = world_.token(bearer(request));
  spend(answer, token->login.empty() ? token->client_id : token->client_id + "+" + token->login);
  answer.gzip = world_.settings.gzip != 0;
  return answer;
}

std::vector<std::uint32_t> Helix::listed(const HttpRequest& request) const {
  const auto ids = request.parameters("user_id");
  const auto logins = request.parameters("user_login");
  const auto games = request.parameters("game_id");
  const auto languages = request.parameters("language");
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < world_.channels.size(); ++i) {
    const Channel& channel = world_.channels[i];
    const bool named =
        (ids.empty() && logins.empty()) || (!ids.empty() && wants(ids, channel.id)) || (!logins.empty() && wants(logins, channel.login));
    if (channel.live && named && wants(games, channel.game_id) && wants(languages, channel.language)) {
      found.push_back(i);
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return world_.channels[a].viewers > world_.channels[b].viewers; });
  return found;
}

std::optional<Helix::Page> Helix::page(const HttpRequest& request, const std::vector<std::uint32_t>& all, std::size_t first) {
  const Settings& settings = world_.settings;
  const std::string after = request.parameter("after");
  std::size_t begin = 0;
  std::int64_t number = 1;
  if (!after.empty() && after != "IA") {
    const auto found = cursors_.find(after);
    if (found == cursors_.end() || (settings.cursor_life_ms > 0 && now_ms() - found->second.second > settings.cursor_life_ms)) {
      return std::nullopt;
    }
    begin = found->second.first;
    number = pages_[after];
  }
  Page made;
  const bool empty = settings.empty_page == number;
  const std::size_t rows = empty ? 0 : first - std::min<std::size_t>(first - 1, static_cast<std::size_t>(settings.short_page));
  const std::size_t end = std::min(all.size(), begin + rows);
  made.channels.assign(all.begin() + static_cast<std::ptrdiff_t>(std::min(begin, all.size())),
                       all.begin() + static_cast<std::ptrdiff_t>(end));
  if (settings.loop_after_page == number) {
    made.cursor = "IA";
  } else if (settings.same_cursor != 0 && !after.empty()) {
    made.cursor = after;
  } else if (end < all.size()) {
    const auto back = std::min<std::size_t>(end - begin == 0 ? 0 : end - begin - 1, static_cast<std::size_t>(settings.page_overlap));
    made.cursor = "eyJi" + std::to_string(vieweratlas::mix64(cursors_.size() + world_.seed)) + "In0";
    cursors_[made.cursor] = {end - back + static_cast<std::size_t>(settings.page_gap), now_ms()};
    pages_[made.cursor] = number + 1;
  }
  return made;
}

void Helix::write_stream(JsonWriter& out, std::uint32_t index) {
  const Channel& channel = world_.channels[index];
  std::int64_t viewers = channel.viewers;
  if (const std::int64_t drift = world_.settings.viewer_drift_percent; drift > 0) {
    viewers += viewers * (static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(2 * drift + 1))) - drift) / 100;
  }
  const bool odd = world_.settings.odd_fields != 0;
  out.open('{').field("id", "4" + channel.id).field("user_id", channel.id).field("user_login", channel.login);
  out.field("user_name", channel.display_name).field("game_id", channel.game_id).field("game_name", channel.game).field("type", "live");
  out.field("title", channel.title);
  if (odd && index % 3 == 0) {
    out.key("tags").raw("null").field("viewer_count", std::to_string(viewers)).key("big").raw("9007199254740993");
  } else {
    out.key("tags").raw(odd ? "[]" : R"(["English"])").field("viewer_count", viewers);
  }
  out.field("started_at", channel.started_at).field("language", channel.language);
  out.field("thumbnail_url", "https://static.example/previews/live_user_" + channel.login + "-{width}x{height}.jpg");
  out.key("tag_ids").raw("[]").key("is_mature").flag(false);
  if (odd) {
    out.key("never_heard_of").raw(R"({"a":[1,2,{"b":null}]})");
  }
  out.close('}');
}

HttpAnswer Helix::streams(const HttpRequest& request) {
  const std::string asked = request.parameter("first");
  std::int64_t first = 20;
  if (!asked.empty()) {
    first = -1;
    std::from_chars(asked.data(), asked.data() + asked.size(), first);
  }
  if (first < 1 || first > world_.settings.page_size_cap) {
    return error_answer(400, "Bad Request", "The parameter \"first\" was malformed: the value must be less than or equal to 100");
  }
  for (const char* name : {"user_id", "user_login", "game_id", "language"}) {
    if (request.parameters(name).size() > kMaxFilters) {
      return error_answer(400, "Bad Request", std::string("The parameter \"") + name + "\" was malformed: too many values");
    }
  }
  const auto made = page(request, listed(request), static_cast<std::size_t>(first));
  if (!made) {
    return error_answer(400, "Bad Request", "Invalid cursor");
  }
  JsonWriter out;
  out.open('{').key("data").open('[');
  for (const std::uint32_t channel : made->channels) {
    write_stream(out, channel);
  }
  out.close(']');
  if (world_.settings.no_pagination == 0) {
    out.key("pagination").open('{');
    if (!made->cursor.empty()) {
      out.field("cursor", made->cursor);
    }
    out.close('}');
  }
  out.close('}');
  HttpAnswer answer;
  answer.body = out.take();
  return answer;
}

HttpAnswer Helix::users(const HttpRequest& request) {
  const auto ids = request.parameters("id");
  const auto logins = request.parameters("login");
  if (ids.size() + logins.size() > kMaxFilters) {
    return error_answer(400, "Bad Request", "The sum of \"id\" and \"login\" must not exceed 100");
  }
  JsonWriter out;
  out.open('{').key("data").open('[');
  // The order of the question is not kept, and who is unknown is left out.
  const auto write = [&](const std::string& id, const std::string& login, const std::string& name) {
    out.open('{').field("id", id).field("login", login).field("display_name", name).field("type", "").field("broadcaster_type", "");
    out.field("description", "").field("created_at", "2016-12-14T20:32:28Z").close('}');
  };
  for (auto channel = world_.channels.rbegin(); channel != world_.channels.rend(); ++channel) {
    if ((!ids.empty() && wants(ids, channel->id)) || (!logins.empty() && wants(logins, channel->login))) {
      write(channel->id, channel->login, channel->display_name);
    }
  }
  for (const Viewer& viewer : world_.viewers) {
    if ((!ids.empty() && wants(ids, viewer.id)) || (!logins.empty() && wants(logins, viewer.login))) {
      write(viewer.id, viewer.login, viewer.display_name);
    }
  }
  if (ids.empty() && logins.empty()) {
    const Token* token = world_.token(bearer(request));
    write(token->user_id, token->login, token->login);
  }
  HttpAnswer answer;
  answer.body = out.close(']').close('}').take();
  return answer;
}

HttpAnswer Helix::games(const HttpRequest& request) {
  const auto ids = request.parameters("id");
  const auto names = request.parameters("name");
  if (ids.size() + names.size() > kMaxFilters || (ids.empty() && names.empty())) {
    return error_answer(400, "Bad Request", "Must provide 1 to 100 of \"id\", \"name\"");
  }
  JsonWriter out;
  out.open('{').key("data").open('[');
  std::set<std::string> told;
  for (const Channel& channel : world_.channels) {
    const bool wanted = (!ids.empty() && wants(ids, channel.game_id)) || (!names.empty() && wants(names, channel.game));
    if (wanted && told.insert(channel.game_id).second) {
      out.open('{').field("id", channel.game_id).field("name", channel.game).field("igdb_id", "").close('}');
    }
  }
  HttpAnswer answer;
  answer.body = out.close(']').key("pagination").open('{').close('}').close('}').take();
  return answer;
}

HttpAnswer Helix::videos(const HttpRequest& request) {
  const std::string user = request.parameter("user_id");
  if (user.empty() && request.parameter("id").empty() && request.parameter("game_id").empty()) {
    return error_answer(400, "Bad Request", "Must provide one of the following query params: user ID, video ID, game ID");
  }
  const auto ids = request.parameters("id");
  JsonWriter out;
  out.open('{').key("data").open('[');
  for (const Channel& channel : world_.channels) {
    for (int i = 0; i < 2; ++i) {
      const std::string id = channel.id + std::to_string(i);
      if (channel.id == user || (!ids.empty() && wants(ids, id))) {
        out.open('{')
            .field("id", id)
            .field("user_id", channel.id)
            .field("user_login", channel.login)
            .field("user_name", channel.display_name);
        out.field("title", channel.title).field("created_at", channel.started_at).field("published_at", channel.started_at);
        out.field("url", "https://www.twitch.tv/videos/" + id).field("viewable", "public").field("view_count", 1000 + i);
        out.field("language", channel.language).field("type", "archive").field("duration", "3h21m33s").close('}');
      }
    }
  }
  HttpAnswer answer;
  answer.body = out.close(']').key("pagination").open('{').close('}').close('}').take();
  return answer;
}

HttpAnswer Helix::chatters(const HttpRequest& request) {
  const Token* token = world_.token(bearer(request));
  const std::string broadcaster = request.parameter("broadcaster_id");
  if (!token->has("moderator:read:chatters")) {
    return error_answer(401, "Unauthorized", "Missing scope: moderator:read:chatters");
  }
  if (broadcaster != token->user_id) {
    return error_answer(403, "Forbidden", "The ID in moderator_id must be one of the broadcaster's moderators.");
  }
  JsonWriter out;
  std::int64_t total = 0;
  out.open('{').key("data").open('[');
  for (const Channel& channel : world_.channels) {
    for (const std::uint32_t viewer : channel.id == broadcaster ? channel.audience : std::vector<std::uint32_t>{}) {
      const Viewer& one = world_.viewers[viewer];
      out.open('{').field("user_id", one.id).field("user_login", one.login).field("user_name", one.display_name).close('}');
      ++total;
    }
  }
  HttpAnswer answer;
  answer.body = out.close(']').key("pagination").open('{').close('}').field("total", total).close('}').take();
  return answer;
}

HttpAnswer Helix::shared_chat(const HttpRequest& request) {
  const std::string broadcaster = request.parameter("broadcaster_id");
  JsonWriter out;
  out.open('{').key("data").open('[');
  for (std::size_t i = 0; i < world_.shared_chats.size(); ++i) {
    const auto& session = world_.shared_chats[i];
    if (std::none_of(session.begin(), session.end(), [&](std::uint32_t c) { return world_.channels[c].id == broadcaster; })) {
      continue;
    }
    out.open('{').field("session_id", "session" + std::to_string(i)).field("host_broadcaster_id", world_.channels[session.front()].id);
    out.key("participants").open('[');
    for (const std::uint32_t channel : session) {
      out.open('{').field("broadcaster_id", world_.channels[channel].id).close('}');
    }
    out.close(']').close('}');
  }
  HttpAnswer answer;
  answer.body = out.close(']').close('}').take();
  return answer;
}

}  // namespace fake_twitch
