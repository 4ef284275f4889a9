#pragma once

#include <memory>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/storage/object_cache.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// The objects that store_input() reads. Errors: those of the store.
[[nodiscard]] Result<std::vector<StoredObject>> list_presence(const ObjectStore& store);

/// The snapshot files of a store: what lies below raw/, and files at the top; also those below other folders where they are not folders
/// that the program keeps for something else (state/, processed/, outputs/, curated/). Files come through `cache`. Both must outlive it.
/// Whoever may not list the whole store is given what lies below raw/.
/// An object that is gone when it is opened costs itself alone; all other errors end the reading: a map of half the data is none.
[[nodiscard]] std::unique_ptr<PresenceInput> store_input(const ObjectStore& store, ObjectCache& cache);

}  // namespace vieweratlas
