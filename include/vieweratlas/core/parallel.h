#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace vieweratlas {

/// A fixed set of threads for data-parallel loops. The calling thread is worker 0.
///
/// Determinism is the caller's contract: chunk bounds depend on `n` and `grain` only, never on the number of threads; a
/// body writes to places owned by its chunk; sums over chunks are reduced in chunk order (or are integers). Then 1 and 16
/// threads give the same bytes. Which worker runs which chunk is not fixed: use `worker` for scratch memory only.
///
/// Bodies must not throw and must not call the same pool. One loop at a time (thread-compatible).
class ThreadPool {
 public:
  /// `threads` in 0..1024; 0 takes the number of processors this process may use.
  explicit ThreadPool(unsigned threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] unsigned threads() const { return static_cast<unsigned>(workers_.size()) + 1; }

  /// Calls body(begin, end, worker) for consecutive chunks of `grain` items that cover [0, n); returns when all are done.
  /// worker < threads(). Chunks are handed out in ascending order to whichever worker is free.
  using Body = std::function<void(std::size_t begin, std::size_t end, unsigned worker)>;
  void parallel_for(std::size_t n, std::size_t grain, const Body& body);

 private:
  void worker_loop(unsigned worker);
  void take_chunks(unsigned worker);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::uint64_t generation_ = 0;  // guarded by mutex_; a new value means a new loop
  unsigned running_ = 0;          // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_
  const Body* body_ = nullptr;    // set before the generation changes, read by workers after it
  std::size_t n_ = 0;
  std::size_t grain_ = 1;
  std::atomic<std::size_t> next_{0};
  std::vector<std::thread> workers_;
};

}  // namespace vieweratlas
