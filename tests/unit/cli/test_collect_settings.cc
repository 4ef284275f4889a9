#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "cli/collect_settings.h"
#include "cli/configuration.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Environment kHome{{"HOME", "/users/somebody"}};

Settings settings_of(const Environment& environment) {
  const Result<Configuration> configuration =
      load_configuration({.base = "", .environment = environment, .flags = {}, .dotenv = "/nonexistent/.env"});
  EXPECT_TRUE(configuration.ok()) << (configuration.ok() ? "" : configuration.error().message);
  return configuration.ok() ? configuration->settings : Settings{};
}

CollectOptions options_of(const Environment& environment) {
  const Result<CollectOptions> options = collect_options(settings_of(environment), kHome);
  EXPECT_TRUE(options.ok()) << (options.ok() ? "" : options.error().message);
  return options.ok() ? *options : CollectOptions{};
}

std::string error_of(const Environment& environment, const Environment& place = kHome) {
  const Result<CollectOptions> options = collect_options(settings_of(environment), place);
  return options.ok() ? "no error" : options.error().message;
}

TEST(CollectSettings, DefaultsAreWithinTheDocumentedLimits) {
  const CollectOptions options = options_of({});
  EXPECT_EQ(options.data_dir, "logs");
  EXPECT_EQ(options.roster.top_channels, 5000U);
  EXPECT_TRUE(options.roster.channels_file.empty());
  EXPECT_EQ(options.chat.rooms_per_connection, 90U);
  EXPECT_EQ(options.chat.max_rooms, 95U);
  EXPECT_EQ(options.chat.dwell, std::chrono::seconds(60));
  EXPECT_EQ(options.round.length, std::chrono::hours(1));
  EXPECT_TRUE(options.round.align_to_hour);
  EXPECT_EQ(options.max_runtime.count(), 0);
  EXPECT_EQ(options.max_rounds, 0U);
  EXPECT_EQ(options.endpoints.helix_url, Endpoints{}.helix_url);
  EXPECT_TRUE(options.credentials.token.empty());
}

TEST(CollectSettings, EachOptionArrives) {
  const CollectOptions options = options_of({{"VIEWERATLAS_COLLECTION_BATCH_SIZE", "10"},
                                             {"VIEWERATLAS_COLLECTION_DURATION_PER_BATCH", "300"},
                                             {"VIEWERATLAS_COLLECTION_COLLECTION_INTERVAL_MINUTES", "30"},
                                             {"VIEWERATLAS_COLLECTION_WAIT_FOR_HOUR_ALIGNMENT", "no"},
                                             {"VIEWERATLAS_COLLECTION_MAX_RUNTIME_HOURS", "1.5"},
                                             {"VIEWERATLAS_COLLECTION_MAX_COLLECTION_CYCLES", "7"},
                                             {"VIEWERATLAS_COLLECTION_TOP_CHANNELS_LIMIT", "200"},
                                             {"VIEWERATLAS_COLLECTION_LANGUAGES", "en, de"},
                                             {"VIEWERATLAS_COLLECTION_GAMES", "Chess"},
                                             {"VIEWERATLAS_COLLECTION_MIN_VIEWERS", "25"},
                                             {"VIEWERATLAS_COLLECTION_OPT_OUT_FILE", "no.txt"},
                                             {"VIEWERATLAS_COLLECTION_ROSTER_REFRESH", "5m"},
                                             {"VIEWERATLAS_COLLECTION_SHARD", "2/4"},
                                             {"VIEWERATLAS_COLLECTION_PRIVATE_DIR", "keys"},
                                             {"VIEWERATLAS_COLLECTION_IRC_PORT", "443"},
                                             {"VIEWERATLAS_COLLECTION_IRC_TLS", "false"},
                                             {"TWITCH_CHANNELS", "one,two"},
                                             {"CHANNELS_FILE", "list.txt"},
                                             {"LOGS_DIR", "data"},
                                             {"TWITCH_HELIX_URL", "http://127.0.0.1:8080/mock/"},
                                             {"TWITCH_ID_URL", "http://[::1]:8080/auth"},
                                             {"TWITCH_IRC_HOST", "localhost"},
                                             {"TWITCH_CA_FILE", "ca.pem"}});
  EXPECT_EQ(options.chat.rooms_per_connection, 10U);
  EXPECT_EQ(options.chat.max_rooms, 10U);
  EXPECT_EQ(options.chat.dwell, std::chrono::minutes(5));
  EXPECT_EQ(options.round.length, std::chrono::minutes(30));
  EXPECT_FALSE(options.round.align_to_hour);
  EXPECT_EQ(options.max_runtime, std::chrono::minutes(90));
  EXPECT_EQ(options.max_rounds, 7U);
  EXPECT_EQ(options.roster.top_channels, 200U);
  EXPECT_THAT(options.roster.languages, ElementsAre("en", "de"));
  EXPECT_THAT(options.roster.games, ElementsAre("Chess"));
  EXPECT_EQ(options.roster.min_viewers, 25U);
  EXPECT_EQ(options.roster.opt_out_file, "no.txt");
  EXPECT_EQ(options.roster.refresh, std::chrono::minutes(5));
  EXPECT_EQ(options.roster.shard, 2U);
  EXPECT_EQ(options.roster.shards, 4U);
  EXPECT_EQ(options.private_dir, "keys");
  EXPECT_EQ(options.endpoints.irc_port, 443U);
  EXPECT_FALSE(options.endpoints.irc_tls);
  EXPECT_THAT(options.roster.channels, ElementsAre("one", "two"));
  EXPECT_EQ(options.roster.channels_file, "list.txt");
  EXPECT_EQ(options.data_dir, "data");
  EXPECT_EQ(options.endpoints.helix_url, "http://127.0.0.1:8080/mock");
  EXPECT_EQ(options.endpoints.id_url, "http://[::1]:8080/auth");
  EXPECT_EQ(options.endpoints.irc_host, "localhost");
  EXPECT_EQ(options.endpoints.ca_file, "ca.pem");
}

TEST(CollectSettings, IntervalInSecondsCountsWhenItIsTheOneSet) {
  EXPECT_EQ(options_of({{"VIEWERATLAS_COLLECTION_COLLECTION_INTERVAL", "90"}}).round.length, std::chrono::seconds(90));
}

TEST(CollectSettings, CredentialsAreTakenBareFromOptionsOrFiles) {
  const CollectOptions direct =
      options_of({{"TWITCH_OAUTH_TOKEN", " oauth:abc123 "}, {"TWITCH_CLIENT_ID", "client"}, {"TWITCH_CLIENT_SECRET", "secret"}});
  EXPECT_EQ(direct.credentials.token.reveal(), "abc123");
  EXPECT_EQ(direct.credentials.client_id, "client");
  EXPECT_EQ(direct.credentials.client_secret.reveal(), "secret");

  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "va_collect_settings";
  std::filesystem::create_directories(folder);
  for (const auto& [name, text] : {std::pair("token", "Bearer abc123\n"), std::pair("id", " client\n"), std::pair("secret", "s\r\n")}) {
    ASSERT_TRUE(write_file_atomic(folder / name, text).ok());
  }
  const CollectOptions files = options_of({{"TWITCH_OAUTH_TOKEN_FILE", folder / "token"},
                                           {"TWITCH_CLIENT_ID_FILE", folder / "id"},
                                           {"TWITCH_CLIENT_SECRET_FILE", folder / "secret"}});
  EXPECT_EQ(files.credentials.token.reveal(), "abc123");
  EXPECT_EQ(files.credentials.client_id, "client");
  EXPECT_EQ(files.credentials.client_secret.reveal(), "s");
  EXPECT_THAT(error_of({{"TWITCH_OAUTH_TOKEN", "hidden"}, {"TWITCH_OAUTH_TOKEN_FILE", folder / "token"}}),
              testing::AllOf(HasSubstr("both set"), Not(HasSubstr("hidden"))));
  EXPECT_THAT(error_of({{"TWITCH_CLIENT_ID_FILE", folder / "absent"}}), HasSubstr("absent"));
  std::filesystem::remove_all(folder);
}

TEST(CollectSettings, MistakesAreToldWithoutTheSecret) {
  EXPECT_THAT(error_of({{"TWITCH_OAUTH_TOKEN", "abc hidden"}}), testing::AllOf(HasSubstr("oauth_token"), Not(HasSubstr("hidden"))));
  EXPECT_THAT(error_of({{"TWITCH_CLIENT_SECRET", "abc hidden"}}), testing::AllOf(HasSubstr("secret"), Not(HasSubstr("hidden"))));
  EXPECT_THAT(error_of({{"TWITCH_HELIX_URL", "api.twitch.tv"}}), HasSubstr("helix_url"));
  EXPECT_THAT(error_of({{"TWITCH_ID_URL", "https://user@host"}}), HasSubstr("id_url"));
}

TEST(CollectSettings, PrivateFolderFollowsTheUsersEnvironment) {
  const auto folder = [](const Environment& place) {
    const Result<CollectOptions> options = collect_options(Settings{}, place);
    return options.ok() ? options->private_dir : std::filesystem::path();
  };
  EXPECT_EQ(folder(kHome), "/users/somebody/.config/vieweratlas");
  EXPECT_EQ(folder({{"HOME", "/users/somebody"}, {"XDG_CONFIG_HOME", "/etc/me"}}), "/etc/me/vieweratlas");
  EXPECT_EQ(folder({{"HOME", "/users/somebody"}, {"XDG_CONFIG_HOME", "relative"}}), "/users/somebody/.config/vieweratlas");
  EXPECT_THAT(error_of({}, {}), HasSubstr("private_dir"));
}

TEST(CollectSettings, ShardsAreChecked) {
  for (const char* wrong : {"4/4", "1", "/2", "1/", "a/b", "0/0", "1/2/3", "-1/2", "0/2000"}) {
    const Result<Configuration> configuration = load_configuration(
        {.base = "", .environment = {{"VIEWERATLAS_COLLECTION_SHARD", wrong}}, .flags = {}, .dotenv = "/nonexistent/.env"});
    EXPECT_FALSE(configuration.ok()) << wrong;
  }
}

}  // namespace
}  // namespace vieweratlas
