#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/quality.h"

/// The atlas as text files, described field by field in docs/formats.md. All are valid UTF-8 and equal bytes for equal
/// input; numbers have six significant digits; what is not known is an empty cell (CSV), null (JSON) or left out (GEXF).
/// Thread-safe: they read only. O(channels + edges).
namespace vieweratlas {

/// RFC 4180, one row per channel: id,viewers,viewer_count,game,title,name,language,community,label,x,y,radius,degree,strength.
/// `community` is -1 where a channel has none. Text is safe to open in a spreadsheet (core/csv.h).
[[nodiscard]] std::string nodes_csv(const Atlas& atlas);

/// RFC 4180, one row per edge:
/// source,target,weight,jaccard,overlap,cosine,lift,p_target_given_source,p_source_given_target. `weight` is shared viewers.
[[nodiscard]] std::string edges_csv(const Atlas& atlas);

/// GEXF 1.2 with positions, sizes and colours, so that Gephi opens the map as it was drawn (its y axis points up, ours down).
/// Characters that XML cannot hold are left out.
[[nodiscard]] std::string gexf(const Atlas& atlas);

/// What analysis_results.json tells beyond the atlas.
struct ResultsContext {
  std::uint64_t min_channel_viewers = 0;
  /// Of the input before filters; null for a measured graph, whose numbers are then those of the atlas.
  const QualityReport* quality = nullptr;
  std::map<std::string, std::uint64_t> snapshot_sources;  ///< "live", "vod", ... -> snapshots
  Losses losses;                                          ///< input that could not be used
};

/// analysis_results.json: config, partition, labels with evidence, statistics, losses, provenance. `timestamp` is the end of
/// the data's window and not the time of the run (null for a measured graph), so that equal input gives equal bytes.
[[nodiscard]] std::string results_json(const Atlas& atlas, const ResultsContext& context);

}  // namespace vieweratlas
