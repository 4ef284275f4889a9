#include "cli/analysis_talk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "cli/presence_store.h"
#include "cli/progress.h"

#include "vieweratlas/community/detect.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/graph/measured.h"
#include "vieweratlas/graph/statistics.h"
#include "vieweratlas/graph/weights.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/layout/layout.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/presence/aggregate.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/quality.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/render/poster.h"

namespace vieweratlas {
namespace {

// As many as a person reads in passing; all are in the results.
constexpr std::size_t kTopConnected = 5;
constexpr std::size_t kLabelsShown = 12;
// A random graph of the same degrees reaches about 0.2; below 0.4 communities deserve doubt.
constexpr double kWeakModularity = 0.4;

std::string number(std::uint64_t value) { return with_thousands(value); }

std::string counted(std::uint64_t value, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_thousands(value), value == 1 ? one : many);
}

}  // namespace

void AnalysisTalk::step_begins(AnalysisStep step) {
  console_.heading(fmt::format("[{}/{}] {}", static_cast<int>(step) + 1, kNumAnalysisSteps, title_of(step)));
  step_begin_s_ = part_begin_s_ = console_.now_seconds();
  if (step == AnalysisStep::kAggregate) console_.begin_progress("reading", ProgressUnit::kBytes);
  if (step == AnalysisStep::kSave) writing_.emplace(interrupt_);
}

void AnalysisTalk::step_ends(AnalysisStep step) {
  console_.end_progress();
  const double seconds = console_.now_seconds() - step_begin_s_;
  step_seconds_[static_cast<std::size_t>(step)] = seconds;
  say(fmt::format("      {}", seconds_text(seconds)));
  if (step == AnalysisStep::kSave) writing_.reset();
}

void AnalysisTalk::progress(std::uint64_t done, std::uint64_t total) { console_.update_progress(done, total); }

void AnalysisTalk::input_read(const InputReport& report) {
  console_.end_progress();
  for (const std::string& line : input_text(report)) say("      " + line);
}

void AnalysisTalk::presence_read(const Presence& presence, const QualityReport& quality) {
  console_.end_progress();
  const ReadReport& report = presence.report;
  say(fmt::format("      {} in {} ({})", counted(report.num_snapshots, "snapshot", "snapshots"), counted(report.num_files, "file", "files"),
                  bytes_text(report.num_bytes)));
  if (report.first && report.last) {
    say(fmt::format("      {} to {}, {} of {} hours covered", format_iso(*report.first), format_iso(*report.last),
                    number(quality.hours_covered), number(quality.hours_in_window)));
  }
  say(fmt::format("      {}, {} distinct viewers, {:.1f} channels per viewer", counted(quality.total_channels, "channel", "channels"),
                  number(quality.total_unique_viewers), quality.avg_channels_per_viewer));
  if (report.num_excluded_channels > 0) say(fmt::format("      {} excluded channels left out", number(report.num_excluded_channels)));
  if (report.num_refused_rows > 0) {
    console_.warning(
        fmt::format("{} rows of forgotten viewers are in the data and were left out; `vieweratlas forget` takes them out for good",
                    number(report.num_refused_rows)));
  }
  if (report.num_outside_window > 0) say(fmt::format("      {} snapshots outside of the time window", number(report.num_outside_window)));
  report_losses(report.losses);
}

void AnalysisTalk::aggregated(const Aggregate& aggregate, std::uint32_t degree_cap) {
  const AggregateReport& report = aggregate.report;
  const auto removed = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) say(fmt::format("      removed: {} {}", number(count), what));
  };
  removed(report.viewers_on_bot_list, "viewers on the bot list");
  removed(report.viewers_over_cap, fmt::format("viewers seen in more than {} channels", number(degree_cap)));
  removed(report.viewers_below_appearances, "viewers seen in too few channels");
  removed(report.channels_below_viewer_count, "channels with too small a viewer_count");
  removed(report.channels_excluded_by_game, "channels of excluded games");
  removed(report.channels_below_audience, "channels with too small an audience");
  if (report.memberships_after != report.memberships_before) {
    say(fmt::format("      left: {}, {} viewers", counted(aggregate.channels.size(), "channel", "channels"),
                    number(aggregate.incidence.num_viewers)));
  }
}

void AnalysisTalk::measured_graph_read(const MeasuredGraph& graph) {
  console_.end_progress();
  say(fmt::format("      a measured graph: {} rows, {}", number(graph.num_rows), counted(graph.channels.size(), "channel", "channels")));
  report_losses(graph.losses);
}

void AnalysisTalk::report_losses(const Losses& losses) {
  for (const auto& [reason, entry] : losses.by_reason()) {
    console_.warning(fmt::format("skipped {} x {}: {}", number(entry.count), reason, entry.example));
  }
}

void AnalysisTalk::graph_built(const std::vector<Channel>& channels, const GraphStatistics& statistics) {
  say(fmt::format("      {}, {}, density {:.4f}", counted(statistics.num_nodes, "channel", "channels"),
                  counted(statistics.num_edges, "link", "links"), statistics.density));
  say(fmt::format("      {}, {} without a link, largest overlap {}", counted(statistics.num_components, "component", "components"),
                  number(statistics.num_isolated), counted(statistics.max_shared, "viewer", "viewers")));
  std::vector<std::string> top;
  for (const ConnectedChannel& connected : statistics.top_connected) {
    if (top.size() == kTopConnected) break;
    top.push_back(fmt::format("{} ({})", channels[connected.node].display_name, counted(connected.degree, "link", "links")));
  }
  if (!top.empty()) say(fmt::format("      most connected: {}", fmt::join(top, ", ")));
}

void AnalysisTalk::links_withheld(std::uint64_t num_links, std::uint32_t min_overlap) {
  say(fmt::format("      {} of fewer than {} shared viewers withheld from all outputs", counted(num_links, "link", "links"),
                  number(min_overlap)));
}

void AnalysisTalk::communities_found(const CommunityResult& communities, EdgeWeight weight) {
  const std::vector<std::uint32_t> sizes = communities.partition.sizes();
  say(fmt::format("      {} by {} (best of {}) on {} weights, resolution {}", counted(sizes.size(), "community", "communities"),
                  name_of(communities.algorithm), counted(std::max<std::size_t>(communities.run_qualities.size(), 1), "run", "runs"),
                  name_of(weight), communities.resolution));
  if (!sizes.empty()) {
    say(fmt::format("      modularity {:.4f}, largest {}, smallest {}", communities.modularity,
                    counted(sizes.front(), "channel", "channels"), counted(sizes.back(), "channel", "channels")));
  }
  if (communities.num_merged_nodes > 0)
    say(fmt::format("      {} channels moved out of small groups", number(communities.num_merged_nodes)));
  if (communities.num_unassigned_nodes > 0) say(fmt::format("      {} channels unassigned", number(communities.num_unassigned_nodes)));
  if (communities.modularity < kWeakModularity) {
    say(fmt::format("      modularity under {}: audiences overlap evenly; more data, or another --resolution, may tell more",
                    kWeakModularity));
  }
}

void AnalysisTalk::tagged(const std::vector<CommunityLabel>& labels) {
  std::size_t shown = 0;
  for (const CommunityLabel& label : labels) {
    if (shown == kLabelsShown || (label.num_channels < 2 && shown > 0)) break;
    say(fmt::format("      {} ({})", label.text, counted(label.num_channels, "channel", "channels")));
    ++shown;
  }
  if (shown < labels.size()) say(fmt::format("      and {} smaller", number(labels.size() - shown)));
}

void AnalysisTalk::laid_out(const Layout& layout) {
  const double now = console_.now_seconds();
  say(fmt::format("      layout: {} iterations, {}", number(layout.iterations), seconds_text(now - part_begin_s_)));
  part_begin_s_ = now;
}

void AnalysisTalk::poster_drawn(const PosterReport& report) {
  say(fmt::format("      poster: {} of {} names placed", number(report.labels_placed),
                  number(report.labels_placed + report.labels_dropped)));
  if (report.glyphs_missing > 0) {
    console_.warning(
        fmt::format("{} characters cannot be drawn with the fonts installed; Debian's fonts-noto-core, fonts-noto-cjk and "
                    "fonts-noto-color-emoji have them",
                    number(report.glyphs_missing)));
  }
}

void AnalysisTalk::output_made(const OutputFile& file) {
  const double now = console_.now_seconds();
  say(fmt::format("      {:<22} {:>8}  {}", file.name, bytes_text(file.num_bytes), seconds_text(now - part_begin_s_)));
  part_begin_s_ = now;
}

void AnalysisTalk::saved(const std::vector<OutputFile>& files) {
  std::uint64_t total = 0;
  for (const OutputFile& file : files) total += file.num_bytes;
  say(fmt::format("      {} written, {}", counted(files.size(), "file", "files"), bytes_text(total)));
}

void AnalysisTalk::stale_output_found(std::string_view name) {
  console_.warning(fmt::format("{} in the output folder is from an earlier run and was not made again: it is switched off", name));
}

}  // namespace vieweratlas
