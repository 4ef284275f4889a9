#include "cli/store_upload.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

Status upload_files(ObjectStore& store, const std::vector<FileEntry>& files, const UploadOptions& options) {
  std::uint64_t total = 0;
  for (const FileEntry& file : files) total += file.num_bytes;
  std::mutex mutex;
  std::uint64_t done = 0;
  std::optional<Error> problem;
  std::atomic<bool> is_over{false};
  ThreadPool pool(options.parallel);
  pool.parallel_for(files.size(), 1, [&](std::size_t at, std::size_t /*end*/, unsigned /*worker*/) {
    if (is_over.load()) return;
    Status put = store.put_file(files[at].key, files[at].path);
    const std::lock_guard lock(mutex);
    if (put.ok() && options.cancelled && options.cancelled()) put = Error{ErrorCode::kCancelled, "stopped while uploading"};
    if (!put.ok()) {
      if (!problem) problem = std::move(put).error();
      is_over = true;
      return;
    }
    done += files[at].num_bytes;
    if (options.progress) options.progress(done, total);
  });
  if (problem) return *std::move(problem);
  return {};
}

}  // namespace vieweratlas
