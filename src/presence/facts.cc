#include "presence/facts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "presence/intake.h"
#include "presence/resolve.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::presence_internal {
namespace {

constexpr std::size_t kMaxTitles = 8;  // Channel's contract
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

/// The weighted texts of some snapshots, heaviest first, ties in the order of the texts.
class Tally {
 public:
  void add(std::uint32_t text, std::uint64_t weight) {
    if (text != 0 && weight > 0) weights_.emplace_back(text, weight);
  }

  std::vector<WeightedValue> take(const std::vector<std::string>& texts, std::size_t max_values) {
    std::sort(weights_.begin(), weights_.end());
    std::size_t size = 0;
    for (const auto& [text, weight] : weights_) {
      if (size > 0 && weights_[size - 1].first == text) {
        weights_[size - 1].second += weight;
      } else {
        weights_[size++] = {text, weight};
      }
    }
    weights_.resize(size);
    // Texts are numbered in their order, and sorted: a stable sort by weight keeps ties in it.
    std::stable_sort(weights_.begin(), weights_.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    weights_.resize(std::min(size, max_values));
    std::vector<WeightedValue> values;
    values.reserve(weights_.size());
    for (const auto& [text, weight] : weights_) values.push_back({.value = texts[text], .weight = static_cast<double>(weight)});
    weights_.clear();
    return values;
  }

 private:
  std::vector<std::pair<std::uint32_t, std::uint64_t>> weights_;
};

}  // namespace

void add_facts(Resolution& resolution, std::span<const std::uint32_t> chatters_of_snapshot, ThreadPool& pool) {
  std::vector<std::size_t> begins{0};  // snapshots of a channel follow each other
  for (const Channel& channel : resolution.channels) begins.push_back(begins.back() + channel.num_snapshots);
  constexpr std::size_t kGrain = 64;
  pool.parallel_for(resolution.channels.size(), kGrain, [&](std::size_t begin, std::size_t end, unsigned /*worker*/) {
    Tally games;
    Tally languages;
    Tally titles;
    for (std::size_t c = begin; c < end; ++c) {
      for (std::size_t s = begins[c]; s < begins[c + 1]; ++s) {
        const ResolvedSnapshot& snapshot = resolution.snapshots[s];
        const bool is_counted = snapshot.viewer_count != kNoViewerCount && snapshot.viewer_count > 0;
        const std::uint64_t weight = is_counted ? snapshot.viewer_count : chatters_of_snapshot[s];
        games.add(snapshot.game, weight);
        languages.add(snapshot.language, weight);
        titles.add(snapshot.title, weight);
      }
      resolution.channels[c].games = games.take(resolution.texts, kNoLimit);
      resolution.channels[c].languages = languages.take(resolution.texts, kNoLimit);
      resolution.channels[c].titles = titles.take(resolution.texts, kMaxTitles);
    }
  });
}

}  // namespace vieweratlas::presence_internal
