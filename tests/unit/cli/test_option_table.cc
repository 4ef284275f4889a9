#include <gtest/gtest.h>

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/option.h"
#include "cli/option_text.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

Settings preset(const std::string& name) {
  const Result<Configuration> configuration = load_configuration({.base = name, .dotenv = "/nonexistent/.env"});
  EXPECT_TRUE(configuration.ok()) << (configuration.ok() ? "" : configuration.error().message);
  return configuration->settings;
}

TEST(OptionTable, KeysFlagsAndEnvironmentNamesAreUnique) {
  std::set<std::string> keys;
  std::set<std::string> names;
  std::set<std::string> flat;
  for (const Option& option : option_table()) {
    EXPECT_TRUE(keys.emplace(option.key).second) << option.key;
    for (const std::string& name : option.environment_names()) EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(!option.flat || flat.emplace(option.name()).second) << option.name();
    EXPECT_FALSE(option.help.empty()) << option.key;
    EXPECT_TRUE(option.help.ends_with('.')) << option.key;
    EXPECT_FALSE(option.commands.empty()) << option.key;
  }
  for (const CommandInfo& command : commands()) {
    std::set<std::string> flags;
    for (const Option& option : option_table()) {
      if (!option.used_by(command.name)) continue;
      EXPECT_TRUE(flags.insert(option.flag_name()).second) << command.name << " " << option.flag_name();
    }
  }
}

TEST(OptionTable, DefaultsSurviveTheWayThroughText) {
  const Settings defaults;
  for (const Option& option : option_table()) {
    const std::string text = option.field.print(defaults);
    Settings settings;
    const Status parsed = option.field.parse(option, {.items = {text}}, settings);
    ASSERT_TRUE(parsed.ok()) << option.key << ": " << (parsed.ok() ? "" : parsed.error().message);
    EXPECT_EQ(option.field.print(settings), text) << option.key;
  }
}

TEST(OptionTable, EachNamesCommandsThatExist) {
  for (const Option& option : option_table()) {
    for (const std::string_view name : split(option.commands, ',')) {
      EXPECT_NE(find_command(trim(name)), nullptr) << option.key << ": " << name;
    }
  }
}

TEST(OptionTable, EveryHistoricalKeyIsThere) {
  const std::vector<std::string> keys{"collection.logs_dir",
                                      "collection.top_channels_limit",
                                      "collection.collection_interval",
                                      "collection.collection_interval_minutes",
                                      "collection.batch_size",
                                      "collection.duration_per_batch",
                                      "collection.wait_for_hour_alignment",
                                      "collection.max_runtime_hours",
                                      "collection.max_collection_cycles",
                                      "collection.oauth_token",
                                      "collection.client_id",
                                      "analysis.logs_dir",
                                      "analysis.output_dir",
                                      "analysis.overlap_threshold",
                                      "analysis.resolution",
                                      "analysis.min_community_size",
                                      "analysis.min_channel_viewers",
                                      "analysis.min_user_appearances",
                                      "analysis.include_isolated_nodes",
                                      "analysis.game_threshold",
                                      "analysis.language_threshold",
                                      "analysis.analysis_interval_cycles",
                                      "analysis.enable_static_viz",
                                      "analysis.enable_interactive_viz",
                                      "analysis.show_node_labels",
                                      "analysis.export_graph_csv",
                                      "analysis.save_analysis_json",
                                      "analysis.static_viz_dpi",
                                      "analysis.label_top_n_nodes",
                                      "analysis.static_viz_figsize",
                                      "storage.storage_type",
                                      "storage.s3_bucket",
                                      "storage.s3_prefix",
                                      "storage.s3_region",
                                      "log_level",
                                      "log_format",
                                      "dry_run",
                                      "verbose",
                                      "vod.enabled",
                                      "vod.bucket_len_s",
                                      "vod.raw_dir",
                                      "vod.queue_file",
                                      "vod.cli_path",
                                      "vod.auto_discover",
                                      "vod.vod_limit_per_channel",
                                      "vod.max_age_hours",
                                      "vod.max_age_days",
                                      "vod.min_views",
                                      "vod.max_vods_per_run",
                                      "vod.max_processing_hours",
                                      "vod.rate_limit_delay_s"};
  for (const std::string& key : keys) EXPECT_TRUE(find_option(key).has_value()) << key;
  const std::set<std::string> names{"TWITCH_OAUTH_TOKEN", "TWITCH_CLIENT_ID",     "STORAGE_TYPE",    "S3_BUCKET",          "S3_PREFIX",
                                    "S3_REGION",          "OVERLAP_THRESHOLD",    "LOG_LEVEL",       "MIN_COMMUNITY_SIZE", "RESOLUTION",
                                    "LOGS_DIR",           "CHANNELS_FILE",        "TWITCH_CHANNELS", "OUTPUT_DIR",         "VOD_RAW_DIR",
                                    "VOD_QUEUE_FILE",     "TWITCH_DOWNLOADER_CLI"};
  std::set<std::string> known;
  for (const Option& option : option_table()) {
    for (const std::string& name : option.environment_names()) known.insert(name);
  }
  for (const std::string& name : names) EXPECT_TRUE(known.contains(name)) << name;
  EXPECT_TRUE(known.contains("VIEWERATLAS_ANALYSIS_OVERLAP_THRESHOLD"));
}

// The historical table of presets: top N, batch, min viewers, threshold, resolution, min size, labels, log level, verbose.
TEST(Presets, AreTheHistoricalOnes) {
  const Settings standard = preset("default");
  EXPECT_EQ(standard.collection.top_channels_limit, 5000U);
  EXPECT_EQ(standard.collection.batch_size, 100U);
  EXPECT_EQ(standard.collection.interval_minutes, 60U);
  EXPECT_EQ(standard.analysis.projection.min_shared, 1U);
  EXPECT_EQ(standard.analysis.communities.resolution, 1.0);
  EXPECT_EQ(standard.analysis.communities.min_community_size, 1U);
  EXPECT_EQ(standard.pictures.label_top_n_nodes, 15U);
  EXPECT_EQ(standard.analysis.poster.dpi, 300U);
  EXPECT_EQ(standard.analysis.poster.width_px, 6000U);
  EXPECT_EQ(standard.analysis.poster.height_px, 4800U);
  EXPECT_EQ(standard.talk.log_level, LogLevel::kInfo);
  const Settings rigorous = preset("rigorous");
  EXPECT_EQ(rigorous.analysis.aggregate.min_channel_viewers, 10U);
  EXPECT_EQ(rigorous.analysis.projection.min_shared, 300U);
  EXPECT_EQ(rigorous.analysis.communities.min_community_size, 10U);
  EXPECT_EQ(rigorous.pictures.label_top_n_nodes, 20U);
  EXPECT_FALSE(rigorous.talk.verbose);
  const Settings explorer = preset("explorer");
  EXPECT_EQ(explorer.analysis.communities.resolution, 2.0);
  EXPECT_EQ(explorer.analysis.projection.min_shared, 1U);
  EXPECT_EQ(explorer.pictures.label_top_n_nodes, 30U);
  EXPECT_EQ(explorer.talk.log_level, LogLevel::kDebug);
  EXPECT_TRUE(explorer.talk.verbose);
  const Settings debug = preset("debug");
  EXPECT_EQ(debug.collection.top_channels_limit, 100U);
  EXPECT_EQ(debug.collection.batch_size, 10U);
  EXPECT_EQ(debug.talk.log_level, LogLevel::kDebug);
  EXPECT_TRUE(debug.talk.verbose);
}

// min_channel_viewers of the historical default is 1: a channel without any viewer is no channel.
TEST(Presets, DefaultKeepsChannelsOfOneViewer) { EXPECT_EQ(preset("default").analysis.aggregate.min_channel_viewers, 1U); }

/// A value for each option that differs from its default, as text.
std::string other_value(const Option& option) {
  static const std::map<std::string, std::string, std::less<>> kSpecial{{"analysis.since", "2026-01-02T03:00:00Z"},
                                                                        {"analysis.until", "2026-01-09T00:00:00Z"},
                                                                        {"analysis.last", "30d"},
                                                                        {"analysis.algorithm", "louvain"},
                                                                        {"analysis.community_weight", "jaccard"},
                                                                        {"analysis.theme", "light"},
                                                                        {"analysis.curated", "only"},
                                                                        {"analysis.static_viz_figsize", "12x10"},
                                                                        {"analysis.static_viz_dpi", "150"},
                                                                        {"analysis.max_channels_per_viewer", "77"},
                                                                        {"log_level", "error"},
                                                                        {"color", "never"},
                                                                        {"storage.storage_type", "s3"},
                                                                        {"lake.date", "2026-11-22T00:00:00Z"},
                                                                        {"lake.since", "2026-11-22T00:00:00Z"},
                                                                        {"lake.until", "2026-11-22T00:00:00Z"},
                                                                        {"storage.s3_addressing", "virtual"},
                                                                        {"storage.s3_encryption", "kms"},
                                                                        {"preset", "explorer"},
                                                                        {"collection.mode", "anonymous"},
                                                                        {"collection.format", "csv"},
                                                                        {"collection.roster_refresh", "5m"},
                                                                        {"collection.finish_timeout", "45s"},
                                                                        {"collection.shard", "1/3"},
                                                                        {"simulate.size", "M"},
                                                                        {"simulate.format", "csv"},
                                                                        {"simulate.snapshot_interval", "2h"},
                                                                        {"simulate.start", "2025-05-05T00:00:00Z"},
                                                                        {"log_format", "%(message)s"}};
  const auto special = kSpecial.find(option.key);
  if (special != kSpecial.end()) return special->second;
  const std::string standard = option.field.print(Settings{});
  if (option.field.is_switch) return standard == "true" ? "false" : "true";
  if (option.field.kind == "number") return option.max <= 1 ? "0.125" : "2.5";
  if (option.field.kind == "whole number") return "7";
  return "other_" + std::string(option.name());
}

std::string yaml_with(const Option& option, const std::string& value) {
  const std::string line = std::string(option.name()) + ": '" + value + "'\n";
  return option.block().empty() ? line : std::string(option.block()) + ":\n  " + line;
}

std::string printed_after(const GivenValue& given) {
  const Option& option = option_table()[given.option];
  Settings settings;
  const Status parsed = option.field.parse(option, given.value, settings);
  EXPECT_TRUE(parsed.ok()) << option.key << ": " << (parsed.ok() ? "" : parsed.error().message);
  return option.field.print(settings);
}

TEST(OptionTable, YamlEnvironmentDotenvAndFlagGiveTheSameValue) {
  const std::span<const Option> options = option_table();
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Option& option = options[i];
    const std::string value = other_value(option);
    const SourceValues yaml = read_yaml(yaml_with(option, value), "a.yaml");
    ASSERT_TRUE(yaml.problems.empty()) << yaml.problems.front();
    ASSERT_EQ(yaml.values.size(), 1U) << option.key;
    EXPECT_EQ(yaml.values.front().option, i);
    const std::string expected = printed_after(yaml.values.front());
    EXPECT_NE(expected, option.field.print(Settings{})) << option.key;

    for (const std::string& name : option.environment_names()) {
      const SourceValues environment = read_environment({{name, value}});
      ASSERT_EQ(environment.values.size(), 1U) << name;
      EXPECT_EQ(environment.values.front().option, i) << name;
      EXPECT_EQ(printed_after(environment.values.front()), expected) << name;
      const SourceValues dotenv = read_dotenv("export " + name + "='" + value + "'\n", ".env");
      ASSERT_EQ(dotenv.values.size(), 1U) << name;
      EXPECT_EQ(printed_after(dotenv.values.front()), expected) << name;
    }

    // `config show` takes the flags of all commands but these, whose flags have the names of others.
    const bool has_own = option.block() == "simulate" || option.block() == "lake" || option.key.starts_with("storage.transfer_");
    std::vector<std::string> words;
    for (const std::string_view word : split(has_own ? split(option.commands, ',').front() : "config show", ' ')) words.emplace_back(word);
    words.push_back(option.flag_name() + "=" + value);
    const Result<CommandLine> line = parse_command_line(words);
    if (option.secret) {
      ASSERT_FALSE(line.ok()) << option.key;
      EXPECT_NE(line.error().message.find(option.environment_names().back()), std::string::npos);
      continue;
    }
    ASSERT_TRUE(line.ok()) << option.key << ": " << (line.ok() ? "" : line.error().message);
    ASSERT_EQ(line->flags.size(), 1U) << option.key;
    EXPECT_EQ(line->flags.front().option, i) << option.key;
    EXPECT_EQ(printed_after(line->flags.front()), expected) << option.key;
  }
}

TEST(OptionTable, HostileTextNeverCrashesAParser) {
  const std::vector<std::string> hostile{"",
                                         " ",
                                         "-1",
                                         "1e999",
                                         "nan",
                                         "inf",
                                         "0x10",
                                         "010",
                                         "99999999999999999999",
                                         "1,2,3",
                                         "[1, 2]",
                                         "\xff\xfe",
                                         std::string(1000, '9'),
                                         "true",
                                         "null",
                                         "2026-13-45",
                                         "-5d",
                                         "axb",
                                         "1x1x1",
                                         ","};
  for (const Option& option : option_table()) {
    for (const std::string& text : hostile) {
      Settings settings;
      const Status parsed = option.field.parse(option, {.items = {text}}, settings);
      if (!parsed.ok()) {
        EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
        EXPECT_TRUE(parsed.error().message.starts_with(option.key)) << parsed.error().message;
      }
    }
    Settings settings;
    const Status none = option.field.parse(option, {.items = {}, .is_list = true}, settings);
    const Status lists = option.field.parse(option, {.items = {"a", "b"}, .is_list = true}, settings);
    if (!option.field.is_list) {
      EXPECT_FALSE(none.ok()) << option.key;
      EXPECT_FALSE(lists.ok()) << option.key;
    }
  }
}

}  // namespace
}  // namespace vieweratlas
