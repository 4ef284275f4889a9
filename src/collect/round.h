#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collect/pair_counts.h"
#include "collect/viewer_index.h"
#include "collect/viewer_names.h"

#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/collect/round_schedule.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas::collect_internal {

/// What a round is, apart from what was seen in it.
struct RoundHeader {
  RoundWindow window;
  std::uint32_t shard = 0;
  std::uint32_t shards = 1;
  /// Counts up from 1 when a window is stored in several pieces: the collector was ended in the middle and started again, or with
  /// another key.
  std::uint32_t part = 1;
  bool stores_logins = false;
  std::string key_id;  ///< of the viewer key, 8 hex digits
  friend bool operator==(const RoundHeader&, const RoundHeader&) = default;
};

/// "round_20261122_100000", with "_shard-I-of-N" and "_part-P" where there are several.
[[nodiscard]] std::string name_of(const RoundHeader& header);

/// Names of losses that the recorder itself counts.
inline constexpr std::string_view kDuplicate = "duplicate";
inline constexpr std::string_view kLate = "late";
inline constexpr std::string_view kRefused = "refused";
inline constexpr std::string_view kMirror = "mirror";
/// Nobody listens to a channel for longer within a round; sums stay far from overflowing.
inline constexpr std::int64_t kMaxObservedMs = 400LL * 24 * 3600 * 1000;

inline constexpr std::string_view kMemoryFull = "memory_full";

struct ChannelRound {
  std::string login;
  std::string id;
  ChannelFacts facts;  ///< viewer_count: the largest of the window; the rest: what was told last
  std::optional<UtcMillis> facts_time;
  std::int64_t observed_ms = 0;
  std::uint64_t messages = 0;
  std::map<std::string, std::uint64_t, std::less<>> losses;
  PairCounts chat;
  PairCounts members;  ///< from membership lists
};

/// What was seen in one window. All changes go through its methods, and each is appended to a log as a record when there is one:
/// records that are applied to a fresh round in the same order make the same round. Thread-compatible.
class Round {
 public:
  explicit Round(RoundHeader header) : header_(std::move(header)) {}

  /// Records of changes are appended to `log` from now on; nullptr = none are made. Must outlive the round.
  void log_to(std::string* log) { log_ = log; }
  /// Makes the records that make a round of the state that this one is in.
  void append_checkpoint(std::string& out, const std::function<void()>& after_record) const;

  /// Finds or adds.
  std::uint32_t channel(std::string_view login, std::string_view id);
  [[nodiscard]] std::optional<std::uint32_t> find_channel(std::string_view login) const;
  /// Finds, and adds when there is room for one more (nullopt when not). `login` in clear where logins are stored, else empty.
  std::optional<std::uint32_t> viewer(const ViewerNames& names, std::string_view login, bool has_room);
  /// `count` sightings; `message` is the hash of the message's id, 0 = none.
  void see(std::uint32_t channel, std::uint32_t viewer, bool is_member, std::uint32_t count, std::uint64_t message);
  void facts(std::uint32_t channel, const ChannelFacts& facts, UtcMillis time);
  void observe(std::uint32_t channel, std::int64_t length_ms);
  /// Of a channel, or of the round.
  void lose(std::optional<std::uint32_t> channel, std::string_view reason, std::uint64_t count);
  void summarise(const RoundSummary& summary);

  [[nodiscard]] const RoundHeader& header() const { return header_; }
  [[nodiscard]] const std::vector<ChannelRound>& channels() const { return channels_; }
  [[nodiscard]] const ViewerIndex& viewers() const { return viewers_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& losses() const { return losses_; }
  [[nodiscard]] const std::optional<RoundSummary>& summary() const { return summary_; }
  [[nodiscard]] std::uint64_t num_pairs() const { return num_pairs_; }
  [[nodiscard]] std::uint64_t num_sightings() const { return num_sightings_; }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  RoundHeader header_;
  std::string* log_ = nullptr;
  std::vector<ChannelRound> channels_;
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard names it
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> number_of_channel_;
  ViewerIndex viewers_;
  std::map<std::string, std::uint64_t, std::less<>> losses_;
  std::optional<RoundSummary> summary_;
  std::uint64_t num_pairs_ = 0;
  std::uint64_t num_sightings_ = 0;
};

/// Applies `records` to `round`. Returns false at the first that is none, or that means a channel or viewer that was not named; those
/// before it have been applied. `on_message` is told the hash of each message's id.
[[nodiscard]] bool apply_records(std::string_view records, Round& round, const std::function<void(std::uint64_t)>& on_message);

}  // namespace vieweratlas::collect_internal
