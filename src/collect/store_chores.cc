#include "collect/store_chores.h"

#include <fmt/format.h>

#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/retention.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::chrono::seconds kPeriod{60};

}  // namespace

StoreChores::StoreChores(const CollectOptions& options, ObjectStore* store, std::string key_id, std::string version, const Clock& clock,
                         Logger& log)
    : options_(options), store_(store), key_id_(std::move(key_id)), version_(std::move(version)), clock_(clock), log_(log) {}

Status StoreChores::start() {
  if (store_ == nullptr) return {};
  return take_over_forgotten(*store_, forgotten_path(options_.data_dir), key_id_, seen_);
}

void StoreChores::run(const std::stop_token& stop) {
  for (;;) {
    purge_and_log(stop);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kPeriod, [] { return false; });
    if (stop.stop_requested()) return;
    lock.unlock();
    take_over_list();
  }
}

void StoreChores::purge_and_log(const std::stop_token& stop) {
  purge(stop);
  log_purges();
}

std::string StoreChores::problem() const {
  const std::lock_guard lock(mutex_);
  return list_problem_.empty() ? audit_problem_ : list_problem_;
}

void StoreChores::take_over_list() {
  if (store_ == nullptr) return;
  const Status taken = take_over_forgotten(*store_, forgotten_path(options_.data_dir), key_id_, seen_);
  const std::string now = taken.ok() ? std::string() : taken.error().message;
  const std::lock_guard lock(mutex_);
  if (now == list_problem_) return;
  list_problem_ = now;
  if (now.empty()) {
    log_.info("the list of forgotten viewers can be read again");
  } else {
    log_.warning("whom to forget is not known beyond what was known before: " + now);
  }
}

/// Whose data is removed has a right to a record of it: it is tried until it is there.
void StoreChores::log_purges() {
  std::string problem;
  while (!unlogged_.empty() && problem.empty()) {
    const Status logged =
        store_ == nullptr ? append_audit(audit_path(options_.data_dir), unlogged_.front()) : append_audit(*store_, unlogged_.front());
    if (logged.ok()) {
      unlogged_.erase(unlogged_.begin());
    } else {
      problem = "the audit log has no record yet of what was removed: " + logged.error().message;
    }
  }
  const std::lock_guard lock(mutex_);
  if (problem == audit_problem_) return;
  audit_problem_ = problem;
  if (problem.empty()) {
    log_.info("the audit log can be written again");
  } else {
    log_.error(problem);
  }
}

void StoreChores::purge(const std::stop_token& stop) {
  const UtcTime now = std::chrono::floor<std::chrono::seconds>(clock_.utc());
  const UtcTime day = std::chrono::floor<std::chrono::days>(now);
  if (options_.retention_days == 0 || purged_on_ == day) return;
  const Result<PurgeReport> purged = store_ == nullptr ? purge_by_retention(options_.data_dir, options_.retention_days, now, version_, stop)
                                                       : purge_by_retention(*store_, options_.retention_days, now, version_, stop);
  if (!purged) {  // tried again in a minute
    if (purged.error().code != ErrorCode::kCancelled) log_.warning("what is too old is not removed yet: " + purged.error().message);
    return;
  }
  purged_on_ = day;
  if (purged->unlogged) unlogged_.push_back(purged->unlogged->entry);
  if (purged->num_files > 0) log_.info(fmt::format("{} files older than {} days are removed", purged->num_files, options_.retention_days));
  for (const auto& [reason, entry] : purged->problems.by_reason()) {
    log_.warning(fmt::format("{} old files: {}: {}", entry.count, reason, entry.example));
  }
}

}  // namespace vieweratlas::collect_internal
