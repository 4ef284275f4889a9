#include "bench/stage.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas::bench {
namespace {

double process_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

Arguments::Arguments(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--")) {
      positional_.emplace_back(word);
    } else if (i + 1 < argc) {
      named_[std::string(word.substr(2))] = argv[++i];
    } else {
      give_up({ErrorCode::kInvalidArgument, std::string(word) + " needs a value"});
    }
  }
}

const std::string& Arguments::positional(std::size_t index, std::string_view what) const {
  if (index >= positional_.size()) give_up({ErrorCode::kInvalidArgument, "missing argument: " + std::string(what)});
  return positional_[index];
}

std::string Arguments::text(const std::string& name) const {
  const auto found = named_.find(name);
  return found == named_.end() ? std::string() : found->second;
}

std::uint32_t Arguments::number(const std::string& name, std::uint32_t otherwise) const {
  const std::string value = text(name);
  if (value.empty()) return otherwise;
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) {
    give_up({ErrorCode::kInvalidArgument, "--" + name + " is no whole number: " + value});
  }
  return number;
}

Stopwatch::Stopwatch() : wall_begin_(std::chrono::steady_clock::now()), cpu_begin_(process_cpu_seconds()) {}
double Stopwatch::wall_seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_begin_).count(); }
double Stopwatch::cpu_seconds() const { return process_cpu_seconds() - cpu_begin_; }

void Line::add(std::string_view name, std::uint64_t value) { text_ += fmt::format("{}\"{}\":{}", text_.empty() ? "" : ",", name, value); }
void Line::add(std::string_view name, double value) { text_ += fmt::format("{}\"{}\":{:.9g}", text_.empty() ? "" : ",", name, value); }
void Line::add(std::string_view name, std::string_view value) {
  text_ += fmt::format("{}\"{}\":\"{}\"", text_.empty() ? "" : ",", name, value);
}
void Line::add(std::string_view name, const std::vector<double>& values) {
  text_ += fmt::format("{}\"{}\":[", text_.empty() ? "" : ",", name);
  for (std::size_t i = 0; i < values.size(); ++i) text_ += fmt::format("{}{:.9g}", i == 0 ? "" : ",", values[i]);
  text_ += ']';
}
void Line::add(const Stopwatch& stopwatch) {
  add("seconds", stopwatch.wall_seconds());
  add("cpu_seconds", stopwatch.cpu_seconds());
}
void Line::print() const { std::puts(("{" + text_ + "}").c_str()); }

void give_up(const Error& error) {
  std::fputs((error.message + '\n').c_str(), stderr);
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): these programs exit from their main thread only
}

}  // namespace vieweratlas::bench
