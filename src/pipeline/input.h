#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/quality.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas::pipeline_internal {

/// What the graph stage starts from, and what the provenance says of it.
struct GraphInput {
  std::vector<Channel> channels;  ///< one per node
  OverlapGraph graph;
  bool measured = false;
  std::uint32_t max_shared = 0;  ///< largest overlap present, whatever the threshold
  std::string input_digest;
  std::string window_begin;
  std::string window_end;
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  std::optional<QualityReport> quality;
  std::map<std::string, std::uint64_t> snapshot_sources;
  Losses losses;
};

/// Steps 1 and 2 for presence logs: read, filter, project.
[[nodiscard]] Result<GraphInput> graph_from_presence(const AnalysisOptions& options, ThreadPool& pool, AnalysisObserver& observer);

/// Steps 1 and 2 for a graph that was measured elsewhere: read.
[[nodiscard]] Result<GraphInput> graph_from_files(const AnalysisOptions& options, AnalysisObserver& observer);

/// `names` (logins or ids), and the pseudonyms that collected data may have in their place.
[[nodiscard]] std::vector<std::string> with_pseudonyms(const std::vector<std::string>& names, const ViewerKey& key);

}  // namespace vieweratlas::pipeline_internal
