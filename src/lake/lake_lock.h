#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::lake_internal {

struct LockRequest {
  std::string owner;
  std::function<UtcTime()> now;
  std::function<bool(std::string_view owner)> owner_is_gone;
};

/// The object state/compact/lock: who holds it changes the lake, one at a time. Who is killed leaves it behind; after an hour without a
/// sign of life it is taken over. Destroying it lets go. Thread-compatible.
class LakeLock {
 public:
  /// Errors: unavailable (somebody else holds it), those of the store.
  [[nodiscard]] static Result<std::unique_ptr<LakeLock>> take(ObjectStore& store, LockRequest request);
  LakeLock(const LakeLock&) = delete;
  LakeLock& operator=(const LakeLock&) = delete;
  ~LakeLock();

  /// Lets go and tells whether that worked; the destructor lets go and cannot tell. Where a role may write but not remove, the lock stays:
  /// who it names is gone, and after an hour (at once on the same machine) it is taken over. Empty = it is gone, or somebody else's.
  [[nodiscard]] std::string let_go();

  /// A sign of life; to be given now and then. Errors: unavailable when somebody has taken the lock over.
  [[nodiscard]] Status renew();
  /// Whose stale lock was taken over; empty = there was none.
  [[nodiscard]] const std::string& taken_over_from() const { return taken_over_from_; }

 private:
  LakeLock(ObjectStore& store, LockRequest request) : store_(store), request_(std::move(request)) {}
  [[nodiscard]] Result<bool> try_take();
  [[nodiscard]] Status remove_if_stale();

  ObjectStore& store_;
  LockRequest request_;
  std::string text_;  // what we wrote last
  std::string taken_over_from_;
};

}  // namespace vieweratlas::lake_internal
