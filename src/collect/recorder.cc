#include "vieweratlas/collect/recorder.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "collect/event_queue.h"
#include "collect/round_keeper.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using collect_internal::EventBatch;
using collect_internal::EventQueue;
using collect_internal::RoundKeeper;

constexpr std::size_t kMaxQueueBytes = std::size_t{64} << 20U;  // some 600,000 messages: ten seconds of the busiest hour
constexpr std::chrono::milliseconds kPatience{200};
constexpr std::chrono::milliseconds kLookAtDeadline{20};
constexpr std::chrono::milliseconds kBetweenLastTries{500};

/// The threads around a RoundKeeper, and the queue before it: one takes what is told, one stores.
class ThreadedRecorder final : public Recorder {
 public:
  ThreadedRecorder(CollectOptions options, const ViewerKey& viewers, const Clock& clock, Logger& log, RecorderParts parts)
      : options_(std::move(options)),
        viewers_(viewers),
        clock_(clock),
        log_(log),
        parts_(std::move(parts)),
        local_(options_.data_dir),
        queue_(clock, kMaxQueueBytes) {}
  ThreadedRecorder(const ThreadedRecorder&) = delete;
  ThreadedRecorder& operator=(const ThreadedRecorder&) = delete;
  ~ThreadedRecorder() override {
    request(false, SteadyTime::min());
    parts_.store_calls.request_stop();
    if (writer_.joinable()) writer_.join();
    if (storer_.joinable()) storer_.join();
  }

  Status start() {
    ObjectStore& store = parts_.store != nullptr ? *parts_.store : local_;
    auto keeper = RoundKeeper::open(options_, viewers_, store, parts_.disk_fault, log_, {.now = now(), .first_part = parts_.first_part});
    if (!keeper) return std::move(keeper).error();
    keeper_ = *std::move(keeper);
    counters_ = keeper_->counters();
    writer_ = std::thread([this] { write(); });
    storer_ = std::thread([this] { store_rounds(); });
    return {};
  }

  void facts(const ChannelFacts& facts, UtcMillis time) override { queue_.facts(facts, time); }
  void see(const Sighting& sighting) override { queue_.see(sighting); }
  void observed(std::string_view channel, UtcMillis begin, UtcMillis end) override { queue_.observed(channel, begin, end); }
  void lost(std::string_view channel, std::string_view reason, std::uint64_t count) override { queue_.lost(channel, reason, count); }
  void summarise(const RoundSummary& summary) override { queue_.summarise(summary); }

  [[nodiscard]] std::uint64_t rounds_stored() const override {
    const std::lock_guard lock(mutex_);
    return counters_.rounds_closed;
  }
  [[nodiscard]] RecorderCounters counters() const override;
  [[nodiscard]] Status finish(bool close_round, SteadyTime deadline) override;

 private:
  [[nodiscard]] collect_internal::Now now() const { return {.utc = clock_.utc(), .steady = clock_.steady()}; }
  void request(bool close_round, SteadyTime deadline);
  [[nodiscard]] bool is_asked_to_finish() const {
    const std::lock_guard lock(mutex_);
    return is_finishing_;
  }
  void write();
  void store_rounds();
  void store_the_last();
  void publish();

  const CollectOptions options_;
  const ViewerKey& viewers_;
  const Clock& clock_;
  Logger& log_;
  RecorderParts parts_;
  LocalStore local_;
  EventQueue queue_;
  std::unique_ptr<RoundKeeper> keeper_;  // the writer's, once it runs; but for storing, which is the storer's
  std::thread writer_;
  std::thread storer_;

  mutable std::mutex mutex_;
  std::condition_variable done_;
  RecorderCounters counters_;                 // guarded by mutex_, as are the following
  std::optional<SteadyTime> oldest_in_work_;  // of the batch that the writer has taken
  std::optional<SteadyTime> broken_since_;
  bool is_finishing_ = false;
  bool closes_round_ = false;
  SteadyTime deadline_ = SteadyTime::max();
  bool is_written_ = false;  // the writer has ended
  std::condition_variable written_;
  std::optional<Status> result_;
};

void ThreadedRecorder::write() {
  EventBatch batch;
  for (;;) {
    const bool is_last = is_asked_to_finish();  // before taking: what was told before finish() is in the batch
    queue_.take(batch, is_last ? std::chrono::milliseconds(0) : kPatience);
    if (!batch.empty()) {
      const std::lock_guard lock(mutex_);
      oldest_in_work_ = batch.oldest;
    }
    keeper_->set_now(now());
    tell(batch, *keeper_);
    if (is_last) break;
    keeper_->tick();
    publish();
  }
  keeper_->end(closes_round_);
  publish();
  const std::lock_guard lock(mutex_);
  is_written_ = true;
  written_.notify_all();
}

/// The storing thread: waits for the store as long as that takes.
void ThreadedRecorder::store_rounds() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (written_.wait_for(lock, kPatience, [this] { return is_written_; })) break;
    }
    keeper_->store_waiting(clock_.steady(), false);
  }
  store_the_last();
  Status result = keeper_->result();
  publish();
  const std::lock_guard lock(mutex_);
  result_ = std::move(result);
  done_.notify_all();
}

/// With no writer any more: tries until all is stored, time is over, or the store says what trying again does not change.
void ThreadedRecorder::store_the_last() {
  for (;;) {
    keeper_->store_waiting(clock_.steady(), true);
    const Status stored = keeper_->result();
    if (stored.ok() || stored.error().code != ErrorCode::kUnavailable) return;
    std::unique_lock lock(mutex_);
    if (clock_.steady() + kBetweenLastTries >= deadline_) return;
    written_.wait_for(lock, kBetweenLastTries, [this] { return clock_.steady() >= deadline_; });
  }
}

/// Shows others how things stand.
void ThreadedRecorder::publish() {
  RecorderCounters counters = keeper_->counters();
  const std::lock_guard lock(mutex_);
  counters_ = std::move(counters);
  broken_since_ = keeper_->broken_since();
  oldest_in_work_.reset();
}

RecorderCounters ThreadedRecorder::counters() const {
  const std::uint64_t depth = queue_.depth();
  const std::int64_t queue_lag_ms = queue_.lag_ms();
  const SteadyTime now = clock_.steady();
  const std::lock_guard lock(mutex_);
  RecorderCounters counters = counters_;
  counters.queue_depth = depth;
  counters.writer_lag_ms = queue_lag_ms;
  for (const std::optional<SteadyTime>& since : {oldest_in_work_, broken_since_}) {
    if (since) counters.writer_lag_ms = std::max<std::int64_t>(counters.writer_lag_ms, (now - *since).count());
  }
  return counters;
}

void ThreadedRecorder::request(bool close_round, SteadyTime deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_finishing_) closes_round_ = close_round;
    deadline_ = deadline;
    is_finishing_ = true;
  }
  queue_.wake();
}

Status ThreadedRecorder::finish(bool close_round, SteadyTime deadline) {
  request(close_round, deadline);
  std::unique_lock lock(mutex_);
  while (!result_) {
    if (clock_.steady() >= deadline) {
      parts_.store_calls.request_stop();
      return Error{ErrorCode::kUnavailable, "the recorder is still writing; what is not stored is in " +
                                                (options_.data_dir / "state" / "journal").string() + " and is stored at the next start"};
    }
    done_.wait_for(lock, kLookAtDeadline);
  }
  return *result_;
}

}  // namespace

Result<std::unique_ptr<Recorder>> Recorder::open(const CollectOptions& options, const ViewerKey& viewers, const Clock& clock, Logger& log,
                                                 RecorderParts parts) {
  auto recorder = std::make_unique<ThreadedRecorder>(options, viewers, clock, log, std::move(parts));
  if (Status started = recorder->start(); !started) return std::move(started).error();
  return std::unique_ptr<Recorder>(std::move(recorder));
}

}  // namespace vieweratlas
