#include "presence/file_queue.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "presence/snapshot_file.h"

namespace vieweratlas::presence_internal {

FileQueue::Work FileQueue::take() {
  constexpr std::size_t kMaxHandful = 32;  // few enough that the last handfuls keep all workers busy
  const std::lock_guard lock(mutex_);
  Work work;
  if (next_ == files_.size()) {
    if (!open_.empty()) {
      work.large = open_.front().file;
      work.large_index = open_.front().index;
    }
    return work;
  }
  if (is_large(next_)) {
    work.large_index = next_;
    work.large = std::make_shared<SnapshotFile>(files_[next_], static_cast<std::uint32_t>(next_), input_, *limits_);
    open_.push_back({work.large, next_});
    ++next_;
    return work;
  }
  work.begin = next_;
  std::uint64_t num_bytes = 0;
  while (next_ < files_.size() && next_ - work.begin < kMaxHandful && !is_large(next_) && num_bytes < limits_->block_bytes) {
    num_bytes += files_[next_++].object.num_bytes;
  }
  work.end = next_;
  return work;
}

void FileQueue::stop() {
  const std::lock_guard lock(mutex_);
  next_ = files_.size();
  open_.clear();
}

void FileQueue::finish(const SnapshotFile& large) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [&](const Open& open) { return open.file.get() == &large; });
}

}  // namespace vieweratlas::presence_internal
