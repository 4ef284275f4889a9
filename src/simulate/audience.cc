// Draws the channels of each viewer, then turns viewer -> channels into channel -> viewers.
//
// A viewer has a home community and a heavy-tailed number of draws. A draw falls into community s other than the home r with
// probability c share(s) near(r, s), where near > 1 for the same language or the same game and c makes `mixing` the mean over
// all viewers. That contrast is what gives a map its geography. All pairs of one language are joined equally strongly for
// their size, and by less than in a random graph of the same strengths (lift < 1): modularity at resolution 1 keeps them apart.
#include "simulate/audience.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "simulate/alias_table.h"
#include "simulate/world.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas::simulate_internal {
namespace {

/// Viewers are drawn in blocks, each with a generator of its own. Their number bounds both the threads that help and the
/// counters (blocks x channels), so it is fixed.
constexpr std::size_t kBlocks = 64;
constexpr double kSameLanguage = 4.5;
constexpr double kSameGame = 3.0;
/// Spread of the logarithm of the number of draws; after repeated channels are dropped, the mean square of the number of
/// channels is 4-8 times the squared mean, as in the data sets that docs/performance.md measures.
constexpr double kDegreeSigma = 2.0;
constexpr std::uint32_t kMaxDraws = 1000;
/// Bots are in a log-uniform share of all channels.
constexpr double kBotLeastShare = 0.02;
constexpr double kBotMostShare = 0.90;

class ChannelSampler {
 public:
  explicit ChannelSampler(const World& world) : world_(world), home_(home_weights(world)) {
    double mean_total = 0;
    for (const CommunityPlan& home : world.communities) {
      const std::vector<double> weights = away_weights(world, home);
      const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
      away_.emplace_back(weights);
      away_chance_.push_back(total);
      mean_total += total * home.share;
      std::vector<double> popularity;
      popularity.reserve(home.channels.size());
      for (const std::uint32_t channel : home.channels) popularity.push_back(world.channels[channel].popularity);
      channel_.emplace_back(popularity);
    }
    for (double& chance : away_chance_) chance = std::min(1.0, chance / mean_total * world.options.mixing);
  }

  [[nodiscard]] std::uint32_t draw_home(Random& random) const { return home_.draw(random); }
  [[nodiscard]] std::uint32_t draw_channel(std::uint32_t home, Random& random) const {
    const std::uint32_t community = random.chance(away_chance_[home]) ? away_[home].draw(random) : home;
    return world_.communities[community].channels[channel_[community].draw(random)];
  }

 private:
  static std::vector<double> home_weights(const World& world) {
    std::vector<double> weights;
    weights.reserve(world.communities.size());
    for (const CommunityPlan& plan : world.communities) weights.push_back(plan.share);
    return weights;
  }
  static std::vector<double> away_weights(const World& world, const CommunityPlan& from) {
    std::vector<double> weights;
    for (const CommunityPlan& to : world.communities) {
      const double near = (to.language == from.language ? kSameLanguage : 1.0) * (to.scene == from.scene ? kSameGame : 1.0);
      weights.push_back(&to == &from ? 0.0 : to.share * near);
    }
    if (weights.size() == 1) weights[0] = 1.0;  // nowhere else to go
    return weights;
  }

  const World& world_;
  AliasTable home_;
  std::vector<AliasTable> away_;     // by home community
  std::vector<double> away_chance_;  // by home community
  std::vector<AliasTable> channel_;  // by community
};

/// Log-normal, at least 1, with the mean that the options ask for.
std::uint32_t draw_degree(const SimulateOptions& options, Random& random) {
  // 1 + floor(x) has the mean 0.5 + E[x] when x is spread over many whole numbers; near 0 the error stays below 0.3.
  const double mean = std::max(0.05, options.channels_per_viewer - 0.75);
  const double x = std::exp(std::log(mean) - kDegreeSigma * kDegreeSigma / 2 + kDegreeSigma * random.normal());
  return 1 + static_cast<std::uint32_t>(std::min<double>(x, kMaxDraws - 1));
}

void draw_person(const ChannelSampler& sampler, const SimulateOptions& options, Random& random, std::vector<std::uint32_t>& channels) {
  const std::uint32_t home = sampler.draw_home(random);
  const std::uint32_t draws = draw_degree(options, random);
  channels.clear();
  for (std::uint32_t i = 0; i < draws; ++i) channels.push_back(sampler.draw_channel(home, random));
  std::sort(channels.begin(), channels.end());
  channels.erase(std::unique(channels.begin(), channels.end()), channels.end());
}

void draw_bot(std::uint32_t num_channels, Random& random, std::vector<std::uint32_t>& channels) {
  const double share = kBotLeastShare * std::pow(kBotMostShare / kBotLeastShare, random.uniform());
  channels.clear();
  for (std::uint32_t channel = 0; channel < num_channels; ++channel) {
    if (random.chance(share)) channels.push_back(channel);
  }
  if (channels.empty()) channels.push_back(static_cast<std::uint32_t>(random.below(num_channels)));
}

/// The viewers [begin, end) of one block and their channels, viewer by viewer.
struct Block {
  std::vector<std::uint32_t> degrees;
  std::vector<std::uint32_t> channels;
  std::vector<std::uint64_t> count_or_place;  // per channel: members in this block, later where its next member goes
};

struct Range {
  std::uint32_t begin;
  std::uint32_t end;
};

Range block_range(const SimulateOptions& options, std::size_t block) {
  const std::uint64_t all = std::uint64_t{options.viewers} + options.bots;
  return {static_cast<std::uint32_t>(all * block / kBlocks), static_cast<std::uint32_t>(all * (block + 1) / kBlocks)};
}

Block draw_block(const World& world, const ChannelSampler& sampler, std::size_t index) {
  const auto num_channels = static_cast<std::uint32_t>(world.channels.size());
  const Range range = block_range(world.options, index);
  Random random = Random(world.options.seed).fork("audience").fork(index);
  Block block;
  block.count_or_place.assign(num_channels, 0);
  block.degrees.reserve(range.end - range.begin);
  std::vector<std::uint32_t> channels;
  for (std::uint32_t viewer = range.begin; viewer < range.end; ++viewer) {
    if (viewer < world.options.viewers) {
      draw_person(sampler, world.options, random, channels);
    } else {
      draw_bot(num_channels, random, channels);
    }
    block.degrees.push_back(static_cast<std::uint32_t>(channels.size()));
    block.channels.insert(block.channels.end(), channels.begin(), channels.end());
    for (const std::uint32_t channel : channels) ++block.count_or_place[channel];
  }
  return block;
}

/// Turns the counts of all blocks into places: rows one after another, inside a row block after block.
std::vector<std::uint64_t> assign_places(std::vector<Block>& blocks, std::size_t num_channels) {
  std::vector<std::uint64_t> offsets(num_channels + 1, 0);
  std::uint64_t place = 0;
  for (std::size_t channel = 0; channel < num_channels; ++channel) {
    offsets[channel] = place;
    for (Block& block : blocks) {
      const std::uint64_t count = block.count_or_place[channel];
      block.count_or_place[channel] = place;
      place += count;
    }
  }
  offsets[num_channels] = place;
  return offsets;
}

void scatter(Block& block, std::uint32_t first_viewer, std::vector<std::uint32_t>& viewers) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < block.degrees.size(); ++i) {
    for (std::uint32_t k = 0; k < block.degrees[i]; ++k) {
      viewers[block.count_or_place[block.channels[at++]]++] = first_viewer + static_cast<std::uint32_t>(i);
    }
  }
  block = {};
}

}  // namespace

Audience draw_audience(const World& world, ThreadPool& pool) {
  const ChannelSampler sampler(world);
  std::vector<Block> blocks(kBlocks);
  pool.parallel_for(kBlocks, 1, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t i = begin; i < end; ++i) blocks[i] = draw_block(world, sampler, i);
  });
  Audience audience;
  audience.offsets = assign_places(blocks, world.channels.size());
  audience.viewers.resize(audience.offsets.back());
  pool.parallel_for(kBlocks, 1, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t i = begin; i < end; ++i) scatter(blocks[i], block_range(world.options, i).begin, audience.viewers);
  });
  return audience;
}

}  // namespace vieweratlas::simulate_internal
