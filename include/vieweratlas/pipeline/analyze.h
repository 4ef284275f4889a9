#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/community/detect.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/measured.h"
#include "vieweratlas/graph/project.h"
#include "vieweratlas/graph/statistics.h"
#include "vieweratlas/graph/weights.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/layout/layout.h"
#include "vieweratlas/pipeline/presence_source.h"
#include "vieweratlas/presence/aggregate.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/quality.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/render/poster.h"
#include "vieweratlas/storage/object_cache.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// Which files the last step writes, and where.
struct OutputOptions {
  std::filesystem::path folder = "community_analysis";
  bool poster = true;   ///< community_graph.png
  bool page = true;     ///< community_graph.html
  bool tables = true;   ///< graph_nodes.csv, graph_edges.csv
  bool gexf = true;     ///< graph.gexf
  bool results = true;  ///< analysis_results.json
};

/// Names of the files that `output` switches on.
[[nodiscard]] std::vector<std::string_view> output_names(const OutputOptions& output);

/// Viewers seen in more channels than this are left out of the graph: bots and lurkers join everything with everything.
struct DegreeCap {
  bool automatic = true;       ///< max(100, 2 x the 99.9th percentile of channels per viewer)
  std::uint32_t channels = 0;  ///< when not automatic; 0 = keep all
};

/// All that decides a map. Each stage has its own part, with its own defaults.
struct AnalysisOptions {
  std::filesystem::path folder = "logs";  ///< of presence snapshots, read recursively
  // PresenceSource, likewise:
  const ObjectStore* store = nullptr;
  ObjectCacheOptions cache;
  CuratedPolicy curated = CuratedPolicy::kAuto;
  std::filesystem::path lake_key_file;
  std::vector<std::string> forgotten_names;
  std::string forgotten_list;   ///< PresenceSource::forgotten_list
  ReadOptions read;             ///< `progress` is set by analyze()
  std::filesystem::path edges;  ///< a measured graph (Gephi CSV) instead of presence; `folder` and `store` are not looked at then
  std::filesystem::path nodes;  ///< may be empty; only with `edges`
  AggregateOptions aggregate{.min_channel_viewers = 1};  ///< `bots` and `max_channels_per_viewer` are set from the two below
  DegreeCap max_channels_per_viewer;
  std::filesystem::path bot_list;         ///< one login or platform id per line; may be empty
  std::filesystem::path viewer_key_file;  ///< finds the bots in data that holds pseudonyms; empty = there are none
  /// Channels (read_channel_list) that are not on the map and not in any number. May be empty.
  std::filesystem::path exclude_channels_file;
  ProjectionOptions projection;
  bool include_isolated_nodes = true;          ///< false: channels without any link are left out from the graph on
  std::optional<EdgeWeight> community_weight;  ///< none = kNewman where viewers are known, kShared for a measured graph
  CommunityOptions communities;
  /// Links of fewer shared viewers are in no output (1 = all are): an overlap of few can tell on people. Communities and places are
  /// found with them all the same.
  std::uint32_t min_published_overlap = 1;
  LabelOptions labels;
  LayoutOptions layout;
  PosterOptions poster;
  OutputOptions output;
  std::string title = "Shared audiences";
  std::string version;                                       ///< of the program, for the provenance
  std::vector<std::pair<std::string, std::string>> options;  ///< every option as text, for the provenance
};

enum class AnalysisStep { kAggregate, kGraph, kCommunities, kTags, kPictures, kSave };
inline constexpr int kNumAnalysisSteps = 6;

/// "AGGREGATING VIEWER DATA", "BUILDING OVERLAP GRAPH", ...
[[nodiscard]] std::string_view title_of(AnalysisStep step);

struct OutputFile {
  std::string name;
  std::uint64_t num_bytes = 0;
};

/// What happens while an analysis runs, for whoever tells it to people and measures its time. Called from one thread at a
/// time; references are valid during the call only. All do nothing unless overridden.
class AnalysisObserver {
 public:
  virtual ~AnalysisObserver() = default;

  virtual void step_begins(AnalysisStep /*step*/) {}
  virtual void step_ends(AnalysisStep /*step*/) {}
  /// Bytes read so far, of all.
  virtual void progress(std::uint64_t /*done*/, std::uint64_t /*total*/) {}

  virtual void presence_read(const Presence& /*presence*/, const QualityReport& /*quality*/) {}
  /// How it was read; no output depends on it.
  virtual void input_read(const InputReport& /*report*/) {}
  virtual void aggregated(const Aggregate& /*aggregate*/, std::uint32_t /*degree_cap*/) {}
  virtual void measured_graph_read(const MeasuredGraph& /*graph*/) {}
  virtual void graph_built(const std::vector<Channel>& /*channels*/, const GraphStatistics& /*statistics*/) {}
  /// Links of fewer than `min_overlap` shared viewers that no output will have.
  virtual void links_withheld(std::uint64_t /*num_links*/, std::uint32_t /*min_overlap*/) {}
  virtual void communities_found(const CommunityResult& /*communities*/, EdgeWeight /*weight*/) {}
  virtual void tagged(const std::vector<CommunityLabel>& /*labels*/) {}
  virtual void laid_out(const Layout& /*layout*/) {}
  virtual void poster_drawn(const PosterReport& /*report*/) {}
  /// A file is complete in memory (`saved` tells when all of them are in place).
  virtual void output_made(const OutputFile& /*file*/) {}
  virtual void saved(const std::vector<OutputFile>& /*files*/) {}
  /// A file of an earlier run lies in the output folder and this run was told not to make it: it is left, but out of date.
  virtual void stale_output_found(std::string_view /*name*/) {}

  /// Asked between stages and files; true ends the analysis with `cancelled` and leaves the output folder as it was.
  [[nodiscard]] virtual bool cancelled() { return false; }
};

/// The finished map with the numbers of its making.
struct Analysis {
  Atlas atlas;
  GraphStatistics graph;
  CommunityResult communities;
  std::vector<CommunityLabel> labels;
  std::optional<QualityReport> quality;  ///< none for a measured graph
  std::vector<OutputFile> files;
};

/// Where `options` say that presence is.
[[nodiscard]] PresenceSource presence_source(const AnalysisOptions& options);

/// The logins and ids of a list of viewers or channels: one a line, # comments and blank lines passed over. Errors: not_found, denied.
[[nodiscard]] Result<std::vector<std::string>> read_name_list(const std::filesystem::path& file);

/// The channels of a list, as the collector reads its list of opt-outs: one a line, a login, an id or an address of the channel, also
/// with # or @ before it; a # and a blank begin a comment. Logins are in lower case.
/// Errors: not_found, denied, invalid_argument (an entry that is no name: nobody's wish may get lost).
[[nodiscard]] Result<std::vector<std::string>> read_channel_list(const std::filesystem::path& file);

/// Turns presence logs, or a measured graph, into a map and writes it: the six steps in order.
///
/// Guaranteed: the output folder changes only after every file has been made and written under a temporary name; a run that
/// fails or is cancelled before leaves an earlier result as it was. Nothing is ever deleted: an output of an earlier run that
/// is switched off now is left and reported as stale. Equal input and options give equal files.
/// Errors: those of the stages; no_data when the input is empty or the graph has no edge (the message names the largest
/// overlap present and the threshold that would give edges); denied, limit_exceeded (disk full) on writing; cancelled.
[[nodiscard]] Result<Analysis> analyze(const AnalysisOptions& options, ThreadPool& pool, AnalysisObserver& observer);

}  // namespace vieweratlas
