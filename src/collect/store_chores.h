#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

/// What a collector does in its store beside storing rounds, on a thread of its own since a store may take its time: each minute it takes
/// over whom the store's list forgets, and once a UTC day it removes what is older than the operator keeps. What the audit log could not
/// take is put there as soon as it can.
class StoreChores {
 public:
  /// `store` is null for files, whose list of forgotten people is the recorder's own. References must outlive it.
  StoreChores(const CollectOptions& options, ObjectStore* store, std::string key_id, std::string version, const Clock& clock, Logger& log);

  /// Takes over the list for the first time. Errors: nobody can be recorded who may have to be forgotten.
  [[nodiscard]] Status start();
  /// What is due of purging and of its record; part of run().
  void purge_and_log(const std::stop_token& stop);
  /// Until `stop`.
  void run(const std::stop_token& stop);
  /// One sentence while the list cannot be read or the audit log cannot be written, else empty. Thread-safe.
  [[nodiscard]] std::string problem() const;

 private:
  void take_over_list();
  void purge(const std::stop_token& stop);
  void log_purges();

  const CollectOptions& options_;
  ObjectStore* store_;
  std::string key_id_;
  std::string version_;
  const Clock& clock_;
  Logger& log_;
  std::string seen_;                  // version of the list that was taken over last
  std::optional<UtcTime> purged_on_;  // the day
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<AuditEntry> unlogged_;  // purges that the audit log does not know yet
  std::string list_problem_;          // guarded by mutex_
  std::string audit_problem_;         // guarded by mutex_
};

}  // namespace vieweratlas::collect_internal
