#include "lake/lake_lock.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::lake_internal {
namespace {

constexpr std::string_view kKey = "state/compact/lock";
constexpr std::chrono::hours kStale{1};
constexpr std::chrono::minutes kRenewal{5};

/// "TIME OWNER\n"
struct Holder {
  std::optional<UtcTime> since;
  std::string owner;
};

Holder holder_of(std::string_view text) {
  const std::string_view line = trim(text);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return {.since = std::nullopt, .owner = std::string(line)};
  return {.since = parse_time(line.substr(0, space)), .owner = std::string(line.substr(space + 1))};
}

}  // namespace

Result<std::unique_ptr<LakeLock>> LakeLock::take(ObjectStore& store, LockRequest request) {
  std::unique_ptr<LakeLock> lock(new LakeLock(store, std::move(request)));
  Result<bool> taken = lock->try_take();
  if (taken.ok() && !*taken) {
    if (Status removed = lock->remove_if_stale(); !removed) return std::move(removed).error();
    taken = lock->try_take();
  }
  if (!taken) return std::move(taken).error();
  if (!*taken) return Error{ErrorCode::kUnavailable, "another run took the lake's lock " + store.uri(kKey) + " at this moment; try again"};
  return lock;
}

LakeLock::~LakeLock() { static_cast<void>(let_go()); }

std::string LakeLock::let_go() {
  const std::string text = std::exchange(text_, {});
  if (text.empty()) return {};
  const Result<std::string> found = store_.get(kKey);
  if (!found && found.error().code == ErrorCode::kNotFound) return {};
  if (found.ok() && *found != text) return {};
  const Status removed = found.ok() ? store_.remove(kKey) : Status(found.error());
  if (removed) return {};
  return fmt::format(
      "the lake's lock {} could not be removed ({}): allow it, or remove it by hand, else runs on other machines wait for an hour",
      store_.uri(kKey), removed.error().message);
}

Result<bool> LakeLock::try_take() {
  std::string text = format_iso(request_.now()) + " " + request_.owner + "\n";
  Result<bool> taken = store_.put_if_absent(kKey, text, {.content_type = "text/plain; charset=utf-8"});
  if (taken.ok() && *taken) text_ = std::move(text);
  return taken;
}

/// Two that find the same stale lock may both remove it, and the later one the lock that the earlier made meanwhile. That is seen by
/// renew(), and harmless before: equal work gives equal bytes.
Status LakeLock::remove_if_stale() {
  const Result<std::string> found = store_.get(kKey);
  if (!found && found.error().code == ErrorCode::kNotFound) return {};
  if (!found) return found.error();
  const Holder holder = holder_of(*found);
  const bool is_old = !holder.since || request_.now() - *holder.since >= kStale;
  const bool is_gone = request_.owner_is_gone && request_.owner_is_gone(holder.owner);
  if (!is_old && !is_gone) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("the lake is being changed by {} since {}; wait for it (when it was killed, its lock {} is taken over an hour "
                             "after its last sign of life)",
                             printable(holder.owner), format_iso(*holder.since), store_.uri(kKey))};
  }
  taken_over_from_ = holder.owner.empty() ? "somebody" : holder.owner;
  return store_.remove(kKey);
}

Status LakeLock::renew() {
  const Holder mine = holder_of(text_);
  const bool is_young = mine.since && request_.now() - *mine.since < kRenewal;
  const Result<std::string> found = store_.get(kKey);
  if (!found && found.error().code != ErrorCode::kNotFound) return found.error();
  if (!found || *found != text_) {
    text_.clear();
    return Error{ErrorCode::kUnavailable, "another run has taken over the lake's lock " + store_.uri(kKey) + "; run again when it is done"};
  }
  if (is_young) return {};
  std::string text = format_iso(request_.now()) + " " + request_.owner + "\n";
  if (Status put = store_.put(kKey, text, {.content_type = "text/plain; charset=utf-8"}); !put) return put;
  text_ = std::move(text);
  return {};
}

}  // namespace vieweratlas::lake_internal
