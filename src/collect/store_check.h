#pragma once

#include <vector>

#include "vieweratlas/collect/doctor.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

/// Tries what a collector asks of a store: writing, reading, listing, removing (of an object of its own), and the list of people to
/// forget. A right that it can do without is no failure. `removes` = old presence is to be removed.
void check_store(ObjectStore& store, bool removes, std::vector<DoctorCheck>& checks);

}  // namespace vieweratlas::collect_internal
