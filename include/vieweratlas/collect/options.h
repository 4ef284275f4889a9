#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vieweratlas/core/secret.h"

namespace vieweratlas {

/// How chats are listened to: docs/collecting.md says what is documented by the platform and what is not.
enum class ChatMode : std::uint8_t {
  kAccount,    ///< one account, at most 95 rooms at once, rotating
  kAnonymous,  ///< anonymous connections, at most 90 rooms each: undocumented
};

enum class RoundFormat : std::uint8_t { kNdjsonZst, kJson, kCsv };

/// Where the platform is. Tokens go to other hosts than the defaults only when the operator names them here.
struct Endpoints {
  std::string irc_host = "irc.chat.twitch.tv";
  std::uint32_t irc_port = 6697;
  bool irc_tls = true;
  std::string helix_url = "https://api.twitch.tv/helix";
  std::string id_url = "https://id.twitch.tv/oauth2";
  std::filesystem::path ca_file;  ///< empty = the system's certificates
};

/// What the operator gave of credentials, normalised (no "oauth:", no "Bearer ").
struct Credentials {
  std::string client_id;
  Secret client_secret;
  Secret token;
};

struct RosterOptions {
  std::uint32_t top_channels = 5000;
  std::vector<std::string> channels;    ///< own list; empty = the channels file, else the top channels
  std::filesystem::path channels_file;  ///< empty = none
  std::vector<std::string> languages;   ///< ISO 639-1; empty = all
  std::vector<std::string> games;       ///< names or ids; empty = all
  std::uint64_t min_viewers = 0;
  std::filesystem::path opt_out_file;  ///< channels (login or id) that are never joined; obeyed always
  std::chrono::seconds refresh{420};   ///< between two looks at Helix
  std::uint32_t shard = 0;             ///< 0-based
  std::uint32_t shards = 1;
};

struct ChatOptions {
  ChatMode mode = ChatMode::kAccount;
  std::uint32_t rooms_per_connection = 90;  ///< at most
  std::uint32_t max_rooms = 95;             ///< of an account; anonymous: of all connections
  std::chrono::seconds dwell{60};           ///< shortest stay in a room while others wait
  bool membership = false;
};

struct RoundOptions {
  std::chrono::seconds length{3600};
  bool align_to_hour = true;  ///< windows begin at multiples of the length since midnight UTC, else at the start
  std::vector<RoundFormat> formats{RoundFormat::kNdjsonZst};
  bool store_logins = false;
  bool daily_snapshot = false;            ///< only the first snapshot of each channel and UTC day is kept
  std::uint64_t max_viewers = 4'000'000;  ///< of one round held in memory; further ones are lost and counted
};

struct CollectOptions {
  std::filesystem::path data_dir = "logs";  ///< raw/snapshots/..., raw/chatter_logs/..., state/
  std::filesystem::path private_dir;        ///< viewer.key, tokens.json, owner-only; outside of the data on purpose
  Endpoints endpoints;
  Credentials credentials;
  RosterOptions roster;
  ChatOptions chat;
  RoundOptions round;
  std::chrono::seconds max_runtime{0};  ///< 0 = no limit
  std::uint64_t max_rounds = 0;         ///< 0 = no limit
  std::uint32_t retention_days = 0;     ///< 0 = for ever
  std::chrono::seconds finish{8};       ///< for storing the last rounds at the end; a service manager grants ten before it kills
  std::string metrics_address = "127.0.0.1";
  std::uint32_t metrics_port = 0;  ///< 0 = no server
};

}  // namespace vieweratlas
