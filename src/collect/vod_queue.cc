#include "vieweratlas/collect/vod_queue.h"

#include <algorithm>
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
#include <utility>
#include <vector>

#include "collect/vod_queue_home.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

/// Oldest recordings first: they are the next to disappear.
UtcTime age_of(const VodItem& item) { return item.vod_created.value_or(item.created.value_or(UtcTime{})); }

bool is_due(const VodItem& item, const VodQueueOptions& options, UtcTime now) {
  if (item.status == VodStatus::kPending || may_retry(item, options)) return !item.next_attempt || *item.next_attempt <= now;
  return false;
}

std::set<std::string, std::less<>> ids_of(const std::vector<VodItem>& items) {
  std::set<std::string, std::less<>> ids;
  for (const VodItem& item : items) ids.insert(item.vod_id);
  return ids;
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

VodQueue::VodQueue(std::filesystem::path file, VodQueueOptions options)
    : home_(collect_internal::vod_queue_in_file(std::move(file))), options_(options) {}
VodQueue::VodQueue(ObjectStore& store, VodQueueOptions options) : home_(collect_internal::vod_queue_in_store(store)), options_(options) {}
VodQueue::VodQueue(VodQueue&& other) noexcept = default;
VodQueue::~VodQueue() = default;

Status VodQueue::update(const std::function<Result<bool>(Items&)>& change) { return home_->update(change); }

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
  if (added.empty()) return num_new;
  const Status status = update([&](Items& items) -> Result<bool> {
    num_new = 0;
    std::set<std::string, std::less<>> known = ids_of(items);
    for (const VodItem& item : added) {
      if (!known.insert(item.vod_id).second) continue;
      items.push_back({.vod_id = item.vod_id, .channel = item.channel, .created = now, .updated = now, .vod_created = item.vod_created});
      ++num_new;
    }
    return num_new > 0;
  });
  if (!status) return status.error();
  return num_new;
}

Result<std::size_t> VodQueue::take_over(const VodQueue& other) {
  const auto theirs = other.items();
  if (!theirs) return theirs.error();
  std::size_t num_new = 0;
  if (theirs->empty()) return num_new;
  const Status status = update([&](Items& items) -> Result<bool> {
    num_new = 0;
    std::set<std::string, std::less<>> known = ids_of(items);
    for (const VodItem& item : *theirs) {
      if (!known.insert(item.vod_id).second) continue;
      items.push_back(item);
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
    claimed.reset();
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

Result<std::vector<VodItem>> VodQueue::items() const { return home_->read(); }

}  // namespace vieweratlas
