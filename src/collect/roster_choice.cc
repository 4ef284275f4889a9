#include "collect/roster_choice.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/presence/sighting.h"

namespace vieweratlas::collect_internal {
namespace {

struct Candidate {
  ChannelFacts facts;
  bool missing = false;
  std::uint64_t score = 0;
};

std::uint64_t viewers_of(const ChannelFacts& facts) { return facts.viewer_count.value_or(0); }

/// 5 : 4 in favour of who is in, which is 20 %.
std::uint64_t score_of(const ChannelFacts& facts, bool is_in) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max() / 5;
  return std::min(viewers_of(facts), kMost) * (is_in ? 5 : 4);
}

}  // namespace

std::vector<ChannelFacts> RosterChoice::choose(std::vector<ChannelFacts> seen, std::size_t limit, bool complete) {
  std::vector<Candidate> candidates;
  candidates.reserve(seen.size());
  std::map<std::string, Chosen> missing = std::move(chosen_);
  for (ChannelFacts& facts : seen) {
    const bool is_in = missing.erase(facts.channel_id) > 0;
    const std::uint64_t score = score_of(facts, is_in);
    candidates.push_back({.facts = std::move(facts), .missing = false, .score = score});
  }
  for (auto& [id, chosen] : missing) {
    if (complete && chosen.missing) continue;
    const std::uint64_t score = score_of(chosen.facts, true);
    candidates.push_back({.facts = std::move(chosen.facts), .missing = complete || chosen.missing, .score = score});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.facts.channel_id < b.facts.channel_id;
  });
  if (candidates.size() > limit) candidates.resize(limit);

  chosen_.clear();
  std::vector<ChannelFacts> result;
  result.reserve(candidates.size());
  for (Candidate& candidate : candidates) {
    chosen_.emplace(candidate.facts.channel_id, Chosen{.facts = candidate.facts, .missing = candidate.missing});
    result.push_back(std::move(candidate.facts));
  }
  std::sort(result.begin(), result.end(), [](const ChannelFacts& a, const ChannelFacts& b) {
    return viewers_of(a) != viewers_of(b) ? viewers_of(a) > viewers_of(b) : a.channel_id < b.channel_id;
  });
  return result;
}

void RosterChoice::keep_only(const std::function<bool(const ChannelFacts&)>& stays) {
  std::erase_if(chosen_, [&](const auto& entry) { return !stays(entry.second.facts); });
}

}  // namespace vieweratlas::collect_internal
