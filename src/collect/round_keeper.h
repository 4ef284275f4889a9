#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/event_queue.h"
#include "collect/journal.h"
#include "collect/open_round.h"
#include "collect/recent_ids.h"
#include "collect/round.h"
#include "collect/viewer_names.h"
#include "collect/waiting_rounds.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/collect/round_schedule.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

struct Now {
  UtcMillis utc{};
  SteadyTime steady{};
};

struct RoundStart {
  Now now;
  std::uint32_t first_part = 1;  ///< from which parts of a window are counted
};

/// How long after its window a round takes what comes late.
inline constexpr std::chrono::seconds kGrace{15};

/// All of a recorder but its thread and its clock: which event belongs to which round, when a round is over, what is read back after a
/// crash. Told the time before it is told events. Thread-compatible, but for store_waiting(), which may run beside all others.
class RoundKeeper final : public EventTaker {
 public:
  /// Reads the journals back. References must outlive it.
  /// Errors: denied, limit_exceeded, corrupt_data (a journal of another version; the list of whom to forget; the daily state),
  /// invalid_argument (the list of whom to forget was made with another key).
  [[nodiscard]] static Result<std::unique_ptr<RoundKeeper>> open(const CollectOptions& options, const ViewerKey& key, ObjectStore& store,
                                                                 DiskFault fault, Logger& log, const RoundStart& start);

  void set_now(Now now) { now_ = now; }
  void facts(const ChannelFacts& facts, UtcMillis time) override;
  void see(const Sighting& sighting) override;
  void observed(std::string_view channel, UtcMillis begin, UtcMillis end) override;
  void lost(std::string_view channel, std::string_view reason, std::uint64_t count) override;
  void summarise(const RoundSummary& summary) override;
  /// To be called some times a second: writes, syncs, closes rounds that are over. Does not ask the store anything.
  void tick();
  /// Tries to store what waits, when it is time to (`at_once`: now); may take as long as the store does. For one thread.
  void store_waiting(SteadyTime now, bool at_once) { waiting_.tick(now, at_once); }
  /// Closes the open rounds, or leaves them in their journals.
  void end(bool close_rounds);
  /// After end(): what keeps a round from being stored or from being safe.
  [[nodiscard]] Status result();

  /// Without what the queue knows.
  [[nodiscard]] RecorderCounters counters() const;
  /// Since when something is in memory only because its journal is broken.
  [[nodiscard]] std::optional<SteadyTime> broken_since() const;

 private:
  struct KnownFacts {
    ChannelFacts facts;
    UtcMillis time;
  };

  RoundKeeper(const CollectOptions& options, const ViewerKey& key, ObjectStore& store, DailyState daily, DiskFault fault, Logger& log,
              const RoundStart& start);

  // recovery.cc
  [[nodiscard]] Status recover();
  [[nodiscard]] Status recover_one(const std::filesystem::path& path);
  [[nodiscard]] Status go_on(const std::filesystem::path& path, const RoundHeader& header);
  [[nodiscard]] bool is_ours_and_open(const RoundHeader& header) const;

  [[nodiscard]] RoundWindow window_of(UtcMillis time) const;
  [[nodiscard]] OpenRound* find_open(UtcMillis time);
  OpenRound& round_for(UtcMillis time, bool& is_late);
  OpenRound& open_round(const RoundWindow& window);
  OpenRound& current();
  [[nodiscard]] RoundHeader next_header(const RoundWindow& window) const;
  [[nodiscard]] bool is_taken(const RoundHeader& header) const;
  void look_for_rounds();
  void close(std::size_t index);
  void refresh_forgotten();
  void report_problem();

  std::optional<std::uint32_t> channel_in(OpenRound& open, std::string_view login, std::string_view id);
  [[nodiscard]] bool has_room(const Round& round) const;
  void count(OpenRound& open, std::optional<std::uint32_t> channel, std::string_view reason, std::uint64_t number);

  const CollectOptions& options_;
  const ViewerKey& key_;
  const ObjectStore& store_;
  DiskFault fault_;
  Logger& log_;
  Now now_;
  std::uint32_t first_part_;
  UtcMillis origin_;  // of windows that are not aligned
  std::filesystem::path journals_;
  std::filesystem::path forgotten_file_;
  std::string key_id_;
  ForgottenList forgotten_;
  std::optional<Error> forgotten_problem_;
  SteadyTime forgotten_looked_at_;
  PseudonymCache names_;
  RecentIds recent_;
  std::set<std::string> taken_;                   // names of the rounds of the first windows that the store held at the start
  UtcMillis known_from_{};                        // earlier windows may have rounds that this recorder does not know of
  std::vector<std::unique_ptr<OpenRound>> open_;  // one, or two around the turn of a window
  WaitingRounds waiting_;
  std::map<std::string, KnownFacts, std::less<>> known_facts_;
  std::string told_problem_;
  RecorderCounters counters_;
  std::uint64_t retries_of_closed_ = 0;
};

}  // namespace vieweratlas::collect_internal
