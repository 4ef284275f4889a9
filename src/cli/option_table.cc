// The one table of options. Order matters: help, documentation and the provenance of a map follow it.

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option.h"
#include "cli/option_field.h"
#include "cli/option_rows.h"

#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

constexpr std::string_view kMap = "analyze, continuous";
constexpr std::string_view kReaders = "analyze, quality";
constexpr std::string_view kWorld = "simulate";

constexpr std::array kAnalysisInput{
    Option{.key = "analysis.logs_dir",
           .field = VA_FIELD(analysis.folder),
           .heading = "Input",
           .help = "Folder of presence logs, read recursively: JSON, NDJSON and CSV, plain, .gz or .zst.",
           .more_flags = "--input,-i",
           .commands = "analyze, quality, forget, purge, compact, lake stats, lake verify, lake purge",
           .inherits = "collection.logs_dir",
           .flat = false},
    Option{.key = "analysis.curated",
           .field = VA_FIELD(analysis.curated),
           .heading = "Input",
           .help =
               "Whether days that \"vieweratlas compact\" made are read in the place of raw files: auto, wherever that comes to the same; "
               "off; or only, opening no raw file.",
           .commands = kReaders},
    Option{.key = "analysis.since",
           .field = VA_FIELD(analysis.read.since),
           .heading = "Input",
           .help = "Only snapshots at or after this time (UTC).",
           .commands = kReaders,
           .shapes_result = true},
    Option{.key = "analysis.until",
           .field = VA_FIELD(analysis.read.until),
           .heading = "Input",
           .help = "Only snapshots before this time (UTC).",
           .commands = kReaders,
           .shapes_result = true},
    Option{.key = "analysis.last",
           .field = VA_FIELD(analysis.read.last),
           .heading = "Input",
           .help = "Only snapshots of this long up to the newest one, such as 30d; not together with since or until.",
           .commands = kReaders,
           .shapes_result = true},
    Option{.key = "analysis.strict",
           .field = VA_FIELD(analysis.read.strict),
           .heading = "Input",
           .help = "Stop with an error at any file, line or field that cannot be used, instead of skipping and counting it.",
           .commands = kReaders,
           .shapes_result = true},
    Option{.key = "analysis.edges",
           .field = VA_FIELD(analysis.edges),
           .heading = "Input",
           .help = "Edge table (CSV: source,target,weight) of a graph measured elsewhere; presence logs are not read then.",
           .commands = kMap},
    Option{.key = "analysis.nodes",
           .field = VA_FIELD(analysis.nodes),
           .heading = "Input",
           .help = "Node table (CSV: id,label,size) that belongs to edges.",
           .commands = kMap},
};

constexpr std::array kAnalysisFilters{
    Option{.key = "analysis.min_channel_viewers",
           .field = VA_FIELD(analysis.aggregate.min_channel_viewers),
           .heading = "Filters",
           .help = "Channels with a smaller audience are left out.",
           .unit = "viewers",
           .rigorous = "10",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.min_user_appearances",
           .field = VA_FIELD(analysis.aggregate.min_user_appearances),
           .heading = "Filters",
           .help = "Viewers seen in fewer channels are left out; 2 keeps repeat viewers only.",
           .unit = "channels",
           .min = 1,
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.min_viewer_count",
           .field = VA_FIELD(analysis.aggregate.min_viewer_count),
           .heading = "Filters",
           .help = "Channels whose highest reported viewer_count is smaller are left out.",
           .unit = "viewers",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.exclude_games",
           .field = VA_FIELD(analysis.aggregate.exclude_games),
           .heading = "Filters",
           .help = "Channels whose main game is one of these are left out.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.bot_list",
           .field = VA_FIELD(analysis.bot_list),
           .heading = "Filters",
           .help = "File with one login or platform id per line: these viewers are left out. Lines that begin with # are comments.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.exclude_channels_file",
           .field = VA_FIELD(analysis.exclude_channels_file),
           .heading = "Filters",
           .help = "File with one channel per line, login or id, that is left out of maps and numbers, such as channels that asked for it. "
                   "Unset, the file that collection.opt_out_file names.",
           .commands = kReaders,
           .inherits = "collection.opt_out_file",
           .shapes_result = true},
    Option{.key = "analysis.viewer_key_file",
           .field = VA_FIELD(analysis.viewer_key_file),
           .heading = "Filters",
           .help = "Key of the collector (viewer.key in its private folder): finds the viewers of bot_list in data that holds "
                   "pseudonyms.",
           .commands = kMap},
    Option{.key = "analysis.max_channels_per_viewer",
           .field = VA_FIELD(analysis.max_channels_per_viewer),
           .heading = "Filters",
           .help = "Viewers seen in more channels are left out: bots and lurkers join everything with everything. auto takes the "
                   "larger of 100 and twice the 99.9th percentile of channels per viewer; 0 keeps all.",
           .unit = "channels",
           .max = kMaxU32,
           .commands = kMap,
           .shapes_result = true},
};

constexpr std::array kAnalysisGraph{
    Option{.key = "analysis.overlap_threshold",
           .field = VA_FIELD(analysis.projection.min_shared),
           .heading = "Graph",
           .help = "Fewest shared viewers that link two channels.",
           .unit = "viewers",
           .min = 1,
           .min_reason = "0 would link every pair of channels, also those without a common viewer",
           .environment = "OVERLAP_THRESHOLD",
           .rigorous = "300",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.include_isolated_nodes",
           .field = VA_FIELD(analysis.include_isolated_nodes),
           .heading = "Graph",
           .help = "Keep channels without any link on the map.",
           .commands = kMap,
           .shapes_result = true},
};

constexpr std::array kAnalysisCommunities{
    Option{.key = "analysis.algorithm",
           .field = VA_FIELD(analysis.communities.algorithm),
           .heading = "Communities",
           .help = "How communities are found.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.resolution",
           .field = VA_FIELD(analysis.communities.resolution),
           .heading = "Communities",
           .help = "Resolution of the modularity; higher gives more and smaller communities.",
           .min = kAboveZero,
           .environment = "RESOLUTION",
           .explorer = "2",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.community_weight",
           .field = VA_FIELD(analysis.community_weight),
           .heading = "Communities",
           .help = "What a link weighs when communities are sought; auto is newman, and shared for a measured graph.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.runs",
           .field = VA_FIELD(analysis.communities.runs),
           .heading = "Communities",
           .help = "Runs from different random orders; the best is kept.",
           .min = 1,
           .max = 1000,
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.seed",
           .field = VA_FIELD(analysis.communities.seed),
           .heading = "Communities",
           .help = "Seed of the random orders: the same seed gives the same communities.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.min_community_size",
           .field = VA_FIELD(analysis.communities.min_community_size),
           .heading = "Communities",
           .help = "Smaller groups join the neighbour that holds most of their weight, else they count as unassigned.",
           .unit = "channels",
           .min = 1,
           .environment = "MIN_COMMUNITY_SIZE",
           .rigorous = "10",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.game_threshold",
           .field = VA_FIELD(analysis.labels.game_threshold),
           .heading = "Labels",
           .help = "Share of a community's channels at which a game names it.",
           .unit = "percent",
           .min = kAboveZero,
           .max = 100,
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.language_threshold",
           .field = VA_FIELD(analysis.labels.language_threshold),
           .heading = "Labels",
           .help = "Share of a community's channels at which a language names it.",
           .unit = "percent",
           .min = kAboveZero,
           .max = 100,
           .commands = kMap,
           .shapes_result = true},
};

constexpr std::array kAnalysisPictures{
    Option{.key = "analysis.layout_iterations",
           .field = VA_FIELD(analysis.layout.iterations),
           .heading = "Pictures",
           .help = "Iterations of the force-directed layout.",
           .min = 1,
           .max = 100000,
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.layout_seed",
           .field = VA_FIELD(analysis.layout.seed),
           .heading = "Pictures",
           .help = "Seed of the layout: another seed arranges the map differently.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.title",
           .field = VA_FIELD(analysis.title),
           .heading = "Pictures",
           .help = "Heading of the poster and the page.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.theme",
           .field = VA_FIELD(analysis.poster.theme),
           .heading = "Pictures",
           .help = "Ground of the poster.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.static_viz_figsize",
           .field = VA_FIELD(pictures.figure),
           .heading = "Pictures",
           .help = "Width and height of the poster.",
           .unit = "inches",
           .min = 1,
           .max = 200,
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.static_viz_dpi",
           .field = VA_FIELD(analysis.poster.dpi),
           .heading = "Pictures",
           .help = "Pixels per inch of the poster; each side must come to 512 to 16384 pixels.",
           .unit = "dots per inch",
           .min = 30,
           .max = 2400,
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.show_node_labels",
           .field = VA_FIELD(analysis.poster.show_labels),
           .heading = "Pictures",
           .help = "Write names of channels on the poster.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.label_top_n_nodes",
           .field = VA_FIELD(pictures.label_top_n_nodes),
           .heading = "Pictures",
           .help = "The largest channels, as many as this, have larger names on the poster, also where room is scarce.",
           .unit = "channels",
           .rigorous = "20",
           .explorer = "30",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.label_only_top",
           .field = VA_FIELD(pictures.label_only_top),
           .heading = "Pictures",
           .help = "Name the label_top_n_nodes largest channels only; otherwise further names stand where there is room.",
           .commands = kMap,
           .shapes_result = true},
};

constexpr std::array kAnalysisOutput{
    Option{.key = "analysis.output_dir",
           .field = VA_FIELD(analysis.output.folder),
           .heading = "Output",
           .help = "Folder of the results.",
           .more_flags = "--output,-o",
           .environment = "OUTPUT_DIR",
           .commands = kMap},
    Option{.key = "analysis.enable_static_viz",
           .field = VA_FIELD(analysis.output.poster),
           .heading = "Output",
           .help = "Write the poster, community_graph.png.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.enable_interactive_viz",
           .field = VA_FIELD(analysis.output.page),
           .heading = "Output",
           .help = "Write the interactive page, community_graph.html.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.export_graph_csv",
           .field = VA_FIELD(analysis.output.tables),
           .heading = "Output",
           .help = "Write graph_nodes.csv and graph_edges.csv.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.export_gexf",
           .field = VA_FIELD(analysis.output.gexf),
           .heading = "Output",
           .help = "Write graph.gexf for Gephi.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.save_analysis_json",
           .field = VA_FIELD(analysis.output.results),
           .heading = "Output",
           .help = "Write analysis_results.json.",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.min_published_overlap",
           .field = VA_FIELD(analysis.min_published_overlap),
           .heading = "Output",
           .help =
               "Links of fewer shared viewers are in no output, though communities are found with them; 10 is advised for maps that others "
               "see.",
           .unit = "viewers",
           .min = 1,
           .max = kMaxU32,
           .rigorous = "10",
           .commands = kMap,
           .shapes_result = true},
    Option{.key = "analysis.analysis_interval_cycles",
           .field = VA_FIELD(collection.analysis_interval_cycles),
           .heading = "Output",
           .help = "Collection cycles between two analyses.",
           .unit = "cycles",
           .min = 1,
           .commands = "continuous"},
};

constexpr std::array kSimulate{
    Option{.key = "simulate.output_dir",
           .field = VA_FIELD(simulate.output_dir),
           .heading = "World",
           .help = "Folder that the logs are written to; one that holds anything else is refused.",
           .more_flags = "--output,-o",
           .commands = kWorld,
           .inherits = "collection.logs_dir",
           .flat = false},
    Option{.key = "simulate.size",
           .field = VA_FIELD(simulate),
           .heading = "World",
           .help = "Size of a benchmark: 200, 1,000 or 5,000 channels; the options below change single values of it.",
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.channels",
           .field = VA_FIELD(simulate.world.channels),
           .heading = "World",
           .help = "Channels.",
           .min = 1,
           .max = 200000,
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.viewers",
           .field = VA_FIELD(simulate.world.viewers),
           .heading = "World",
           .help = "People; each is seen at least once.",
           .min = 1,
           .max = 100000000,
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.communities",
           .field = VA_FIELD(simulate.world.communities),
           .heading = "World",
           .help = "Planted communities, each of a language and a scene.",
           .min = 1,
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.days",
           .field = VA_FIELD(simulate.world.days),
           .heading = "World",
           .help = "Days of snapshots.",
           .unit = "days",
           .min = 1,
           .max = 366,
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.snapshot_interval",
           .field = VA_FIELD(simulate.world.snapshot_interval),
           .heading = "World",
           .help = "Time between two rounds of snapshots; a whole number of them makes a day.",
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.bots",
           .field = VA_FIELD(simulate.world.bots),
           .heading = "World",
           .help = "Accounts beside the viewers, each in 2 to 90 percent of all channels.",
           .max = 100000,
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.mixing",
           .field = VA_FIELD(simulate.world.mixing),
           .heading = "World",
           .help = "Share of a viewer's channels outside the home community; up to about 0.12 the planted communities can all be found.",
           .max = 1,
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.channels_per_viewer",
           .field = VA_FIELD(simulate.world.channels_per_viewer),
           .heading = "World",
           .help = "Mean number of channels drawn for a viewer; heavy-tailed.",
           .unit = "channels",
           .min = 1,
           .max = 100,
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.seed",
           .field = VA_FIELD(simulate.world.seed),
           .heading = "World",
           .help = "Another seed is another world; the same seed gives the same files.",
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.format",
           .field = VA_FIELD(simulate.world.formats),
           .heading = "World",
           .help = "How the logs are stored; several write the same presence several times.",
           .commands = kWorld,
           .flat = false},
    Option{.key = "simulate.start",
           .field = VA_FIELD(simulate.world.start),
           .heading = "World",
           .help = "Time of the first round of snapshots (UTC).",
           .commands = kWorld,
           .flat = false},
};

constexpr std::array kTalk{
    Option{.key = "preset",
           .field = VA_FIELD(talk.preset),
           .heading = "Running and talking",
           .help = "Values to start from, for all that is not set elsewhere.",
           .commands = kReaders},
    Option{.key = "threads",
           .field = VA_FIELD(talk.threads),
           .heading = "Running and talking",
           .help = "Threads to use; 0 takes all processors. The result does not depend on it.",
           .max = 1024,
           .more_flags = "-j",
           .commands = "analyze, quality, simulate, collect, continuous, forget"},
    Option{.key = "log_level",
           .field = VA_FIELD(talk.log_level),
           .heading = "Running and talking",
           .help = "Least important messages shown and written to the log file.",
           .environment = "LOG_LEVEL",
           .explorer = "debug",
           .debug = "debug",
           .commands = kEvery},
    Option{.key = "log_format",
           .field = VA_FIELD(talk.log_format),
           .heading = "Running and talking",
           .help = "Form of a line of the log file, in the style of Python's logging: %(asctime)s, %(levelname)s, %(name)s, %(message)s.",
           .commands = kEvery},
    Option{.key = "log_file",
           .field = VA_FIELD(talk.log_file),
           .heading = "Running and talking",
           .help = "Log file, rotated at 10 MB, five files kept; none writes no log file.",
           .commands = kEvery},
    Option{.key = "color",
           .field = VA_FIELD(talk.color),
           .heading = "Running and talking",
           .help = "Colours on the terminal; auto obeys NO_COLOR.",
           .commands = kTalkers},
    Option{.key = "verbose",
           .field = VA_FIELD(talk.verbose),
           .heading = "Running and talking",
           .help = "Show more: every warning's count, options in effect, seconds of each part.",
           .more_flags = "-v",
           .explorer = "true",
           .debug = "true",
           .commands = kTalkers},
    Option{.key = "quiet",
           .field = VA_FIELD(talk.quiet),
           .heading = "Running and talking",
           .help = "Show warnings and errors only.",
           .more_flags = "-q",
           .commands = kTalkers},
    Option{.key = "dry_run",
           .field = VA_FIELD(talk.dry_run),
           .heading = "Running and talking",
           .help = "Say what would be read and written, and do nothing.",
           .more_flags = "-n",
           .commands = "analyze, quality, simulate, collect, continuous, channels update, forget, purge, compact, lake purge, storage "
                       "export, storage import"},
    Option{.key = "json",
           .field = VA_FIELD(talk.json),
           .heading = "Running and talking",
           .help = "Print the result as one JSON document.",
           .commands = kTalkers},
};

std::vector<Option> join(std::initializer_list<std::span<const Option>> parts) {
  std::vector<Option> all;
  for (const std::span<const Option> part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

const std::vector<Option>& table() {
  static const std::vector<Option> kAll =
      join({kAnalysisInput, kAnalysisFilters, kAnalysisGraph, kAnalysisCommunities, kAnalysisPictures, kAnalysisOutput, kSimulate, kTalk,
            collection_options(), storage_options(), lake_options(), vod_options()});
  return kAll;
}

std::string in_capitals(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    if (c == '.') c = '_';
  }
  return result;
}

}  // namespace

std::string_view Option::block() const {
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}

std::string_view Option::name() const {
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

std::string Option::flag_name() const {
  std::string result(flag.empty() ? name() : flag);
  std::replace(result.begin(), result.end(), '_', '-');
  return "--" + result;
}

std::vector<std::string> Option::environment_names() const {
  std::vector<std::string> names{"VIEWERATLAS_" + in_capitals(key)};
  if (environment.empty()) return names;
  for (const std::string_view historical : split(environment, ',')) names.emplace_back(historical);
  return names;
}

bool Option::used_by(std::string_view command) const {
  const std::vector<std::string_view> names = split(commands, ',');
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return trim(name) == command; });
}

std::span<const Option> option_table() { return table(); }

std::optional<std::size_t> find_option(std::string_view key) {
  const std::span<const Option> all = option_table();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Option& option) { return option.key == key; });
  if (found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

std::span<const Preset> presets() {
  static constexpr std::array<Preset, 4> kPresets{{
      {"default", "every channel and every overlap", nullptr},
      {"rigorous", "strong overlaps and large communities only", &Option::rigorous},
      {"explorer", "finer communities", &Option::explorer},
      {"debug", "everything said aloud, few channels collected", &Option::debug},
  }};
  return kPresets;
}

std::span<const std::string_view> option_blocks() {
  static constexpr std::array<std::string_view, 6> kBlocks{"analysis", "collection", "storage", "lake", "vod", "simulate"};
  return kBlocks;
}

}  // namespace vieweratlas
