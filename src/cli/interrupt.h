#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace vieweratlas {

/// Ends the process cleanly on SIGINT and SIGTERM.
///
/// As long as a command works in memory, a signal ends the process at once: there is nothing to clean up. Inside a `Writing`
/// scope it only sets a flag, which the writer looks at between files. Make it before any other thread, so that all of them
/// inherit the blocked signals; the signal is taken by a thread of its own. At most one at a time.
class Interrupt {
 public:
  /// `say` is called once, from the signal's thread, before the process ends.
  explicit Interrupt(std::function<void()> say);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// While one exists, a signal does not end the process.
  class Writing {
   public:
    explicit Writing(Interrupt& interrupt);
    ~Writing();
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

   private:
    Interrupt& interrupt_;
  };

  /// While one exists, the first signal asks `stop` to stop and calls `say`; the second ends the process at once, without a word.
  class Serving {
   public:
    /// `stop` must outlive it.
    Serving(Interrupt& interrupt, std::stop_source& stop, std::function<void()> say);
    ~Serving();
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;

   private:
    Interrupt& interrupt_;
  };

  /// A signal has come inside a Writing scope.
  [[nodiscard]] bool requested() const { return requested_.load(); }

 private:
  void wait_for_signals();
  [[nodiscard]] bool asked_to_stop();

  std::function<void()> say_;
  std::mutex mutex_;
  bool writing_ = false;                 // guarded by mutex_
  std::stop_source* serving_ = nullptr;  // guarded by mutex_
  std::function<void()> say_stopping_;   // guarded by mutex_
  std::atomic<bool> requested_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace vieweratlas
