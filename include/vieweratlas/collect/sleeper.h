#pragma once

#include <chrono>
#include <stop_token>

namespace vieweratlas {

/// Waits; tests replace it, so that they do not.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// Returns false when `stop` was asked for before `time` was over: at once then. Thread-safe.
  virtual bool sleep(std::chrono::milliseconds time, std::stop_token stop) = 0;
};

class SystemSleeper final : public Sleeper {
 public:
  bool sleep(std::chrono::milliseconds time, std::stop_token stop) override;
};

}  // namespace vieweratlas
