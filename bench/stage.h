#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas::bench {

/// "--name value" pairs and what stands between them. Ends the process with a message when a needed one is missing.
class Arguments {
 public:
  Arguments(int argc, char** argv);

  [[nodiscard]] const std::string& positional(std::size_t index, std::string_view what) const;
  [[nodiscard]] std::string text(const std::string& name) const;
  [[nodiscard]] std::uint32_t number(const std::string& name, std::uint32_t otherwise) const;

 private:
  std::vector<std::string> positional_;
  std::map<std::string, std::string> named_;
};

/// Wall and CPU seconds (all threads) since it was made.
class Stopwatch {
 public:
  Stopwatch();
  [[nodiscard]] double wall_seconds() const;
  [[nodiscard]] double cpu_seconds() const;

 private:
  std::chrono::steady_clock::time_point wall_begin_;
  double cpu_begin_;
};

/// One line of JSON: what every stage program prints, and nothing else. "seconds" and "cpu_seconds" are of the stage alone;
/// the numbers that must agree between programs of one comparison have the same names in all of them.
class Line {
 public:
  void add(std::string_view name, std::uint64_t value);
  void add(std::string_view name, double value);
  void add(std::string_view name, std::string_view value);  // plain ASCII
  void add(std::string_view name, const std::vector<double>& values);
  void add(const Stopwatch& stopwatch);
  void print() const;

 private:
  std::string text_;
};

/// Ends the process with the message of `error`.
[[noreturn]] void give_up(const Error& error);

template <typename T>
T value_or_give_up(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(result).value();
}

}  // namespace vieweratlas::bench
