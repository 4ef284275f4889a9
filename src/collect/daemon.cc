// The collector's threads and their order of life. This thread keeps time: status, limits, the end. More of them work: chats
// (network), writer and storer (inside the recorder), roster and tokens (waiting for answers), chores in the store. They meet in
// thread-safe calls only.

#include "vieweratlas/collect/daemon.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "collect/folder_lock.h"
#include "collect/message_rate.h"
#include "collect/part_numbers.h"
#include "collect/roster_worker.h"
#include "collect/store_chores.h"

#include "vieweratlas/collect/collector.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/collect/round_schedule.h"
#include "vieweratlas/collect/status.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/net/http_server.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using collect_internal::first_part_of;
using collect_internal::FolderLock;
using collect_internal::MessageRate;
using collect_internal::RosterWorker;
using collect_internal::StoreChores;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kTick{200};
constexpr seconds kStatusPeriod{1};
constexpr seconds kStatusFilePeriod{5};
constexpr seconds kClockTolerance{1};  // more is a jump: the clock was set, or the machine slept
constexpr double kEnoughRooms = 0.8;

/// Passes on what is seen, up to the moment at which the last round ends: later lines belong to no round any more, and must not
/// begin another one.
class EndingSink final : public PresenceSink {
 public:
  EndingSink(PresenceSink& to, const Clock& clock) : to_(to), clock_(clock) {}
  void end_at(UtcMillis time) { end_.store(time.time_since_epoch().count()); }
  /// What came after the end.
  [[nodiscard]] std::uint64_t num_after_end() const { return num_after_end_.load(); }

  void facts(const ChannelFacts& facts, UtcMillis time) override {
    if (time < end()) to_.facts(facts, time);
  }
  void see(const Sighting& sighting) override {
    if (sighting.time < end()) {
      to_.see(sighting);
    } else {
      ++num_after_end_;
    }
  }
  void observed(std::string_view channel, UtcMillis begin, UtcMillis end) override {
    if (begin < this->end()) to_.observed(channel, begin, std::min(end, this->end()));
  }
  void lost(std::string_view channel, std::string_view reason, std::uint64_t count) override {
    if (clock_.utc() < end()) {
      to_.lost(channel, reason, count);
    } else {
      num_after_end_ += count;
    }
  }

 private:
  [[nodiscard]] UtcMillis end() const { return UtcMillis(milliseconds(end_.load())); }

  PresenceSink& to_;
  const Clock& clock_;
  // Far enough to be never, near enough to be added to.
  std::atomic<std::int64_t> end_{std::numeric_limits<std::int64_t>::max() / 4};
  std::atomic<std::uint64_t> num_after_end_{0};
};

/// The parts of a running collector, in the order in which they are made; taken down in reverse.
class Daemon {
 public:
  Daemon(const CollectOptions& options, const Clock& clock, Logger& log, DaemonEvents& events, CollectorParts parts)
      : options_(options), clock_(clock), log_(log), events_(events), parts_(std::move(parts)) {
    base_.version = parts_.version;
    base_.pid = getpid();
    base_.mode = options.chat.mode == ChatMode::kAccount ? "account" : "anonymous";
    if (options.roster.shards > 1) base_.shard = fmt::format("{}/{}", options.roster.shard, options.roster.shards);
  }

  Status run(const std::stop_token& stop) {
    if (Status status = prepare(stop); !status) return status.error().code == ErrorCode::kCancelled ? Status() : std::move(status);
    std::jthread chat_thread([this](const std::stop_token& ending) { chat_result_ = chat_->collect(*sink_, ending); });
    std::jthread roster_thread([this](const std::stop_token& ending) { roster_->run(*chat_, ending); });
    std::jthread chores_thread([this](const std::stop_token& ending) { chores_->run(ending); });
    keep_time(stop);
    roster_thread.request_stop();
    chat_thread.request_stop();
    chores_thread.request_stop();
    chat_thread.join();
    roster_thread.join();
    Status finished = finish();
    parts_.store_calls.request_stop();  // chores that wait for a slow store are waited for no longer
    return finished;
  }

 private:
  Status prepare(const std::stop_token& stop) {
    Result<FolderLock> lock = FolderLock::take(options_.data_dir / "state" / "collector.lock");
    if (!lock) return std::move(lock).error();
    lock_.emplace(*std::move(lock));
    Result<std::unique_ptr<HttpClient>> http =
        make_http_client({.ca_file = options_.endpoints.ca_file, .user_agent = "vieweratlas/" + base_.version});
    if (!http) return std::move(http).error();
    http_ = *std::move(http);
    if (Status served = start_server(); !served) return served;
    roster_ = std::make_unique<RosterWorker>(options_, *http_, clock_, log_);
    Result<std::vector<ChannelFacts>> channels = roster_->start(stop);
    if (!channels) return std::move(channels).error();
    Result<ViewerKey> key = ViewerKey::load_or_create(options_.private_dir / "viewer.key");
    if (!key) return std::move(key).error();
    viewer_key_.emplace(*std::move(key));
    base_.started = std::chrono::floor<seconds>(clock_.utc());  // as rounds begin
    chores_ = std::make_unique<StoreChores>(options_, parts_.store, viewer_key_->id(), base_.version, clock_, log_);
    if (Status started = chores_->start(); !started) return started;
    Result<std::unique_ptr<Recorder>> recorder =
        Recorder::open(options_, *viewer_key_, clock_, log_,
                       {.store = parts_.store,
                        .store_calls = parts_.store_calls,
                        .disk_fault = {},
                        .first_part = parts_.store == nullptr ? 1 : first_part_of(options_.roster, options_.data_dir, *parts_.store)});
    if (!recorder) return std::move(recorder).error();
    recorder_ = *std::move(recorder);
    sink_ = std::make_unique<EndingSink>(*recorder_, clock_);
    chat_ = IrcCollector::make(options_, roster_->identity(), clock_, log_);
    chat_->set_wanted(*std::move(channels));
    return {};
  }

  Status start_server() {
    if (options_.metrics_port == 0) return {};
    Result<std::unique_ptr<HttpServer>> server =
        HttpServer::start({.address = options_.metrics_address, .port = static_cast<std::uint16_t>(options_.metrics_port)},
                          [this](const ServerRequest& request) { return answer(request); });
    if (!server) return std::move(server).error();
    server_ = *std::move(server);
    log_.info(fmt::format("metrics at http://{}:{}/metrics", options_.metrics_address, server_->port()));
    return {};
  }

  ServerResponse answer(const ServerRequest& request) {
    const std::scoped_lock lock(shown_mutex_);
    if (request.path == "/metrics") {
      return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_text(shown_)};
    }
    if (request.path == "/status") return {.content_type = "application/json", .body = status_json(shown_)};
    if (request.path == "/health") {
      std::string text;
      for (const std::string& problem : health_problems(shown_)) text += problem + '\n';
      return {.status = text.empty() ? 200 : 503, .body = text.empty() ? "ok\n" : text};
    }
    return {.status = 404, .body = "there are /metrics, /status and /health\n"};
  }

  /// Until the end: looks at the clocks, tells the status, minds the limits.
  void keep_time(const std::stop_token& stop) {
    const SteadyTime begin = clock_.steady();
    set_end_of_rounds();
    SteadyTime next_status = begin;
    SteadyTime next_file = begin;
    UtcMillis utc_before = clock_.utc();
    SteadyTime steady_before = begin;
    std::uint64_t stored_before = 0;
    while (!stop.stop_requested()) {
      const SteadyTime now = clock_.steady();
      const UtcMillis utc = clock_.utc();
      note_clock_jump((utc - utc_before) - (now - steady_before));
      utc_before = utc;
      steady_before = now;
      if (now >= next_status) {
        next_status = now + kStatusPeriod;
        tell_status(now);
        if (now >= next_file) {
          next_file = now + kStatusFilePeriod;
          write_status_file();
        }
      }
      if (const std::uint64_t stored = recorder_->rounds_stored(); stored != stored_before) {
        stored_before = stored;
        events_.on_rounds_stored(stored);
      }
      if (is_over(now - begin, utc)) break;
      wait(stop);
    }
    tell_status(clock_.steady());  // the record of the last round shows the rooms as they were before they were left
    log_.info("stopping: no more joins; the open round is closed and stored");
  }

  void set_end_of_rounds() {
    if (options_.max_rounds == 0) return;
    const RoundWindow first = window_at(base_.started);
    last_end_ = first.end + milliseconds(options_.round.length) * static_cast<std::int64_t>(options_.max_rounds - 1);
    sink_->end_at(*last_end_);
  }

  [[nodiscard]] RoundWindow window_at(UtcMillis time) const {
    return options_.round.align_to_hour ? aligned_window(time, options_.round.length)
                                        : window_from(base_.started, time, options_.round.length);
  }

  [[nodiscard]] bool is_over(milliseconds run_time, UtcMillis utc) {
    if (last_end_ && utc >= *last_end_) {
      log_.info(fmt::format("the number of rounds that was asked for ({}) is over", options_.max_rounds));
      return true;
    }
    if (options_.max_runtime.count() > 0 && run_time >= options_.max_runtime) {
      log_.info("the time that was asked for is over");
      return true;
    }
    fatal_ = roster_->state().hopeless;
    return fatal_.has_value();
  }

  void note_clock_jump(milliseconds difference) {
    if (std::chrono::abs(difference) <= kClockTolerance) return;
    ++base_.clock_jumps;
    log_.warning(fmt::format("the clock jumped by {:.1f} s: it was set, or the machine slept; rounds follow the new time",
                             std::chrono::duration<double>(difference).count()));
  }

  void wait(const std::stop_token& stop) {
    std::unique_lock lock(wait_mutex_);
    wake_.wait_for(lock, stop, kTick, [] { return false; });
  }

  void tell_status(SteadyTime now) {
    CollectorStatus status = base_;
    status.now = clock_.utc();
    status.window = window_at(status.now);
    status.chat = chat_->counters();
    status.rooms_target = status.chat.rooms_target;
    status.recorder = recorder_->counters();
    if (const std::uint64_t late = sink_->num_after_end(); late > 0) status.recorder.lost["after_end"] += late;
    const auto privmsg = status.chat.lines.find("privmsg");
    status.messages_per_second = rate_.update(privmsg == status.chat.lines.end() ? 0 : privmsg->second, now);
    const RosterWorker::State roster = roster_->state();
    status.helix = roster.helix;
    status.roster_time = roster.roster_time;
    status.roster_channels = roster.roster_channels;
    if (status.recorder.problem.empty()) status.recorder.problem = chores_->problem();
    status.roster_problem = roster.roster_problem;
    status.token_login = roster.token_login;
    status.token_problem = roster.token_problem;
    status.until_token_validation = roster.until_validation;
    note_too_few_rooms(status);
    if (!last_end_ || status.now < *last_end_) {  // a summary after the end would begin a round of its own
      recorder_->summarise({.channels_wanted = status.chat.rooms_wanted,
                            .channels_confirmed = status.chat.rooms_confirmed,
                            .channels_failed = status.chat.rooms_failed});
    }
    {
      const std::scoped_lock lock(shown_mutex_);
      shown_ = status;
    }
    events_.on_status(status);
  }

  void note_too_few_rooms(CollectorStatus& status) {
    const bool enough = static_cast<double>(status.chat.rooms_confirmed) >= kEnoughRooms * static_cast<double>(status.rooms_target);
    if (enough) {
      base_.too_few_rooms_since.reset();
    } else if (!base_.too_few_rooms_since) {
      base_.too_few_rooms_since = status.now;
    }
    status.too_few_rooms_since = base_.too_few_rooms_since;
  }

  void write_status_file() {
    const Status written = write_file_atomic(status_file(options_.data_dir), status_json(shown_));
    if (written.ok()) {
      status_file_problem_.clear();
    } else if (status_file_problem_ != written.error().message) {
      status_file_problem_ = written.error().message;
      log_.warning(status_file_problem_);
    }
  }

  Status finish() {
    Status finished = recorder_->finish(true, clock_.steady() + options_.finish);
    base_.stopped = true;
    tell_status(clock_.steady());
    write_status_file();
    events_.on_rounds_stored(recorder_->rounds_stored());
    if (fatal_) return *fatal_;
    if (!finished) return finished;
    return std::move(chat_result_);
  }

  const CollectOptions& options_;
  const Clock& clock_;
  Logger& log_;
  DaemonEvents& events_;
  CollectorParts parts_;
  CollectorStatus base_;  // what changes seldom; the control thread's
  MessageRate rate_;
  std::optional<UtcMillis> last_end_;
  std::optional<Error> fatal_;
  Status chat_result_;
  std::string status_file_problem_;
  std::mutex wait_mutex_;
  std::condition_variable_any wake_;
  std::mutex shown_mutex_;
  CollectorStatus shown_;  // guarded by shown_mutex_; written by the control thread only

  std::optional<FolderLock> lock_;
  std::optional<ViewerKey> viewer_key_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<RosterWorker> roster_;
  std::unique_ptr<StoreChores> chores_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<EndingSink> sink_;
  std::unique_ptr<IrcCollector> chat_;
  std::unique_ptr<HttpServer> server_;  // last: its thread looks at shown_
};

}  // namespace

std::filesystem::path status_file(const std::filesystem::path& data_dir) { return data_dir / "state" / "status.json"; }

Status run_collector(const CollectOptions& options, const Clock& clock, Logger& log, const std::stop_token& stop, DaemonEvents& events,
                     CollectorParts parts) {
  return Daemon(options, clock, log, events, std::move(parts)).run(stop);
}

}  // namespace vieweratlas
