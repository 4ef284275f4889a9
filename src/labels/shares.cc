#include "labels/shares.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "labels/wording.h"

#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::labels_internal {
namespace {

// Distinctive: one chance in twenty that it is chance (one-sided), and half as frequent again as on the rest of the map, so that the
// many channels of a large map do not make a difference of a few percent a name.
constexpr double kDistinctiveZ = 1.645;
constexpr double kDistinctiveRatio = 1.5;

// The prior weighs as much as ten channels of the map's mixture (Monroe et al. take the size of the corpus; communities of five
// channels need a small one).
constexpr double kPriorChannels = 10.0;

/// All values of a fact, numbered, whatever their letter case.
class Vocabulary {
 public:
  /// The number of `value`, whose spelling gains `weight`.
  std::uint32_t number_of(const std::string& value, double weight) {
    const auto [entry, is_new] = numbers_.try_emplace(folded(value), static_cast<std::uint32_t>(spellings_.size()));
    if (is_new) spellings_.emplace_back();
    spellings_[entry->second][value] += weight;
    return entry->second;
  }
  /// The heaviest spelling, ties by bytes.
  [[nodiscard]] std::string spelling(std::uint32_t number) const {
    const auto& counts = spellings_[number];
    return std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->first;
  }

 private:
  std::map<std::string, std::uint32_t> numbers_;
  std::vector<std::map<std::string, double>> spellings_;
};

/// How many channels each value stands for, in one community or on the whole map.
struct Tally {
  std::map<std::uint32_t, double> counts;
  double total = 0;
  std::uint32_t num_channels = 0;

  void add(const std::vector<std::pair<std::uint32_t, double>>& shares) {
    for (const auto& [number, share] : shares) counts[number] += share;
    total += 1;
    ++num_channels;
  }
  [[nodiscard]] double count(std::uint32_t number) const {
    const auto found = counts.find(number);
    return found == counts.end() ? 0.0 : found->second;
  }
};

/// One channel's values as shares of one; empty when it has none.
std::vector<std::pair<std::uint32_t, double>> spread(const std::vector<WeightedValue>& values, Vocabulary& vocabulary) {
  std::vector<std::pair<std::string, double>> known;
  double total = 0;
  for (const WeightedValue& value : values) {
    std::string text = one_line(value.value);
    if (text.empty() || equals_ignoring_case(text, "unknown") || !(value.weight > 0) || !std::isfinite(value.weight)) continue;
    known.emplace_back(std::move(text), value.weight);
    total += value.weight;
  }
  std::vector<std::pair<std::uint32_t, double>> result;
  result.reserve(known.size());
  for (const auto& [text, weight] : known) result.emplace_back(vocabulary.number_of(text, weight / total), weight / total);
  return result;
}

double log_odds(double count, double total, double prior, double prior_total) {
  return std::log((count + prior) / (total + prior_total - count - prior));
}

Term term_of(std::uint32_t number, const Tally& here, const Tally& map, const Vocabulary& vocabulary) {
  const double count = here.count(number);
  const double map_count = map.count(number);
  const double rest_count = std::max(0.0, map_count - count);
  const double rest_total = map.total - here.total;
  Term term;
  term.value = vocabulary.spelling(number);
  term.share = count / here.total;
  term.map_share = map_count / map.total;
  term.rest_share = rest_total > 0 ? rest_count / rest_total : 0.0;
  // Without another value, or without a rest, there are no odds. The margin keeps rounding of sums from making some.
  const bool comparable = rest_total > 0 && term.map_share < 1 - 1e-9;
  if (comparable) {
    const double prior = kPriorChannels * term.map_share;
    const double delta = log_odds(count, here.total, prior, kPriorChannels) - log_odds(rest_count, rest_total, prior, kPriorChannels);
    term.z = delta / std::sqrt(1 / (count + prior) + 1 / (rest_count + prior));
  }
  return term;
}

Fact fact_of(const Tally& here, const Tally& map, const Vocabulary& vocabulary) {
  Fact fact;
  fact.num_channels = here.num_channels;
  for (const auto& [number, count] : here.counts) fact.terms.push_back(term_of(number, here, map, vocabulary));
  std::sort(fact.terms.begin(), fact.terms.end(),
            [](const Term& a, const Term& b) { return a.share != b.share ? a.share > b.share : a.value < b.value; });
  return fact;
}

}  // namespace

bool Term::distinctive() const { return z >= kDistinctiveZ && share >= kDistinctiveRatio * rest_share; }

std::vector<Fact> community_facts(const Partition& partition, std::span<const Channel> channels, ChannelFact fact) {
  Vocabulary vocabulary;
  std::vector<Tally> tallies(partition.num_communities);
  Tally map;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto shares = spread(channels[i].*fact, vocabulary);
    if (shares.empty()) continue;
    map.add(shares);
    if (partition.community[i] != Partition::kUnassigned) tallies[partition.community[i]].add(shares);
  }
  std::vector<Fact> result;
  result.reserve(tallies.size());
  for (const Tally& tally : tallies) result.push_back(fact_of(tally, map, vocabulary));
  return result;
}

}  // namespace vieweratlas::labels_internal
