#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/store_choice.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas {

enum class ColorChoice { kAuto, kAlways, kNever };

/// The preset that a configuration starts from.
struct PresetName {
  std::string name = "default";
};

/// How the program runs and talks, for every command.
struct TalkSettings {
  PresetName preset;
  LogLevel log_level = LogLevel::kInfo;
  std::string log_format;  ///< empty = the program's own
  std::filesystem::path log_file = "logs/pipeline.log";
  ColorChoice color = ColorChoice::kAuto;
  bool verbose = false;
  bool quiet = false;
  bool dry_run = false;
  bool json = false;
  std::uint32_t threads = 0;  ///< 0 = all processors that the process may use
};

/// Which store holds presence and results. store_for() makes an ObjectStore of it.
struct StorageSettings {
  StoreKind type = StoreKind::kFile;
  std::string bucket;
  std::string prefix = "vieweratlas/";
  std::string region;
  std::string endpoint;
  S3Addressing addressing = S3Options{}.addressing;
  S3Encryption encryption = S3Options{}.encryption;
  std::string kms_key;
  std::string profile;
  std::filesystem::path ca_file;
  std::uint32_t parallel = S3Options{}.parallel_transfers;
  std::filesystem::path sqlite_file = "logs/vieweratlas.sqlite";
  std::filesystem::path cache_dir;
  double cache_max_gib = 10;
  std::string transfer_to;               ///< the place of storage export
  std::string transfer_from;             ///< the place of storage import
  std::string transfer_prefix;           ///< of the keys that are copied or listed
  std::map<std::string, Secret> dotenv;  ///< what .env gives of AWS_...; no option
};

/// Which days of the lake a command is about.
struct LakeSettings {
  std::optional<UtcTime> date;
  std::optional<UtcTime> since;
  std::optional<UtcTime> until;  ///< the last day, included
  std::string older_than;
  bool deep = false;
};

/// The part of the channels that one of several collectors visits.
struct ShardChoice {
  std::uint32_t index = 0;  ///< below `count`
  std::uint32_t count = 1;
};

/// What is listened to, and as whom. collect_options() makes CollectOptions of it.
struct CollectionSettings {
  std::filesystem::path logs_dir = "logs";
  std::uint32_t top_channels_limit = 5000;
  std::uint32_t interval_s = 3600;
  std::uint32_t interval_minutes = 60;
  std::uint32_t batch_size = 100;
  std::uint32_t duration_per_batch_s = 60;
  bool wait_for_hour_alignment = true;
  double max_runtime_hours = 0;
  std::uint32_t max_cycles = 0;
  std::optional<std::chrono::seconds> finish_timeout;
  std::filesystem::path channels_file;
  std::vector<std::string> channels;
  std::filesystem::path channels_output = "channels.txt";
  std::vector<std::string> languages;
  std::vector<std::string> games;
  std::uint64_t min_viewers = 0;
  std::filesystem::path opt_out_file;
  std::uint32_t retention_days = 0;
  std::filesystem::path forget_from;
  std::chrono::seconds roster_refresh = RosterOptions{}.refresh;
  ShardChoice shard;
  Secret oauth_token;
  std::string client_id;
  Secret client_secret;
  std::filesystem::path oauth_token_file;
  std::filesystem::path client_id_file;
  std::filesystem::path client_secret_file;
  std::filesystem::path private_dir;
  std::string helix_url = Endpoints{}.helix_url;
  std::string id_url = Endpoints{}.id_url;
  std::string irc_host = Endpoints{}.irc_host;
  std::uint32_t irc_port = Endpoints{}.irc_port;
  bool irc_tls = Endpoints{}.irc_tls;
  std::filesystem::path ca_file;
  ChatMode mode = ChatMode::kAccount;
  std::uint32_t max_rooms = 0;
  bool membership = false;
  std::vector<RoundFormat> formats = RoundOptions{}.formats;
  bool store_logins = false;
  bool daily_snapshot = false;
  std::uint32_t metrics_port = 0;
  std::string metrics_address = CollectOptions{}.metrics_address;
  std::uint32_t analysis_interval_cycles = 24;
};

/// What the collection of recorded chats will use.
struct VodSettings {
  bool enabled = false;
  std::uint32_t bucket_length_s = 60;
  std::filesystem::path raw_dir = "logs/raw/vod_chat";
  std::filesystem::path queue_file = "logs/state/vod_queue.json";
  std::filesystem::path cli_path = "TwitchDownloaderCLI";
  bool auto_discover = true;
  std::uint32_t limit_per_channel = 5;
  std::uint32_t max_age_hours = 24;
  std::uint32_t max_age_days = 14;
  std::uint64_t min_views = 0;
  std::uint32_t max_per_run = 50;
  double max_processing_hours = 4;
  double rate_limit_delay_s = 2;
  std::vector<std::string> vod_ids;
  std::vector<std::string> channels;  ///< of what is added, discovered or imported
  std::string utc_offset;             ///< of local times in logs
  bool keep_damaged = true;
  bool persist_raw_chat = false;
};

/// Width and height of the poster in inches.
struct FigureSize {
  double width = 20;
  double height = 16;
};

/// Benchmark size of a simulated world; an empty name is the default world.
struct SimulatedSize {
  std::string name;
};

struct SimulateSettings {
  SimulatedSize size;
  SimulateOptions world;
  std::filesystem::path output_dir = "logs";
};

struct PictureSettings {
  FigureSize figure;
  std::uint32_t label_top_n_nodes = 15;
  bool label_only_top = false;  ///< false: further channels are named where there is room
};

/// Every value of the option table. Defaults stand in the structs of the layers that use them.
struct Settings {
  AnalysisOptions analysis;
  PictureSettings pictures;
  CollectionSettings collection;
  StorageSettings storage;
  LakeSettings lake;
  VodSettings vod;
  SimulateSettings simulate;
  TalkSettings talk;
};

}  // namespace vieweratlas
