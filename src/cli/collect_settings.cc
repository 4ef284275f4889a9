#include "cli/collect_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/twitch/token.h"

namespace vieweratlas {
namespace {

constexpr std::uint32_t kMaxRoomsOfConnection = 90;
constexpr std::uint32_t kMaxRoomsOfAccount = 95;
constexpr std::chrono::seconds kFinishOverANetwork{90};  // of the 110 that a container platform can be told to wait

Error invalid(std::string sentence) { return Error{ErrorCode::kInvalidArgument, std::move(sentence)}; }

/// A credential that stands in an option or in a file; empty when in neither.
Result<Secret> credential(std::string_view name, std::string_view value, const std::filesystem::path& file) {
  if (file.empty()) return Secret(trim(value));
  if (!value.empty()) return invalid(fmt::format("collection.{0} and collection.{0}_file are both set; keep one of them", name));
  const Result<std::string> text = read_file(file);
  if (!text) return Error(text.error()).with_context(fmt::format("collection.{}_file", name));
  if (trim(*text).empty()) return invalid(fmt::format("collection.{}_file: {} is empty", name, printable(file.string())));
  return Secret(trim(*text));
}

Result<Credentials> credentials_of(const CollectionSettings& settings) {
  const Result<Secret> token = credential("oauth_token", settings.oauth_token.reveal(), settings.oauth_token_file);
  if (!token) return token.error();
  const Result<Secret> client_id = credential("client_id", settings.client_id, settings.client_id_file);
  if (!client_id) return client_id.error();
  Result<Secret> client_secret = credential("client_secret", settings.client_secret.reveal(), settings.client_secret_file);
  if (!client_secret) return client_secret.error();
  Credentials credentials{.client_id = std::string(client_id->reveal()), .client_secret = *std::move(client_secret), .token = {}};
  for (const std::string_view text : {std::string_view(credentials.client_id), credentials.client_secret.reveal()}) {
    if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= '\x7f'; })) {
      return invalid("the client id or the client secret has blanks or line breaks inside; copy it again");
    }
  }
  if (!token->empty()) {
    Result<Secret> bare = bare_token(token->reveal());
    if (!bare) return std::move(bare).error().with_context("collection.oauth_token");
    credentials.token = *std::move(bare);
  }
  return credentials;
}

Result<std::string> address(std::string_view name, std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  const bool clean = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '@'; });
  const bool absolute = (url.starts_with("https://") && url.size() > 8) || (url.starts_with("http://") && url.size() > 7);
  if (clean && absolute) return std::string(url);
  return invalid(fmt::format("collection.{} must be an address such as https://host/path, not \"{}\"", name, printable(url, 80)));
}

Result<Endpoints> endpoints_of(const CollectionSettings& settings) {
  Result<std::string> helix = address("helix_url", settings.helix_url);
  if (!helix) return std::move(helix).error();
  Result<std::string> id = address("id_url", settings.id_url);
  if (!id) return std::move(id).error();
  if (settings.irc_host.empty()) return invalid("collection.irc_host must not be empty");
  return Endpoints{.irc_host = settings.irc_host,
                   .irc_port = settings.irc_port,
                   .irc_tls = settings.irc_tls,
                   .helix_url = *std::move(helix),
                   .id_url = *std::move(id),
                   .ca_file = settings.ca_file};
}

RosterOptions roster_of(const CollectionSettings& settings) {
  return RosterOptions{.top_channels = settings.top_channels_limit,
                       .channels = settings.channels,
                       .channels_file = settings.channels_file,
                       .languages = settings.languages,
                       .games = settings.games,
                       .min_viewers = settings.min_viewers,
                       .opt_out_file = settings.opt_out_file,
                       .refresh = settings.roster_refresh,
                       .shard = settings.shard.index,
                       .shards = settings.shard.count};
}

/// What the operator, the mode and the platform's documents allow, whichever is least.
std::uint32_t max_rooms_of(const CollectionSettings& settings) {
  const std::uint32_t asked = settings.max_rooms == 0 ? std::numeric_limits<std::uint32_t>::max() : settings.max_rooms;
  if (settings.mode == ChatMode::kAnonymous) return asked;
  return std::min({asked, settings.batch_size, kMaxRoomsOfAccount});
}

/// The length of a round; settings that set both of its options are refused earlier.
std::chrono::seconds interval_of(const CollectionSettings& settings) {
  const CollectionSettings standard;
  if (settings.interval_minutes != standard.interval_minutes) return std::chrono::minutes(settings.interval_minutes);
  return std::chrono::seconds(settings.interval_s);
}

}  // namespace

Result<std::filesystem::path> private_dir_of(const CollectionSettings& settings, const Environment& environment) {
  if (!settings.private_dir.empty()) return settings.private_dir;
  const auto value = [&](std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::filesystem::path() : std::filesystem::path(found->second);
  };
  // Relative folders do not count, as the XDG base directory specification says.
  if (const std::filesystem::path config = value("XDG_CONFIG_HOME"); config.is_absolute()) return config / "vieweratlas";
  if (const std::filesystem::path home = value("HOME"); home.is_absolute()) return home / ".config" / "vieweratlas";
  return invalid("there is no HOME to keep keys and tokens in; set collection.private_dir to a folder that only you can read");
}

Result<CollectOptions> collect_options(const Settings& settings, const Environment& environment) {
  const CollectionSettings& collection = settings.collection;
  CollectOptions options;
  options.data_dir = collection.logs_dir;
  Result<std::filesystem::path> private_dir = private_dir_of(collection, environment);
  if (!private_dir) return std::move(private_dir).error();
  options.private_dir = *std::move(private_dir);
  Result<Endpoints> endpoints = endpoints_of(collection);
  if (!endpoints) return std::move(endpoints).error();
  options.endpoints = *std::move(endpoints);
  Result<Credentials> credentials = credentials_of(collection);
  if (!credentials) return std::move(credentials).error();
  options.credentials = *std::move(credentials);
  options.roster = roster_of(collection);
  options.chat.rooms_per_connection = std::min(collection.batch_size, kMaxRoomsOfConnection);
  options.chat.mode = collection.mode;
  options.chat.max_rooms = max_rooms_of(collection);
  options.chat.membership = collection.membership;
  options.chat.dwell = std::chrono::seconds(collection.duration_per_batch_s);
  options.round.length = interval_of(collection);
  options.round.align_to_hour = collection.wait_for_hour_alignment;
  options.round.formats = collection.formats;
  options.round.store_logins = collection.store_logins;
  options.round.daily_snapshot = collection.daily_snapshot;
  options.retention_days = collection.retention_days;
  options.finish = collection.finish_timeout.value_or(settings.storage.type == StoreKind::kS3 ? kFinishOverANetwork : options.finish);
  options.metrics_port = collection.metrics_port;
  options.metrics_address = collection.metrics_address;
  options.max_runtime = std::chrono::seconds(std::llround(collection.max_runtime_hours * 3600));
  options.max_rounds = collection.max_cycles;
  return options;
}

}  // namespace vieweratlas
