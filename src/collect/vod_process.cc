#include "vieweratlas/collect/vod_process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "collect/vod_chats.h"

#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/snapshot_importer.h"
#include "vieweratlas/collect/vod_chat_collector.h"
#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/child_process.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kRenewEvery{60};  // of leases of 15 minutes

/// A failure that other recordings would meet too.
bool ends_the_run(ErrorCode code) { return code == ErrorCode::kDenied || code == ErrorCode::kLimitExceeded; }

class Run {
 public:
  Run(const VodProcessTools& tools, const VodProcessOptions& options, std::stop_token stop)
      : queue_(tools.queue),
        options_(options),
        viewers_(tools.viewers),
        forgotten_(tools.forgotten),
        clock_(tools.clock),
        sleeper_(tools.sleeper),
        log_(tools.log),
        stop_(std::move(stop)),
        chats_(options.raw_dir, options.chats),
        program_(find_program(options.cli_path, options.search_path)) {}

  Result<VodProcessReport> run() {
    const auto dropped = queue_.drop_older(now() - options_.max_age, now() - options_.completed_age);
    if (!dropped) return dropped.error();
    report_.dropped = *dropped;
    const SteadyTime begin = clock_.steady();
    for (;;) {
      if (stop_.stop_requested()) return ended("stop");
      if (report_.completed + report_.failed >= options_.max_vods) return ended("max_vods");
      if (clock_.steady() - begin >= options_.max_time) return ended("max_time");
      auto item = queue_.claim(options_.worker, now(), without_chat_);
      if (!item) return std::move(item).error();
      if (!*item) return ended("empty");
      if (Status status = work(**item); !status) return std::move(status).error();
    }
  }

 private:
  [[nodiscard]] UtcTime now() const { return std::chrono::floor<std::chrono::seconds>(clock_.utc()); }

  VodProcessReport ended(std::string_view by) {
    report_.stopped_by = by;
    return std::move(report_);
  }

  /// Errors end the run.
  Status work(const VodItem& item) {
    const auto chat = chats_.find(item);
    if (!chat) return conclude(item, chat.error());
    if (!*chat && !program_) return put_off(item);
    Result<ImportReport> imported = *chat ? import(item, (*chat)->path) : download_and_import(item);
    std::error_code problem;
    if (*chat && (*chat)->is_copy) fs::remove((*chat)->path, problem);
    if (*chat && !imported && imported.error().code == ErrorCode::kCorruptData && program_) {
      log_.warning(imported.error().message + "; it is downloaded anew");
      imported = download_and_import(item);
    }
    return conclude(item, imported);
  }

  Status put_off(const VodItem& item) {
    without_chat_.insert(item.vod_id);
    ++report_.waiting;
    const std::string problem =
        fmt::format("there is no {}, and no program to get it: {}", printable((chats_.folder_of(item) / "chat.json").string(), 300),
                    options_.cli_path.empty() ? std::string("cli_path is empty")
                                              : printable(options_.cli_path.string(), 200) + " (cli_path) is not there or cannot be run");
    log_.warning(fmt::format("recording {} of {} stays pending: {}", item.vod_id, item.channel, problem));
    return still_held(queue_.release(item.vod_id, options_.worker, problem, std::chrono::seconds(0), now()));
  }

  Result<ImportReport> import(const VodItem& item, const fs::path& chat) {
    // Of this one only; what denies writing would deny it to all.
    if (::access(chat.c_str(), R_OK) != 0) {
      return Error{ErrorCode::kUnavailable, printable(chat.string(), 300) + " cannot be read; make it readable for this user"};
    }
    return import_vod_chat({.path = chat, .channel = {}, .vod_id = item.vod_id}, false, options_.import, viewers_, forgotten_, stop_);
  }

  Result<ImportReport> download_and_import(const VodItem& item) {
    if (report_.downloads > 0 && !sleeper_.sleep(options_.delay, stop_)) return Error{ErrorCode::kCancelled, "stopped"};
    ++report_.downloads;
    if (Status status = download(item); !status) return std::move(status).error();
    const fs::path chat = chats_.folder_of(item) / "chat.json";
    Result<ImportReport> imported = import(item, chat);
    if (!imported) return imported;
    std::error_code problem;
    if (!options_.keep_downloads) fs::remove(chat, problem);
    if (const Status kept = options_.keep_downloads ? chats_.keep(item, chat) : Status(); !kept) {
      log_.warning(
          fmt::format("the chat of recording {} stays in {}: {}", item.vod_id, printable(chat.string(), 300), kept.error().message));
    }
    return imported;
  }

  /// The program writes under a name that nobody reads; only a whole file gets the real one.
  Status download(const VodItem& item) {
    const Result<fs::path> named = chats_.name_for_a_part(item, "json");
    if (!named) return named.error();
    const fs::path& partial = *named;
    SteadyTime renewed = clock_.steady();
    const ChildCommand command{.program = *program_,
                               .arguments = {"chatdownload", "--id", item.vod_id, "-o", partial.string()},
                               .environment = options_.environment};
    const ChildLimits limits{.timeout = options_.download_timeout, .tick = [&] {
                               if (clock_.steady() - renewed < kRenewEvery) return;
                               renewed = clock_.steady();
                               if (const Status held = queue_.renew(item.vod_id, options_.worker, now()); !held)
                                 log_.warning(held.error().message);
                             }};
    log_.info(fmt::format("downloading the chat of recording {} of {}", item.vod_id, item.channel));
    const auto result = run_child(command, limits, stop_);
    const Status status = judge(result, partial, chats_.folder_of(item) / "chat.json");
    if (!status) ::unlink(partial.c_str());
    return status;
  }

  Status judge(const Result<ChildResult>& result, const fs::path& partial, const fs::path& chat) const {
    if (!result) return result.error();
    const std::string name = printable(program_->filename().string(), 80);
    if (result->timed_out) return Error{ErrorCode::kUnavailable, name + " took too long and was ended"};
    if (result->exit_code != 0) {
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{} ended with code {}: {}", name, result->exit_code, last_words(result->output + result->errors))};
    }
    std::error_code problem;
    if (!fs::is_regular_file(partial, problem)) {
      return Error{ErrorCode::kUnavailable, fmt::format("{} wrote no file: {}", name, last_words(result->output + result->errors))};
    }
    if (::rename(partial.c_str(), chat.c_str()) != 0) return system_error(errno, "renaming to", chat);
    return {};
  }

  static std::string last_words(std::string_view output) {
    output = trim(output);
    if (output.empty()) return "it said nothing";
    return printable(output.size() > 300 ? output.substr(output.size() - 300) : output, 400);
  }

  Status conclude(const VodItem& item, const Result<ImportReport>& imported) {
    if (imported) {
      ++report_.completed;
      report_.snapshots += imported->snapshots;
      report_.rows += imported->rows;
      for (const auto& [reason, count] : imported->lost) report_.lost[reason] += count;
      log_.info(fmt::format("recording {} of {}: {} snapshots of {} viewers", item.vod_id, item.channel,
                            with_thousands(imported->snapshots), with_thousands(imported->viewers)));
      return still_held(queue_.complete(item.vod_id, options_.worker, now()));
    }
    const Error& error = imported.error();
    if (error.code == ErrorCode::kCancelled || ends_the_run(error.code)) {
      const Status given_back = queue_.release(item.vod_id, options_.worker, error.message, std::chrono::seconds(0), now());
      return error.code == ErrorCode::kCancelled ? still_held(given_back) : Status(error);
    }
    ++report_.failed;
    log_.warning(fmt::format("recording {} of {} failed: {}", item.vod_id, item.channel, error.message));
    return still_held(queue_.fail(item.vod_id, options_.worker, error.message, now()));
  }

  /// That another process took an item over is no reason to end: importing twice gives the same file.
  Status still_held(const Status& status) {
    if (status.ok() || status.error().code != ErrorCode::kNotFound) return status;
    log_.warning(status.error().message);
    return {};
  }

  VodQueue& queue_;
  const VodProcessOptions& options_;
  const ViewerKey& viewers_;
  const ForgottenList& forgotten_;
  const Clock& clock_;
  Sleeper& sleeper_;
  Logger& log_;
  std::stop_token stop_;
  collect_internal::VodChats chats_;
  std::optional<fs::path> program_;
  std::set<std::string, std::less<>> without_chat_;
  VodProcessReport report_;
};

}  // namespace

Result<VodProcessReport> process_vods(const VodProcessTools& tools, const VodProcessOptions& options, const std::stop_token& stop) {
  return Run(tools, options, stop).run();
}

}  // namespace vieweratlas
