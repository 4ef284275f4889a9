// Labels with their evidence: facts per community (shares), typical channels (typical), what to lead with (draft), and texts that
// no two communities share (unique).

#include "vieweratlas/labels/label.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "labels/draft.h"
#include "labels/shares.h"
#include "labels/typical.h"

#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas {
namespace {

using labels_internal::Draft;
using labels_internal::Fact;

constexpr std::size_t kShownShares = 5;
constexpr std::uint32_t kRepresentatives = 5;

Status check_threshold(const char* name, double percent) {
  if (percent > 0 && percent <= 100) return {};
  return Error{ErrorCode::kInvalidArgument, std::string(name) + " is a percentage above 0 and up to 100"};
}

std::vector<LabelShare> shown_shares(const Fact& fact) {
  std::vector<LabelShare> result;
  for (std::size_t i = 0; i < std::min(kShownShares, fact.terms.size()); ++i) {
    result.push_back({.value = fact.terms[i].value, .percent = fact.terms[i].share * 100, .map_percent = fact.terms[i].map_share * 100});
  }
  return result;
}

bool is_clear(const Fact& fact, double threshold) {
  // The margin makes 6 of 10 channels 60 percent, whatever their sum rounds to.
  return !fact.terms.empty() && fact.terms.front().share * 100 + 1e-9 >= threshold;
}

}  // namespace

Result<std::vector<CommunityLabel>> label_communities(const Partition& partition, std::span<const Channel> channels,
                                                      const OverlapGraph& graph, const LabelOptions& options) {
  if (Status status = check_threshold("game_threshold", options.game_threshold); !status.ok()) return std::move(status).error();
  if (Status status = check_threshold("language_threshold", options.language_threshold); !status.ok()) return std::move(status).error();
  VA_CHECK(channels.size() == graph.num_nodes() && partition.community.size() == channels.size());

  const std::vector<Fact> games = labels_internal::community_facts(partition, channels, &Channel::games);
  const std::vector<Fact> languages = labels_internal::community_facts(partition, channels, &Channel::languages);
  const auto representatives = labels_internal::typical_channels(partition, channels, graph, kRepresentatives);
  const std::vector<std::uint32_t> sizes = partition.sizes();
  std::vector<Draft> drafts;
  drafts.reserve(partition.num_communities);
  for (std::uint32_t community = 0; community < partition.num_communities; ++community) {
    drafts.push_back(labels_internal::draft_label({.games = games[community],
                                                   .languages = languages[community],
                                                   .representatives = representatives[community],
                                                   .channels = channels,
                                                   .num_channels = sizes[community],
                                                   .community = community},
                                                  options));
  }
  std::vector<std::string> texts = labels_internal::unique_texts(drafts);
  std::vector<CommunityLabel> labels(partition.num_communities);
  for (std::uint32_t community = 0; community < partition.num_communities; ++community) {
    CommunityLabel& label = labels[community];
    label.text = std::move(texts[community]);
    label.reason = std::move(drafts[community].reason) + ".";
    label.games = shown_shares(games[community]);
    label.languages = shown_shares(languages[community]);
    label.representatives = representatives[community];
    label.num_channels = sizes[community];
    label.num_with_game = games[community].num_channels;
    label.num_with_language = languages[community].num_channels;
    label.clear_game = is_clear(games[community], options.game_threshold);
    label.clear_language = is_clear(languages[community], options.language_threshold);
  }
  return labels;
}

}  // namespace vieweratlas
