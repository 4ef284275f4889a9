#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/child_process.h"
#include "vieweratlas/core/log.h"

namespace vieweratlas {

/// The analyses beside a running collector: one after every so many stored rounds, one at a time, each in a process of its own
/// that can fail without harm. The results in the output folder are replaced by good ones only.
class AnalysisSchedule {
 public:
  /// `words` of the analysis; its talk goes to `output`. `log` must outlive it.
  AnalysisSchedule(std::vector<std::string> words, Environment environment, std::filesystem::path output, std::uint64_t interval_rounds,
                   Logger& log);

  void on_rounds_stored(std::uint64_t num_rounds);
  /// Looks whether the analysis has ended; call it now and then.
  void poll();
  /// Waits for an analysis that runs or is due, until `stop`.
  void finish(const std::stop_token& stop);

 private:
  void start();

  std::vector<std::string> words_;
  Environment environment_;
  std::filesystem::path output_;
  std::uint64_t interval_rounds_;
  std::uint64_t next_rounds_;
  bool due_ = false;
  ChildProcess child_;
  Logger& log_;
};

/// The words of `vieweratlas analyze` that reads and does what the flags and the file of `line` say.
[[nodiscard]] std::vector<std::string> analysis_words(const CommandLine& line, const std::filesystem::path& data_dir);

/// `environment` without credentials: an analysis needs none.
[[nodiscard]] Environment without_secrets(Environment environment);

}  // namespace vieweratlas
