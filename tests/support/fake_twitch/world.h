#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "support/fake_twitch/json.h"
#include "support/fake_twitch/loop.h"
#include "support/fake_twitch/settings.h"

namespace fake_twitch {

enum class RoomState { kOpen, kUnknown, kSuspended, kBanned };

struct Channel {
  std::string id;
  std::string login;
  std::string display_name;
  std::string room_id;  ///< as IRC tells it; another than `id` where the name was given to somebody else
  std::string game;
  std::string game_id;
  std::string language;
  std::string title;
  std::string started_at;
  std::int64_t viewers = 0;
  bool live = true;  ///< listed by /streams
  RoomState state = RoomState::kOpen;
  double weight = 1;                    ///< share of the traffic
  std::vector<std::uint32_t> audience;  ///< viewers, in the order in which they speak first
};

struct Viewer {
  std::string id;
  std::string login;
  std::string display_name;
};

struct Application {
  std::string id;
  std::string secret;
};

struct Token {
  std::string text;
  std::string client_id;
  std::string login;  ///< empty: an application's token
  std::string user_id;
  std::vector<std::string> scopes;
  Millis ends = 0;  ///< 0: never
  bool revoked = false;

  [[nodiscard]] bool good() const { return !revoked && (ends == 0 || now_ms() < ends); }
  [[nodiscard]] bool has(std::string_view scope) const;
};

/// What a refresh token gives; each is good once when refresh tokens rotate.
struct Refresh {
  std::string client_id;
  std::string login;
  std::string user_id;
  std::vector<std::string> scopes;
};

/// What exists: channels, people, applications, tokens. Read from a scenario, changed by the control endpoint.
struct World {
  std::uint64_t seed = 1;
  Millis max_seconds = 120;
  Settings settings;
  std::vector<Channel> channels;
  std::vector<Viewer> viewers;
  std::vector<Application> applications;
  std::map<std::string, Token, std::less<>> tokens;
  std::map<std::string, Refresh, std::less<>> refreshes;
  std::vector<std::vector<std::uint32_t>> shared_chats;  ///< channels of one session each
  std::map<std::string, double, std::less<>> mix;        ///< kind of line -> percent of the traffic; the rest are messages

  /// Reads a scenario; an empty text is none. Returns what is wrong, else an empty text.
  [[nodiscard]] std::string load(const Json& scenario);
  /// `rooms` rooms and `viewers` viewers without audiences of their own, for load.
  void make_load(std::uint32_t rooms, std::uint32_t people);

  [[nodiscard]] std::optional<std::uint32_t> channel(std::string_view login) const;
  [[nodiscard]] std::optional<std::uint32_t> viewer(std::string_view login) const;
  [[nodiscard]] const Token* token(std::string_view text) const;
  [[nodiscard]] const Application* application(std::string_view id) const;
  /// A token that was not there before.
  Token& mint(std::string_view client_id, std::string_view login, std::string_view user_id, std::vector<std::string> scopes, Millis life_s);
  [[nodiscard]] std::string mint_refresh(const Token& token);
  /// The id of an account; made up for names that the scenario does not have.
  [[nodiscard]] std::string user_id(std::string_view login) const;
  void index();

 private:
  std::string load_channels(const Json& scenario);
  std::string load_people(const Json& scenario);
  void load_tokens(const Json& scenario);
  std::string load_settings(const Json& settings);
  std::uint32_t viewer_made(const std::string& login);
  void generate(const Json& plan);

  std::unordered_map<std::string, std::uint32_t> channel_by_login_;
  std::unordered_map<std::string, std::uint32_t> viewer_by_login_;
  std::uint64_t minted_ = 0;
};

}  // namespace fake_twitch
