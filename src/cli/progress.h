#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vieweratlas {

enum class ProgressUnit { kBytes, kRows, kFiles };

/// How far a long piece of work is, as a line of text with rate and time left. Reads no clock: times come from the caller.
class Progress {
 public:
  /// On a terminal the line is a bar that is drawn over itself; elsewhere it is a plain line now and then.
  Progress(std::string_view what, ProgressUnit unit, bool terminal) : what_(what), unit_(unit), terminal_(terminal) {}

  /// The line to show at `now_s`, or none when the last one is too fresh. `total` 0 = not known.
  [[nodiscard]] std::optional<std::string> update(std::uint64_t done, std::uint64_t total, double now_s);

 private:
  [[nodiscard]] std::string line(std::uint64_t done, std::uint64_t total, double elapsed_s) const;
  [[nodiscard]] std::string amount(double number) const;

  std::string what_;
  ProgressUnit unit_;
  bool terminal_;
  std::optional<double> begin_s_;
  double shown_s_ = 0;
};

/// "340 B", "1.2 MB", "87 GB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "0.84 s", "75 s", "3 min 20 s".
[[nodiscard]] std::string seconds_text(double seconds);

}  // namespace vieweratlas
