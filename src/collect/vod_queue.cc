#include "vieweratlas/collect/vod_queue.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "collect/vod_queue_file.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/system_error.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

/// Holds FILE.lock until it ends; the kernel lets it go when the process dies.
class QueueLock {
 public:
  [[nodiscard]] static Result<QueueLock> take(const fs::path& file) {
    fs::path path = file;
    path += ".lock";
    std::error_code problem;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), problem);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return system_error(errno, "locking", path);
    QueueLock lock(fd);
    while (::flock(fd, LOCK_EX) != 0) {
      if (errno != EINTR) return system_error(errno, "locking", path);
    }
    return lock;
  }
  QueueLock(QueueLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  QueueLock(const QueueLock&) = delete;
  QueueLock& operator=(const QueueLock&) = delete;
  QueueLock& operator=(QueueLock&&) = delete;
  ~QueueLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit QueueLock(int fd) : fd_(fd) {}
  int fd_;
};

Result<std::vector<VodItem>> read_queue(const fs::path& file) {
  const auto json = read_file(file);
  if (!json && json.error().code == ErrorCode::kNotFound) return std::vector<VodItem>();
  if (!json) return json.error();
  auto items = collect_internal::parse_vod_queue(*json);
  if (!items) return std::move(items).error().with_context(printable(file.string(), 400));
  return items;
}

/// Oldest recordings first: they are the next to disappear.
UtcTime age_of(const VodItem& item) { return item.vod_created.value_or(item.created.value_or(UtcTime{})); }

bool is_due(const VodItem& item, const VodQueueOptions& options, UtcTime now) {
  if (item.status == VodStatus::kPending || may_retry(item, options)) return !item.next_attempt || *item.next_attempt <= now;
  return false;
}

bool has_lost_lease(const VodItem& item, UtcTime now) {
  return item.status == VodStatus::kProcessing && (!item.lease_expires || *item.lease_expires <= now);
}

}  // namespace

std::string_view name_of(VodStatus status) {
  switch (status) {
    case VodStatus::kPending: return "pending";
    case VodStatus::kProcessing: return "processing";
    case VodStatus::kCompleted: return "completed";
    case VodStatus::kFailed: return "failed";
  }
  return "pending";
}

bool is_vod_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

bool may_retry(const VodItem& item, const VodQueueOptions& options) {
  return item.status == VodStatus::kFailed && item.attempts < options.max_attempts;
}

Status VodQueue::update(const std::function<Result<bool>(Items&)>& change) {
  const auto lock = QueueLock::take(file_);
  if (!lock) return lock.error();
  auto items = read_queue(file_);
  if (!items) return std::move(items).error();
  const auto is_changed = change(*items);
  if (!is_changed) return is_changed.error();
  return *is_changed ? write_file_atomic(file_, collect_internal::print_vod_queue(*items)) : Status();
}

Status VodQueue::update_leased(std::string_view vod_id, std::string_view worker, const std::function<void(VodItem&)>& change) {
  return update([&](Items& items) -> Result<bool> {
    const auto item = std::find_if(items.begin(), items.end(), [&](const VodItem& known) { return known.vod_id == vod_id; });
    if (item == items.end() || item->status != VodStatus::kProcessing || item->worker != worker) {
      return Error{ErrorCode::kNotFound, "recording " + printable(vod_id, 80) + " is not held by this process any more"};
    }
    change(*item);
    return true;
  });
}

Result<std::size_t> VodQueue::add(std::span<const VodItem> added, UtcTime now) {
  for (const VodItem& item : added) {
    if (!is_vod_id(item.vod_id)) return Error{ErrorCode::kInvalidArgument, printable(item.vod_id, 80) + " is no id of a recording"};
    if (!is_login(item.channel)) return Error{ErrorCode::kInvalidArgument, printable(item.channel, 80) + " is no channel's login"};
  }
  std::size_t num_new = 0;
  const Status status = update([&](Items& items) -> Result<bool> {
    for (const VodItem& item : added) {
      const bool is_known = std::any_of(items.begin(), items.end(), [&](const VodItem& known) { return known.vod_id == item.vod_id; });
      if (is_known) continue;
      items.push_back({.vod_id = item.vod_id, .channel = item.channel, .created = now, .updated = now, .vod_created = item.vod_created});
      ++num_new;
    }
    return num_new > 0;
  });
  if (!status) return status.error();
  return num_new;
}

void VodQueue::count_failure(VodItem& item, std::string_view problem, UtcTime now) const {
  item.status = VodStatus::kFailed;
  item.worker.clear();
  item.lease_expires.reset();
  item.updated = now;
  item.last_error = printable(problem, 400);
  item.next_attempt.reset();
  if (!may_retry(item, options_)) return;
  std::chrono::seconds wait = options_.first_wait;
  for (std::uint32_t i = 1; i < item.attempts && wait < options_.longest_wait; ++i) wait *= 2;
  item.next_attempt = now + std::min(wait, options_.longest_wait);
}

Result<std::optional<VodItem>> VodQueue::claim(std::string_view worker, UtcTime now, const std::set<std::string, std::less<>>& except) {
  std::optional<VodItem> claimed;
  const Status status = update([&](Items& items) -> Result<bool> {
    bool is_changed = false;
    VodItem* next = nullptr;
    for (VodItem& item : items) {
      if (has_lost_lease(item, now)) {
        count_failure(item, "the process that worked on it ended", now);
        is_changed = true;
      }
      if (except.contains(item.vod_id)) continue;
      if (is_due(item, options_, now) && (next == nullptr || age_of(item) < age_of(*next))) next = &item;
    }
    if (next == nullptr) return is_changed;
    next->status = VodStatus::kProcessing;
    ++next->attempts;
    next->worker = worker;
    next->lease_expires = now + options_.lease;
    next->next_attempt.reset();
    next->updated = now;
    claimed = *next;
    return true;
  });
  if (!status) return status.error();
  return claimed;
}

Status VodQueue::renew(std::string_view vod_id, std::string_view worker, UtcTime now) {
  return update_leased(vod_id, worker, [&](VodItem& item) { item.lease_expires = now + options_.lease; });
}

Status VodQueue::complete(std::string_view vod_id, std::string_view worker, UtcTime now) {
  return update_leased(vod_id, worker, [&](VodItem& item) {
    item.status = VodStatus::kCompleted;
    item.worker.clear();
    item.lease_expires.reset();
    item.last_error.clear();
    item.updated = now;
  });
}

Status VodQueue::fail(std::string_view vod_id, std::string_view worker, std::string_view problem, UtcTime now) {
  return update_leased(vod_id, worker, [&](VodItem& item) { count_failure(item, problem, now); });
}

Status VodQueue::release(std::string_view vod_id, std::string_view worker, std::string_view problem, std::chrono::seconds wait,
                         UtcTime now) {
  return update_leased(vod_id, worker, [&](VodItem& item) {
    item.status = VodStatus::kPending;
    item.attempts -= item.attempts > 0 ? 1 : 0;
    item.worker.clear();
    item.lease_expires.reset();
    item.next_attempt.reset();
    if (wait.count() > 0) item.next_attempt = now + wait;
    item.last_error = printable(problem, 400);
    item.updated = now;
  });
}

Result<std::size_t> VodQueue::drop_older(UtcTime unfinished, UtcTime completed) {
  std::size_t num_dropped = 0;
  const Status status = update([&](Items& items) -> Result<bool> {
    num_dropped = std::erase_if(items, [&](const VodItem& item) {
      if (item.status == VodStatus::kProcessing || age_of(item) == UtcTime{}) return false;
      return age_of(item) < (item.status == VodStatus::kCompleted ? completed : unfinished);
    });
    return num_dropped > 0;
  });
  if (!status) return status.error();
  return num_dropped;
}

Result<VodQueueStats> VodQueue::stats(UtcTime now) const {
  const auto all = items();
  if (!all) return all.error();
  VodQueueStats stats{.total = all->size()};
  for (const VodItem& item : *all) {
    if (item.status == VodStatus::kPending) ++stats.pending;
    if (item.status == VodStatus::kProcessing) ++stats.processing;
    if (item.status == VodStatus::kCompleted) ++stats.completed;
    if (item.status == VodStatus::kFailed) ++(may_retry(item, options_) ? stats.retrying : stats.given_up);
    if (is_due(item, options_, now) || has_lost_lease(item, now)) {
      ++stats.due;
    } else if (item.status != VodStatus::kCompleted) {
      const auto at = item.status == VodStatus::kProcessing ? item.lease_expires : item.next_attempt;
      if (at && (!stats.next_due || *at < *stats.next_due)) stats.next_due = at;
    }
  }
  return stats;
}

Result<std::vector<VodItem>> VodQueue::items() const { return read_queue(file_); }

}  // namespace vieweratlas
