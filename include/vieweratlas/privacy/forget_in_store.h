#pragma once

#include <span>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// forget() for a store of another kind than files: fetches the objects that presence is kept in (raw/) into `options.data_dir`, a folder
/// of the caller's own that is empty, forgets there, and puts back what changed. The list, state/forgotten.json, stands in the store before
/// the first object changes. Objects that came while it worked are looked at in a second turn. An object that somebody replaced meanwhile
/// is counted as a problem and left: the same again takes care of it.
/// Errors: those of forget() and of the store. Cost: room in the folder for all of raw/, which is fetched once.
[[nodiscard]] Result<ForgetReport> forget_in_store(std::span<const Person> people, const ViewerKey& key, ObjectStore& store,
                                                   const ForgetOptions& options, ThreadPool& pool);

}  // namespace vieweratlas
