#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

enum class CheckResult { kGood, kWarning, kFailed, kSkipped };

/// One thing that a collector needs, and how it stands.
struct DoctorCheck {
  std::string name;  ///< "token", "clock", ...
  CheckResult result = CheckResult::kGood;
  std::string text;  ///< one sentence; of a failure with its remedy
};

/// Tries all that a collector needs: storage, disk, name lookup, clock, token, Helix, chat over TLS, one join. A check that needs
/// an earlier one that failed is skipped. `store` is null for files below data_dir. Takes a few seconds, a minute at most. Joins one room
/// for a moment; stores nothing.
[[nodiscard]] std::vector<DoctorCheck> examine(const CollectOptions& options, ObjectStore* store, const Clock& clock, Logger& log,
                                               std::stop_token stop);

}  // namespace vieweratlas
