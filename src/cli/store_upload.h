#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

struct UploadOptions {
  std::uint32_t parallel = 8;                                             ///< objects at the same time
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< bytes; from one thread at a time
  std::function<bool()> cancelled;
};

/// Puts files into a store, several at the same time. The first error ends it; what was put stays. Errors: those of reading and of the
/// store, cancelled.
[[nodiscard]] Status upload_files(ObjectStore& store, const std::vector<FileEntry>& files, const UploadOptions& options);

}  // namespace vieweratlas
