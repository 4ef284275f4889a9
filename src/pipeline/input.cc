#include "pipeline/input.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/parts_of_graph.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/graph/measured.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/graph/project.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/pipeline/presence_source.h"
#include "vieweratlas/presence/aggregate.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/quality.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {

PresenceSource presence_source(const AnalysisOptions& options) {
  return {.folder = options.folder,
          .store = options.store,
          .cache = options.cache,
          .curated = options.curated,
          .forgotten_names = options.forgotten_names,
          .forgotten_list = options.forgotten_list,
          .lake_key_file = options.lake_key_file};
}

Result<std::vector<std::string>> read_name_list(const std::filesystem::path& file) {
  const Result<std::string> text = read_file(file);
  if (!text) return text.error();
  std::vector<std::string> names;
  std::string_view rest = *text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  for (const std::string_view line : split(rest, '\n')) {
    const std::string_view name = trim(line.substr(0, line.find('#')));
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

namespace pipeline_internal {
namespace {

using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

void append_losses(const Losses& losses, Counts& counts) {
  for (const auto& [reason, entry] : losses.by_reason()) counts.emplace_back("skipped_" + reason, entry.count);
}

Counts counts_of(const ReadReport& read, const AggregateReport& aggregate) {
  Counts counts{
      {"files", read.num_files},
      {"snapshots", read.num_snapshots},
      {"presence_rows", read.num_presence_rows},
      {"duplicate_rows", read.num_duplicate_rows},
      {"snapshots_outside_window", read.num_outside_window},
      {"channels_excluded", read.num_excluded_channels},
      {"rows_of_forgotten_viewers", read.num_refused_rows},
  };
  append_losses(read.losses, counts);
  const Counts filtered{
      {"channels_before_filters", aggregate.channels_before},
      {"channels_below_viewer_count", aggregate.channels_below_viewer_count},
      {"channels_excluded_by_game", aggregate.channels_excluded_by_game},
      {"channels_below_audience", aggregate.channels_below_audience},
      {"viewers_before_filters", aggregate.viewers_before},
      {"viewers_on_bot_list", aggregate.viewers_on_bot_list},
      {"viewers_over_cap", aggregate.viewers_over_cap},
      {"viewers_below_appearances", aggregate.viewers_below_appearances},
      {"memberships_before_filters", aggregate.memberships_before},
      {"memberships", aggregate.memberships_after},
  };
  counts.insert(counts.end(), filtered.begin(), filtered.end());
  return counts;
}

Result<std::vector<std::string>> excluded_channels(const AnalysisOptions& options) {
  if (options.exclude_channels_file.empty()) return std::vector<std::string>();
  Result<std::vector<std::string>> names = read_channel_list(options.exclude_channels_file);
  if (!names) return std::move(names).error().with_context("reading the list of excluded channels");
  return names;
}

AggregateOptions complete_filters(const AnalysisOptions& options, std::vector<std::string> bots, std::uint32_t automatic_cap) {
  AggregateOptions filters = options.aggregate;
  const DegreeCap& cap = options.max_channels_per_viewer;
  filters.max_channels_per_viewer = cap.automatic ? automatic_cap : cap.channels;
  filters.bots = std::move(bots);
  return filters;
}

/// The bots by all the names that the data may have for them.
Result<std::vector<std::string>> names_of_bots(const AnalysisOptions& options) {
  if (options.bot_list.empty()) return std::vector<std::string>();
  Result<std::vector<std::string>> bots = read_name_list(options.bot_list);
  if (!bots) return std::move(bots).error().with_context("reading the bot list");
  if (options.viewer_key_file.empty()) return bots;
  const Result<ViewerKey> key = ViewerKey::load(options.viewer_key_file);
  if (!key) return Error{key.error()}.with_context("analysis.viewer_key_file");
  return with_pseudonyms(*bots, *key);
}

}  // namespace

std::vector<std::string> with_pseudonyms(const std::vector<std::string>& names, const ViewerKey& key) {
  constexpr std::string_view kPlatform = "twitch";
  std::vector<std::string> all = names;
  all.reserve(3 * names.size());
  for (const std::string& name : names) {
    all.push_back(key.of_id(kPlatform, name).hex());
    all.push_back(key.of_login(kPlatform, name).hex());
  }
  return all;
}

Result<GraphInput> graph_from_presence(const AnalysisOptions& options, ThreadPool& pool, AnalysisObserver& observer) {
  observer.step_begins(AnalysisStep::kAggregate);
  Result<std::vector<std::string>> bots = names_of_bots(options);
  if (!bots) return std::move(bots).error();
  ReadOptions read = options.read;
  Result<std::vector<std::string>> excluded = excluded_channels(options);
  if (!excluded) return std::move(excluded).error();
  read.exclude_channels.insert(read.exclude_channels.end(), excluded->begin(), excluded->end());
  read.wanted_logins = *bots;
  read.progress = [&](std::uint64_t done, std::uint64_t total) { observer.progress(done, total); };
  InputReport report;
  const Result<Presence> presence = read_input(presence_source(options), read, pool, &report);
  observer.input_read(report);
  if (!presence) return presence.error();
  GraphInput input;
  input.quality = quality_report(*presence);
  observer.presence_read(*presence, *input.quality);

  const AggregateOptions filters = complete_filters(options, *std::move(bots), input.quality->suspected_bot_degree);
  Result<Aggregate> filtered = aggregate(*presence, filters, pool);
  if (!filtered) return std::move(filtered).error();
  observer.aggregated(*filtered, filters.max_channels_per_viewer);
  input.counts = counts_of(presence->report, filtered->report);
  input.snapshot_sources = presence->report.snapshot_sources;
  input.losses = presence->report.losses;
  input.input_digest = presence->report.input_digest;
  if (presence->report.first) input.window_begin = format_iso(*presence->report.first);
  if (presence->report.last) input.window_end = format_iso(*presence->report.last);
  observer.step_ends(AnalysisStep::kAggregate);
  if (observer.cancelled()) return Error{ErrorCode::kCancelled, "stopped after reading"};

  observer.step_begins(AnalysisStep::kGraph);
  Result<Projection> projection = project(filtered->incidence, options.projection, pool);
  if (!projection) return std::move(projection).error();
  input.channels = std::move(filtered->channels);
  input.max_shared = projection->report.max_shared;
  input.counts.emplace_back("pairs_sharing", projection->report.num_pairs_sharing);
  input.graph = std::move(projection->graph);
  return input;
}

Result<GraphInput> graph_from_files(const AnalysisOptions& options, AnalysisObserver& observer) {
  observer.step_begins(AnalysisStep::kAggregate);
  const Result<std::string> edges = read_file(options.edges);
  if (!edges) return Error{edges.error()}.with_context("reading the edges");
  std::string nodes;
  if (!options.nodes.empty()) {
    Result<std::string> text = read_file(options.nodes);
    if (!text) return std::move(text).error().with_context("reading the nodes");
    nodes = *std::move(text);
  }
  const Result<std::vector<std::string>> excluded = excluded_channels(options);
  if (!excluded) return excluded.error();
  Result<MeasuredGraph> measured =
      read_measured_graph(*edges, options.edges.string(), nodes, options.nodes.string(), options.projection.min_shared);
  if (!measured) return std::move(measured).error();
  if (options.read.strict && !measured->losses.empty()) {
    const auto& [reason, entry] = *measured->losses.by_reason().begin();
    return Error{ErrorCode::kCorruptData, entry.example + " (" + reason + "); without --strict such rows are skipped and counted"};
  }
  observer.measured_graph_read(*measured);
  GraphInput input;
  input.measured = true;
  input.input_digest = to_string(digest_of(to_string(digest_of(*edges)) + '\n' + to_string(digest_of(nodes))));
  input.max_shared = measured->max_shared;
  input.counts.emplace_back("edge_and_node_rows", measured->num_rows);
  append_losses(measured->losses, input.counts);
  input.losses = std::move(measured->losses);
  observer.step_ends(AnalysisStep::kAggregate);
  observer.step_begins(AnalysisStep::kGraph);
  input.channels = std::move(measured->channels);
  input.graph = std::move(measured->graph);
  const std::uint64_t num_excluded = remove_channels(input.channels, input.graph, *excluded);
  input.counts.emplace_back("channels_excluded", num_excluded);
  return input;
}

}  // namespace pipeline_internal
}  // namespace vieweratlas
