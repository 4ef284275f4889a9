#pragma once

#include <cstdint>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::lake_internal {

/// Removes parts that none of `manifests` names and that are older than an hour: of runs that were killed. Returns how many.
/// Errors: those of the store.
[[nodiscard]] Result<std::uint64_t> remove_left_overs(ObjectStore& store, const std::vector<LakeManifest>& manifests, UtcTime now);

}  // namespace vieweratlas::lake_internal
