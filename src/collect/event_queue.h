#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas::collect_internal {

/// Takes what a recorder is told, in the order in which it was told.
class EventTaker : public PresenceSink {
 public:
  virtual void summarise(const RoundSummary& summary) = 0;
};

/// What was told between two looks of the writer.
struct EventBatch {
  std::string bytes;
  std::uint64_t num_events = 0;
  SteadyTime oldest{};                          ///< when the first event came
  std::map<std::string, std::uint64_t> losses;  ///< what found the queue full, by reason

  [[nodiscard]] bool empty() const { return num_events == 0 && losses.empty(); }
};

/// Tells `taker` the events of `batch`.
void tell(const EventBatch& batch, EventTaker& taker);

/// The bounded queue between those who see and the one who writes. Telling it something costs a lock that is never held for long
/// and a copy of the text: it never waits for the disk. What does not fit is counted as lost ("queue_full"). Thread-safe.
class EventQueue final : public EventTaker {
 public:
  /// `clock` must outlive the queue. `max_bytes` of events wait at most; an event takes some 100.
  EventQueue(const Clock& clock, std::size_t max_bytes) : clock_(clock), max_bytes_(max_bytes) {}

  void facts(const ChannelFacts& facts, UtcMillis time) override;
  void see(const Sighting& sighting) override;
  void observed(std::string_view channel, UtcMillis begin, UtcMillis end) override;
  void lost(std::string_view channel, std::string_view reason, std::uint64_t count) override;
  void summarise(const RoundSummary& summary) override;

  /// Gives `batch` all that waits, and takes its memory for what comes next. Gives it `patience` to gather, less when much comes:
  /// so the writer works a few times a second, not for each message.
  void take(EventBatch& batch, std::chrono::milliseconds patience);
  /// Ends the wait of take().
  void wake();
  [[nodiscard]] std::uint64_t depth() const;
  /// How long the oldest event has been waiting; 0 when there is none.
  [[nodiscard]] std::int64_t lag_ms() const;

 private:
  template <typename Write>
  void add(const Write& write);
  void refuse(std::string_view reason, std::uint64_t count);
  [[nodiscard]] bool is_filling() const { return batch_.bytes.size() >= max_bytes_ / 4; }

  const Clock& clock_;
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  EventBatch batch_;       // guarded by mutex_
  bool is_woken_ = false;  // guarded by mutex_
};

}  // namespace vieweratlas::collect_internal
