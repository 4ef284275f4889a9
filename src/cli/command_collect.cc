#include "cli/command_collect.h"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "cli/analysis_schedule.h"
#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/json_writer.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"
#include "cli/twitch_command.h"
#include "cli/version.h"

#include "vieweratlas/collect/daemon.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/status.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

class Watcher final : public DaemonEvents {
 public:
  Watcher(Console& console, AnalysisSchedule* analyses, std::stop_token stop)
      : console_(console), analyses_(analyses), stop_(std::move(stop)) {}

  void on_status(const CollectorStatus& status) override {
    console_.show_state(status_line(status));
    last_ = status;
    if (analyses_ != nullptr) analyses_->poll();
  }
  void on_rounds_stored(std::uint64_t num_rounds) override {
    console_.info(fmt::format("rounds stored: {}", num_rounds));
    if (analyses_ != nullptr && !stop_.stop_requested()) analyses_->on_rounds_stored(num_rounds);
  }
  [[nodiscard]] const CollectorStatus& last() const { return last_; }

 private:
  Console& console_;
  AnalysisSchedule* analyses_;
  std::stop_token stop_;
  CollectorStatus last_;
};

}  // namespace

Status CommandCollect::setup(const CommandLine& line, const Environment& environment) {
  line_ = line;
  return TwitchCommand::setup(line, environment);
}

Status CommandCollect::run() {
  const Settings& settings = configuration_.settings;
  if (settings.talk.dry_run) return tell_plan();
  Session session(configuration_, environment_, "stopped at once");
  session.open_log_file();
  session.tell_settings();
  Console& console = session.console();
  std::stop_source stop;
  const Interrupt::Serving serving(session.interrupt(), stop,
                                   [&console] { console.info("a signal: stopping; a second one stops at once"); });
  if (Status reached = reach_store(settings, environment_, StoreUse::kCollect, stop.get_token()); !reached) return reached;
  CollectorParts parts{.version = kVersion, .store = nullptr, .store_calls = std::stop_source()};
  std::unique_ptr<ObjectStore> store;
  if (settings.storage.type != StoreKind::kFile) {
    Result<std::unique_ptr<ObjectStore>> opened = store_for(settings, environment_, parts.store_calls.get_token());
    if (!opened) return std::move(opened).error();
    store = *std::move(opened);
    parts.store = store.get();
  }
  std::optional<AnalysisSchedule> analyses;
  if (analyses_) {
    analyses.emplace(analysis_words(line_, options_.data_dir), without_secrets(environment_), options_.data_dir / "state" / "analysis.log",
                     settings.collection.analysis_interval_cycles, console);
  }
  Watcher watcher(console, analyses ? &*analyses : nullptr, stop.get_token());
  const SystemClock clock;
  Status status = run_collector(options_, clock, console, stop.get_token(), watcher, parts);
  console.end_progress();
  if (!status) {
    console.note(LogLevel::kError, status.error().message);
    return status;
  }
  if (analyses) analyses->finish(stop.get_token());
  if (wants_json()) {
    print_result(status_json(watcher.last()));
  } else {
    print_result(status_line(watcher.last()) + '\n');
  }
  return {};
}

Status CommandCollect::tell_plan() const {
  const bool own_list = !options_.roster.channels.empty() || !options_.roster.channels_file.empty();
  const std::string channels = own_list ? "the channels of the list" : fmt::format("the top {} channels", options_.roster.top_channels);
  const std::string_view mode = options_.chat.mode == ChatMode::kAccount ? "one account" : "anonymous connections";
  if (wants_json()) {
    JsonWriter json;
    json.begin_object();
    json.field("status", "dry_run");
    json.field("channels", channels);
    json.field("mode", mode);
    json.field("max_rooms", std::uint64_t{options_.chat.max_rooms});
    json.field("round_seconds", static_cast<std::uint64_t>(options_.round.length.count()));
    json.field("data_dir", options_.data_dir.string());
    json.end_object();
    print_result(json.finish());
    return {};
  }
  print_result(fmt::format("would listen to {} by {}, in at most {} rooms at once, in rounds of {} s\nwould write {}\n", channels, mode,
                           options_.chat.max_rooms, options_.round.length.count(), printable(options_.data_dir.string(), 4000)));
  return {};
}

}  // namespace vieweratlas
