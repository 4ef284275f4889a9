#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas {

/// How the snapshots are stored. Several formats at once write the same presence several times.
enum class SnapshotFormat {
  kJson,       ///< raw/snapshots/YYYY/MM/DD/<channel>_<YYYYMMDD_HHMMSS>.json, one object a file
  kNdjson,     ///< raw/snapshots/YYYY/MM/DD/round_<YYYYMMDD_HHMMSS>.ndjson, one round of all live channels a file
  kNdjsonZst,  ///< the same with .zst
  kCsv,        ///< raw/chatter_logs/YYYY/MM/DD/chatters_<YYYYMMDD_HHMMSS>.csv, one line a viewer
};

/// "json", "ndjson", "ndjson.zst", "csv".
[[nodiscard]] std::string_view name_of(SnapshotFormat format);
/// The format of that name; empty when there is none.
[[nodiscard]] std::optional<SnapshotFormat> snapshot_format_of(std::string_view name);

/// A world of channels whose communities are known. The defaults give a map of about 1,200 channels within seconds.
struct SimulateOptions {
  std::uint32_t channels = 1200;    ///< 1..200,000
  std::uint32_t viewers = 240'000;  ///< people, 1..100,000,000; each is seen at least once
  std::uint32_t communities = 28;   ///< planted groups, language x scene; 1..max_simulated_communities() and <= channels
  std::uint32_t days = 5;           ///< 1..366
  /// Time between two rounds of snapshots; 1 minute..1 day, a whole number of them in a day.
  std::chrono::seconds snapshot_interval{3600};
  /// Accounts beside the viewers, each in 2-90 % of all channels; 0..100,000. The default is 0.05 % of the viewers.
  std::uint32_t bots = 120;
  /// Share of a viewer's channels outside the home community, 0..1. Part of it stays in the same language or the same game,
  /// so that communities have neighbours. Modularity at resolution 1 finds them up to about 0.12.
  double mixing = 0.10;
  double channels_per_viewer = 8.0;  ///< mean number drawn (draws may repeat a channel), 1..100; heavy-tailed
  std::uint64_t seed = 1;
  std::vector<SnapshotFormat> formats = {SnapshotFormat::kJson};  ///< at least one, none twice
  /// Time of the first round. Fixed, so that the same options give the same bytes on any day. 1970..9998.
  UtcTime start = std::chrono::sys_days(std::chrono::year(2026) / 1 / 5);
};

/// The largest number of communities that can be told apart by language and scene.
[[nodiscard]] std::uint32_t max_simulated_communities();

/// The benchmark sizes: "S" (200 channels), "M" (1,000), "L" (5,000), in any letter case; empty for another name.
[[nodiscard]] std::optional<SimulateOptions> simulate_size(std::string_view name);

/// Errors: invalid_argument, naming the option, its value and what is allowed.
[[nodiscard]] Status validate(const SimulateOptions& options);

struct SimulatedCommunity {
  std::string language;  ///< code, as in the snapshots
  std::string scene;     ///< "Speedruns"
  std::string game;      ///< the category that most of its streams show
  std::uint32_t num_channels = 0;
  double share = 0;  ///< of the viewers who are at home here
};

struct SimulatedChannel {
  std::string login;
  std::string display_name;
  std::uint32_t community = 0;  ///< index into `communities`
  std::string language;
  std::string game;
  std::uint64_t audience = 0;       ///< unique viewers over all snapshots, bots included
  std::uint32_t num_snapshots = 0;  ///< >= 1
};

/// What a perfect analysis would find.
struct SimulatedTruth {
  std::vector<SimulatedCommunity> communities;
  std::vector<SimulatedChannel> channels;  ///< sorted by login
  std::uint32_t first_bot = 0;             ///< viewers from this id on are bots
  std::uint32_t num_viewers = 0;           ///< bots included
  std::uint64_t num_snapshots = 0;
  std::uint64_t num_presence_rows = 0;  ///< (snapshot, viewer) pairs
};

struct Simulation {
  SimulatedTruth truth;
  Incidence incidence;  ///< row i belongs to truth.channels[i]
};

/// The login of a viewer id: unique, lower case, [a-z0-9_]{4,25}. A pure function of the options and the id.
[[nodiscard]] std::string simulated_viewer_login(const SimulateOptions& options, std::uint32_t viewer);

/// The world in memory: the truth and who was where, without files. Equal options give equal values for any pool.
/// Errors: invalid_argument. Memory about 16 bytes a membership.
[[nodiscard]] Result<Simulation> simulate_presence(const SimulateOptions& options, ThreadPool& pool);

struct SimulateReport {
  std::uint64_t num_files = 0;  ///< truth.json not counted
  std::uint64_t num_bytes = 0;  ///< of those files
  std::uint64_t num_snapshots = 0;
  std::uint64_t num_presence_rows = 0;
  std::uint64_t num_memberships = 0;  ///< distinct (channel, viewer) pairs
};

/// Called now and then, from one thread at a time, with presence rows written and rows in all; may be empty.
using SimulateProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Writes the world below `folder`: the snapshot files that a collector would have written, and truth.json.
///
/// The folder is made when missing. One that holds anything is refused, unless its truth.json was written by this function and
/// raw/ holds no more files than it wrote: then raw/ is replaced. Files are not synced to the disk one by one.
/// Equal options give equal bytes in equal files for any pool. Errors: invalid_argument (option; foreign folder), denied,
/// limit_exceeded (disk full), unavailable. Cost: about 12 bytes of memory a presence row.
[[nodiscard]] Result<SimulateReport> simulate(const SimulateOptions& options, const std::filesystem::path& folder, ThreadPool& pool,
                                              const SimulateProgress& progress = {});

}  // namespace vieweratlas
