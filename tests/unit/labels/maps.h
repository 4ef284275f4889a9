#pragma once

// Small maps with planted communities, for the tests of the label layer.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/community/partition.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::labels_tests {

/// Channels and communities as they are added; links are all pairs inside a community.
class Map {
 public:
  /// Starts the next community; `add` puts channels into it.
  Map& community() {
    ++partition_.num_communities;
    return *this;
  }
  Map& add_spread(const std::string& name, std::vector<WeightedValue> games, std::vector<WeightedValue> languages,
                  std::uint64_t audience = 1000) {
    Channel channel;
    channel.login = name;
    channel.display_name = name;
    channel.audience = audience;
    channel.games = std::move(games);
    channel.languages = std::move(languages);
    channels_.push_back(std::move(channel));
    partition_.community.push_back(partition_.num_communities - 1);
    return *this;
  }
  Map& add(const std::string& name, const std::string& game, const std::string& language, std::uint64_t audience = 1000) {
    const auto fact = [](const std::string& value) {
      return value.empty() ? std::vector<WeightedValue>() : std::vector<WeightedValue>{{.value = value, .weight = 1}};
    };
    return add_spread(name, fact(game), fact(language), audience);
  }
  /// `count` channels PREFIX1, PREFIX2, ... alike, audiences falling.
  Map& add_many(const std::string& prefix, int count, const std::string& game, const std::string& language) {
    for (int i = 1; i <= count; ++i) add(prefix + std::to_string(i), game, language, static_cast<std::uint64_t>(1000 - i));
    return *this;
  }

  [[nodiscard]] OverlapGraph graph() const {
    OverlapGraph graph;
    for (std::size_t a = 0; a < channels_.size(); ++a) {
      for (std::size_t b = 0; b < channels_.size(); ++b) {
        if (a == b || partition_.community[a] != partition_.community[b]) continue;
        graph.neighbours.push_back(static_cast<std::uint32_t>(b));
        graph.shared.push_back(10);
      }
      graph.offsets.push_back(graph.neighbours.size());
      graph.audience.push_back(channels_[a].audience);
    }
    return graph;
  }
  [[nodiscard]] std::vector<CommunityLabel> labels(const LabelOptions& options = {}) const {
    auto result = label_communities(partition_, channels_, graph(), options);
    return std::move(result).value();
  }
  [[nodiscard]] std::vector<std::string> texts(const LabelOptions& options = {}) const {
    std::vector<std::string> result;
    for (const CommunityLabel& label : labels(options)) result.push_back(label.text);
    return result;
  }

  [[nodiscard]] std::vector<Channel>& channels() { return channels_; }
  [[nodiscard]] Partition& partition() { return partition_; }

 private:
  std::vector<Channel> channels_;
  Partition partition_;
};

}  // namespace vieweratlas::labels_tests
