#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "presence/snapshot_file.h"

#include "vieweratlas/presence/input.h"

namespace vieweratlas::presence_internal {

/// Deals files out to workers: small ones in handfuls, to one worker each; a large one to the first that is free, and when
/// nothing else is left to whoever can help. Thread-safe.
class FileQueue {
 public:
  /// What to do next: one of both is empty; both are when all is dealt out.
  struct Work {
    std::size_t begin = 0;  ///< small files [begin, end)
    std::size_t end = 0;
    std::shared_ptr<SnapshotFile> large;
    std::size_t large_index = 0;
  };

  /// All must outlive the queue; `input` may be nullptr for files in memory.
  FileQueue(std::span<const InputFile> files, PresenceInput* input, const ReadLimits& limits)
      : files_(files), input_(input), limits_(&limits) {}

  [[nodiscard]] Work take();
  /// Nothing more is dealt out.
  void stop();
  /// Says that `large` has no blocks left, so that nobody is sent to help with it again.
  void finish(const SnapshotFile& large);

 private:
  struct Open {
    std::shared_ptr<SnapshotFile> file;
    std::size_t index = 0;
  };

  [[nodiscard]] bool is_large(std::size_t i) const { return files_[i].object.num_bytes > limits_->block_bytes; }

  std::span<const InputFile> files_;
  PresenceInput* input_;
  const ReadLimits* limits_;
  std::mutex mutex_;
  std::size_t next_ = 0;    // guarded by mutex_
  std::vector<Open> open_;  // guarded by mutex_; large files that may have blocks left
};

}  // namespace vieweratlas::presence_internal
