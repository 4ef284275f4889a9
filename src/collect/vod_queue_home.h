#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

/// Where a queue is kept: read as a whole, and changed by one process after the other. Thread-compatible.
/// Errors of all: corrupt_data (no queue; the message says what to do), denied, unavailable, limit_exceeded, cancelled.
class VodQueueHome {
 public:
  using Items = std::vector<VodItem>;
  /// Returns whether there is something to store. It is called again, with what is there then, when another process was faster.
  using Change = std::function<Result<bool>(Items&)>;

  virtual ~VodQueueHome() = default;
  /// Empty when there is no queue yet.
  [[nodiscard]] virtual Result<Items> read() const = 0;
  [[nodiscard]] virtual Status update(const Change& change) = 0;
};

/// A JSON file, guarded by a lock (FILE.lock) that the kernel lets go when its holder dies, and replaced at once. A file that is not there
/// begins as what a store left beside it (vod_queue/, see below), such as after an export.
[[nodiscard]] std::unique_ptr<VodQueueHome> vod_queue_in_file(std::filesystem::path file);

/// Numbered versions of the whole queue, state/vod_queue/0000000001.json.zst and so on; the last one counts. Who changes the queue makes
/// the next version where none is (put_if_absent), so that one of several wins and the others begin again with what that one left. What
/// a process that was killed leaves is a whole version or none. A version stays for a quarter of an hour after its successor was made;
/// where removing is denied they all stay. The first version begins as state/vod_queue.json, where that is there.
/// `store` must outlive it. An update costs two listings, a reading and a writing.
[[nodiscard]] std::unique_ptr<VodQueueHome> vod_queue_in_store(ObjectStore& store);

}  // namespace vieweratlas::collect_internal
