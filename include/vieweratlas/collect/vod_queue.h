#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

enum class VodStatus : std::uint8_t {
  kPending,
  kProcessing,
  kCompleted,
  kFailed,  ///< tried again at `next_attempt` until the attempts are used up
};
/// "pending", "processing", "completed", "failed".
[[nodiscard]] std::string_view name_of(VodStatus status);

/// A recording whose chat is wanted.
struct VodItem {
  std::string vod_id;   ///< [A-Za-z0-9_-]{1,64}
  std::string channel;  ///< login
  VodStatus status = VodStatus::kPending;
  std::uint32_t attempts = 0;           ///< begun ones
  std::optional<UtcTime> next_attempt;  ///< not before; empty = at once
  std::optional<UtcTime> lease_expires;
  std::string worker;  ///< who holds the lease
  std::optional<UtcTime> created;
  std::optional<UtcTime> updated;
  std::optional<UtcTime> vod_created;
  std::string last_error;
};

struct VodQueueOptions {
  std::uint32_t max_attempts = 5;
  std::chrono::seconds lease{900};
  std::chrono::seconds first_wait{300};  ///< after the first failure; doubled with each further one
  std::chrono::seconds longest_wait{6 * 3600};
};

struct VodQueueStats {
  std::uint64_t total = 0;
  std::uint64_t pending = 0;
  std::uint64_t processing = 0;
  std::uint64_t completed = 0;
  std::uint64_t retrying = 0;       ///< failed, will be tried again
  std::uint64_t given_up = 0;       ///< failed, attempts used up
  std::uint64_t due = 0;            ///< could be claimed at the moment
  std::optional<UtcTime> next_due;  ///< of those that are not due yet
};

namespace collect_internal {
class VodQueueHome;
}

/// What is to be imported, in a JSON file of this machine or in a store that many machines share. Each operation reads the queue, changes
/// it and puts it back at once, as one of several processes that may do so at the same time: a process that is killed leaves a whole queue
/// and, at worst, a lease that runs out. Times are those of the callers' clocks: leases need clocks that agree to some minutes. A worker
/// whose clock is further ahead takes over what another one is busy with, which costs a download and nothing else, since importing twice
/// gives the same object. Thread-compatible.
///
/// Errors of all: corrupt_data (no queue; the message says what to do), denied, unavailable, limit_exceeded (disk full), cancelled.
class VodQueue {
 public:
  explicit VodQueue(std::filesystem::path file, VodQueueOptions options = {});
  /// `store` must outlive it.
  explicit VodQueue(ObjectStore& store, VodQueueOptions options = {});
  VodQueue(VodQueue&& other) noexcept;
  ~VodQueue();

  /// Adds what is not known yet (by vod_id, whatever its status); returns how many. Errors also: invalid_argument (an id or login that
  /// is none).
  [[nodiscard]] Result<std::size_t> add(std::span<const VodItem> items, UtcTime now);
  /// Adds what `other` has and this one does not know, as it is there; returns how many.
  [[nodiscard]] Result<std::size_t> take_over(const VodQueue& other);
  /// The next item that is due, now leased to `worker`: the oldest recording first. Counts an attempt. Leases that have run out count
  /// as failed attempts. Items of `except` (ids) are passed over.
  [[nodiscard]] Result<std::optional<VodItem>> claim(std::string_view worker, UtcTime now,
                                                     const std::set<std::string, std::less<>>& except = {});
  /// The following fail with not_found when `worker` holds no lease of `vod_id` (any more): somebody else has taken it over.
  [[nodiscard]] Status renew(std::string_view vod_id, std::string_view worker, UtcTime now);
  [[nodiscard]] Status complete(std::string_view vod_id, std::string_view worker, UtcTime now);
  [[nodiscard]] Status fail(std::string_view vod_id, std::string_view worker, std::string_view problem, UtcTime now);
  /// Gives the item back: pending, the attempt is not counted, not before `now + wait`.
  [[nodiscard]] Status release(std::string_view vod_id, std::string_view worker, std::string_view problem, std::chrono::seconds wait,
                               UtcTime now);
  /// Drops recordings from before `unfinished` (completed ones: from before `completed`), by the recording's begin, else by when it was
  /// added. Items under a lease stay. Returns how many.
  [[nodiscard]] Result<std::size_t> drop_older(UtcTime unfinished, UtcTime completed);

  [[nodiscard]] Result<VodQueueStats> stats(UtcTime now) const;
  [[nodiscard]] Result<std::vector<VodItem>> items() const;

 private:
  using Items = std::vector<VodItem>;
  /// `change` returns whether there is something to store; it is called again when another process was faster.
  [[nodiscard]] Status update(const std::function<Result<bool>(Items&)>& change);
  [[nodiscard]] Status update_leased(std::string_view vod_id, std::string_view worker, const std::function<void(VodItem&)>& change);
  void count_failure(VodItem& item, std::string_view problem, UtcTime now) const;

  std::unique_ptr<collect_internal::VodQueueHome> home_;
  VodQueueOptions options_;
};

/// [A-Za-z0-9_-]{1,64}: an id that may be part of a path.
[[nodiscard]] bool is_vod_id(std::string_view text);
/// When a failed item is tried again, nothing when its attempts are used up.
[[nodiscard]] bool may_retry(const VodItem& item, const VodQueueOptions& options);

}  // namespace vieweratlas
