#include "support/fake_twitch/world.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unordered_set>
#include <utility>

#include "vieweratlas/core/random.h"

namespace fake_twitch {
namespace {

constexpr std::uint64_t kFirstViewerId = 700'000'000;
constexpr std::uint64_t kFirstChannelId = 40'000'000;

std::string numbered(const char* name, std::uint64_t number, int width) {
  char text[48];
  std::snprintf(text, sizeof text, "%s%0*llu", name, width, static_cast<unsigned long long>(number));
  return text;
}

RoomState state_of(const std::string& name) {
  if (name == "suspended") {
    return RoomState::kSuspended;
  }
  if (name == "banned") {
    return RoomState::kBanned;
  }
  return name == "unknown" ? RoomState::kUnknown : RoomState::kOpen;
}

/// Every viewer of a room once, in an order that the seed shuffles.
void shuffle(std::vector<std::uint32_t>& list, vieweratlas::Random& random) {
  for (std::size_t i = list.size(); i > 1; --i) {
    std::swap(list[i - 1], list[random.below(i)]);
  }
}

}  // namespace

bool Token::has(std::string_view scope) const { return std::find(scopes.begin(), scopes.end(), scope) != scopes.end(); }

std::string World::load_settings(const Json& given) {
  for (const std::string& name : given.keys()) {
    const Json value = given.at(name);
    if (!(value.is_number() ? settings.set(name, value.number()) : settings.set(name, value.text()))) {
      return "there is no setting " + name + " of that type";
    }
  }
  return {};
}

std::uint32_t World::viewer_made(const std::string& login) {
  const auto [found, fresh] = viewer_by_login_.try_emplace(login, static_cast<std::uint32_t>(viewers.size()));
  if (fresh) {
    viewers.push_back(Viewer{std::to_string(kFirstViewerId + viewers.size()), login, login});
  }
  return found->second;
}

std::string World::load_people(const Json& scenario) {
  for (const Json& item : scenario.at("viewers").items()) {
    const std::string login = item.at("login").text();
    if (login.empty()) {
      return "a viewer needs a login";
    }
    Viewer& viewer = viewers[viewer_made(login)];
    viewer.id = item.at("id").text(viewer.id);
    viewer.display_name = item.at("display_name").text(login);
  }
  return {};
}

std::string World::load_channels(const Json& scenario) {
  for (const Json& item : scenario.at("channels").items()) {
    Channel made;
    made.login = item.at("login").text();
    if (made.login.empty()) {
      return "a channel needs a login";
    }
    made.id = item.at("id").text(std::to_string(kFirstChannelId + channels.size()));
    made.room_id = item.at("room_id").text(made.id);
    made.display_name = item.at("display_name").text(made.login);
    made.game = item.at("game").text("Just Chatting");
    made.game_id = item.at("game_id").text("509658");
    made.language = item.at("language").text("en");
    made.title = item.at("title").text("Live from " + made.login);
    made.started_at = item.at("started_at").text("2026-01-05T10:00:00Z");
    made.viewers = item.at("viewers").number(1000 - static_cast<std::int64_t>(channels.size()));
    made.live = item.at("live").flag(true);
    made.state = state_of(item.at("state").text("open"));
    made.weight = item.at("weight").real(1);
    for (const std::string& login : item.at("audience").texts()) {
      made.audience.push_back(viewer_made(login));
    }
    channels.push_back(std::move(made));
  }
  return {};
}

void World::load_tokens(const Json& scenario) {
  for (const Json& item : scenario.at("applications").items()) {
    applications.push_back(Application{item.at("client_id").text(), item.at("client_secret").text()});
  }
  for (const Json& item : scenario.at("tokens").items()) {
    Token made;
    made.text = item.at("token").text();
    made.client_id = item.at("client_id").text("fakeclient");
    made.login = item.at("login").text();
    made.user_id = item.at("user_id").text(made.login.empty() ? "" : user_id(made.login));
    made.scopes = item.at("scopes").texts();
    const std::int64_t life_s = item.at("expires_in").number(settings.token_life_s);
    made.ends = life_s == 0 ? 0 : now_ms() + life_s * 1000;
    const std::string refresh = item.at("refresh_token").text();
    if (!refresh.empty()) {
      refreshes[refresh] = Refresh{made.client_id, made.login, made.user_id, made.scopes};
    }
    tokens[made.text] = made;
  }
}

/// "generate": {"channels": 30, "viewers": 2000, "communities": 4, "audience": [20, 200], "bots": 2}: audiences whose sizes fall like
/// Zipf's, four fifths of each from the channel's own community, and bots that are everywhere.
void World::generate(const Json& plan) {
  vieweratlas::Random random(seed);
  const auto rooms = static_cast<std::uint32_t>(plan.at("channels").number(0));
  const auto people = static_cast<std::uint32_t>(plan.at("viewers").number(1000));
  const auto communities = static_cast<std::uint32_t>(std::max<std::int64_t>(1, plan.at("communities").number(1)));
  const auto bots = static_cast<std::uint32_t>(plan.at("bots").number(0));
  const std::vector<Json> sizes = plan.at("audience").items();
  const double smallest = sizes.size() == 2 ? sizes[0].real(10) : 10;
  const double largest = sizes.size() == 2 ? sizes[1].real(100) : 100;
  const auto first = static_cast<std::uint32_t>(viewers.size());
  for (std::uint32_t i = 0; i < people + bots; ++i) {
    viewer_made(i < people ? numbered("viewer_", i, 5) : numbered("helper_bot_", i - people, 2));
  }
  for (std::uint32_t i = 0; i < rooms; ++i) {
    Channel made;
    made.login = numbered("room_", i, 3);
    made.id = made.room_id = std::to_string(kFirstChannelId + channels.size());
    made.display_name = "Room_" + std::to_string(i);
    made.game = "Game " + std::to_string(i % communities);
    made.game_id = std::to_string(1000 + i % communities);
    made.language = i % communities % 2 == 0 ? "en" : "de";
    made.title = "Playing in " + made.login;
    made.started_at = "2026-01-05T10:00:00Z";
    made.viewers = static_cast<std::int64_t>(10'000.0 / (i + 1)) + rooms - i;
    made.weight = 1.0 / std::sqrt(i + 1.0);
    const auto wanted = static_cast<std::size_t>(std::max(smallest, std::min<double>(people, largest / (i + 1.0))));
    std::unordered_set<std::uint32_t> chosen;
    for (std::size_t tries = 0; chosen.size() < wanted && tries < wanted * 50; ++tries) {
      const auto any = static_cast<std::uint32_t>(random.below(people));
      const std::uint32_t home = any - any % communities + i % communities;
      chosen.insert(first + (random.chance(0.8) && home < people ? home : any));
    }
    made.audience.assign(chosen.begin(), chosen.end());
    std::sort(made.audience.begin(), made.audience.end());
    for (std::uint32_t bot = 0; bot < bots; ++bot) {
      made.audience.push_back(first + people + bot);
    }
    shuffle(made.audience, random);
    channels.push_back(std::move(made));
  }
}

std::string World::load(const Json& scenario) {
  seed = static_cast<std::uint64_t>(scenario.at("seed").number(1));
  max_seconds = scenario.at("max_seconds").number(max_seconds);
  std::string problem = load_settings(scenario.at("settings"));
  if (problem.empty()) {
    problem = load_people(scenario);
  }
  if (problem.empty()) {
    problem = load_channels(scenario);
  }
  if (!problem.empty()) {
    return problem;
  }
  if (scenario.at("generate").there()) {
    generate(scenario.at("generate"));
  }
  index();
  load_tokens(scenario);
  for (const Json& session : scenario.at("shared_chats").items()) {
    std::vector<std::uint32_t> members;
    for (const std::string& login : session.texts()) {
      if (!channel(login)) {
        return "a shared chat names the unknown channel " + login;
      }
      members.push_back(*channel(login));
    }
    shared_chats.push_back(std::move(members));
  }
  for (const std::string& kind : scenario.at("mix").keys()) {
    mix[kind] = scenario.at("mix").at(kind).real();
  }
  return {};
}

void World::make_load(std::uint32_t rooms, std::uint32_t people) {
  channels.clear();
  viewers.clear();
  viewer_by_login_.clear();
  for (std::uint32_t i = 0; i < people; ++i) {
    viewers.push_back(Viewer{std::to_string(kFirstViewerId + i), numbered("viewer", i, 7), numbered("Viewer", i, 7)});
  }
  for (std::uint32_t i = 0; i < rooms; ++i) {
    Channel made;
    made.login = numbered("room", i, 5);
    made.id = made.room_id = std::to_string(kFirstChannelId + i);
    made.display_name = numbered("Room", i, 5);
    made.game = "Game " + std::to_string(i % 40);
    made.game_id = std::to_string(1000 + i % 40);
    made.language = "en";
    made.title = "Under load";
    made.started_at = "2026-01-05T10:00:00Z";
    made.viewers = static_cast<std::int64_t>(100'000.0 / (i + 1)) + rooms - i;
    made.weight = 1.0 / std::sqrt(i + 1.0);
    channels.push_back(std::move(made));
  }
  index();
}

void World::index() {
  channel_by_login_.clear();
  for (std::uint32_t i = 0; i < channels.size(); ++i) {
    channel_by_login_[channels[i].login] = i;
  }
}

std::optional<std::uint32_t> World::channel(std::string_view login) const {
  const auto found = channel_by_login_.find(std::string(login));
  return found == channel_by_login_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint32_t> World::viewer(std::string_view login) const {
  const auto found = viewer_by_login_.find(std::string(login));
  return found == viewer_by_login_.end() ? std::nullopt : std::optional(found->second);
}

const Token* World::token(std::string_view text) const {
  const auto found = tokens.find(text);
  return found != tokens.end() && found->second.good() ? &found->second : nullptr;
}

const Application* World::application(std::string_view id) const {
  const auto found = std::find_if(applications.begin(), applications.end(), [&](const Application& one) { return one.id == id; });
  return found == applications.end() ? nullptr : &*found;
}

std::string World::user_id(std::string_view login) const {
  if (const auto known = channel(login)) {
    return channels[*known].id;
  }
  if (const auto known = viewer(login)) {
    return viewers[*known].id;
  }
  std::uint64_t sum = 0;
  for (const char c : login) {
    sum = vieweratlas::mix64(sum ^ static_cast<unsigned char>(c));
  }
  return std::to_string(900'000'000 + sum % 90'000'000);
}

Token& World::mint(std::string_view client_id, std::string_view login, std::string_view user_id, std::vector<std::string> scopes,
                   Millis life_s) {
  ++minted_;
  Token made;
  made.text = numbered("tokenofthefake", vieweratlas::mix64(seed + minted_) % 10'000'000'000'000'000ULL, 16);
  made.client_id = client_id;
  made.login = login;
  made.user_id = user_id;
  made.scopes = std::move(scopes);
  made.ends = now_ms() + life_s * 1000;
  return tokens[made.text] = made;
}

std::string World::mint_refresh(const Token& token) {
  ++minted_;
  std::string text = numbered("refreshofthefake", vieweratlas::mix64(seed * 31 + minted_) % 10'000'000'000'000'000ULL, 16);
  refreshes[text] = Refresh{token.client_id, token.login, token.user_id, token.scopes};
  return text;
}

}  // namespace fake_twitch
