#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "vieweratlas/core/log.h"

namespace vieweratlas {

/// Keeps warnings and errors, a line each.
class MemoryLog final : public Logger {
 public:
  void write(LogLevel level, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    if (level >= LogLevel::kWarning) text_ += std::string(message) + "\n";
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace vieweratlas
