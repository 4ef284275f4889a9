#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// A process of this program's own, at the lowest priority for processor and disk. It gets no signals from the terminal, ends when
/// its parent ends, and is stopped by the destructor. Thread-compatible.
class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess() { stop(); }

  /// Runs this very program with `words`. Its stdout is dropped, its stderr replaces `output`. Errors: unavailable, denied.
  [[nodiscard]] static Result<ChildProcess> start(const std::vector<std::string>& words, const Environment& environment,
                                                  const std::filesystem::path& output);

  [[nodiscard]] bool running() const { return id_ > 0; }
  /// The exit code (128 + signal) once it has ended; does not wait.
  [[nodiscard]] std::optional<int> poll();
  /// SIGTERM, and SIGKILL after two seconds.
  void stop();

 private:
  explicit ChildProcess(pid_t id) : id_(id) {}
  pid_t id_ = 0;
};

}  // namespace vieweratlas
