// Finding recordings and working through them.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/collect_settings.h"
#include "cli/command_line.h"
#include "cli/command_vod.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/json_writer.h"
#include "cli/private_memory.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/collect/helix_client.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/collect/vod_discovery.h"
#include "vieweratlas/collect/vod_process.h"
#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

/// What a downloader needs to find its home, its language and the way out; never our tokens.
std::vector<std::string> environment_of_child(const Environment& environment) {
  constexpr std::array<std::string_view, 13> kNames{"PATH",       "HOME",        "USER",       "LOGNAME",     "LANG",
                                                    "TZ",         "TMPDIR",      "http_proxy", "https_proxy", "no_proxy",
                                                    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"};
  constexpr std::array<std::string_view, 4> kPrefixes{"LC_", "XDG_", "DOTNET_", "SSL_CERT_"};
  std::vector<std::string> result;
  for (const auto& [name, value] : environment) {
    const bool is_known =
        std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
        std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) { return name.starts_with(prefix); });
    if (is_known) result.push_back(fmt::format("{}={}", name, value));
  }
  return result;
}

std::string value_of(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

/// Containers may have equal names, and their programs equal numbers.
std::string name_of_worker() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return fmt::format("{}:{}:{:08x}", printable(host.data(), 100), ::getpid(), std::random_device()());
}

std::chrono::milliseconds millis(double seconds) {
  constexpr double kMost = 1e12;  // some thirty years
  return std::chrono::milliseconds(std::llround(std::clamp(seconds * 1000, 0.0, kMost)));
}

std::string discover_text(const VodDiscoverReport& report) {
  return fmt::format(
      "looked at {} channels: {} recordings, {} new in the queue; {} too old, {} with too few views, {} channels are unknown\n",
      with_thousands(report.channels), with_thousands(report.found), with_thousands(report.added), with_thousands(report.too_old),
      with_thousands(report.too_few_views), with_thousands(report.unknown_channels));
}

std::string process_text(const VodProcessReport& report) {
  std::string text =
      fmt::format("imported {} recordings: {} snapshots, {} presence rows; {} failed, {} wait for their chat, {} were too old ({})\n",
                  with_thousands(report.completed), with_thousands(report.snapshots), with_thousands(report.rows),
                  with_thousands(report.failed), with_thousands(report.waiting), with_thousands(report.dropped), report.stopped_by);
  return text;
}

void add_json(JsonWriter& json, const VodDiscoverReport& report) {
  json.begin_object("discovered");
  json.field("channels", report.channels);
  json.field("unknown_channels", report.unknown_channels);
  json.field("found", report.found);
  json.field("added", report.added);
  json.field("too_old", report.too_old);
  json.field("too_few_views", report.too_few_views);
  json.end_object();
}

void add_json(JsonWriter& json, const VodProcessReport& report) {
  json.begin_object("processed");
  json.field("completed", report.completed);
  json.field("failed", report.failed);
  json.field("waiting", report.waiting);
  json.field("dropped", report.dropped);
  json.field("downloads", report.downloads);
  json.field("snapshots", report.snapshots);
  json.field("presence_rows", report.rows);
  json.begin_object("lost");
  for (const auto& [reason, count] : report.lost) json.field(reason, count);
  json.end_object();
  json.field("stopped_by", report.stopped_by);
  json.end_object();
}

}  // namespace

Status CommandVodRun::setup(const CommandLine& line, const Environment& environment) {
  CommandLine rest = line;
  std::optional<std::uint32_t> most;
  if (work_ == Work::kBoth && rest.arguments.size() == 2) {  // preprocess_vods CONFIG MAX_VODS
    const std::string& word = rest.arguments[1];
    std::uint32_t number = 0;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (problem != std::errc() || end != word.data() + word.size() || number == 0) {
      return Error{ErrorCode::kInvalidArgument,
                   "preprocess_vods takes a number of recordings after the configuration, not " + printable(word, 40)};
    }
    most = number;
    rest.arguments.pop_back();
  }
  if (Status loaded = load(rest, environment); !loaded) return loaded;
  if (most) configuration_.settings.vod.max_per_run = *most;
  if (!discovers()) return {};
  keep_memory_private();
  Result<CollectOptions> options = collect_options(configuration_.settings, environment);
  if (!options) return std::move(options).error();
  options_ = *std::move(options);
  if (!configuration_.settings.vod.channels.empty()) options_.roster.channels = configuration_.settings.vod.channels;
  auto channels = discovery_channels(options_.roster);
  if (!channels) return std::move(channels).error();
  channels_ = *std::move(channels);
  return {};
}

bool CommandVodRun::discovers() const {
  const VodSettings& vod = configuration_.settings.vod;
  return work_ == Work::kDiscover || (work_ == Work::kBoth && vod.enabled && vod.auto_discover);
}

Status CommandVodRun::tell_plan() const {
  if (discovers()) {
    print_result(fmt::format("would look for recordings of {} channels and add them to {}\n", with_thousands(channels_.size()),
                             printable(place_of_queue(), 4000)));
  }
  if (work_ == Work::kDiscover) return {};
  const Result<VodQueue> queue = this->queue(false);
  if (!queue) return queue.error();
  const auto stats = queue->stats(std::chrono::floor<std::chrono::seconds>(SystemClock().utc()));
  if (!stats) return stats.error();
  print_result(fmt::format("would work through {} of {} due recordings\n",
                           with_thousands(std::min<std::uint64_t>(stats->due, configuration_.settings.vod.max_per_run)),
                           with_thousands(stats->due)));
  return {};
}

Result<VodDiscoverReport> CommandVodRun::discover(VodQueue& queue, Session& session, const std::stop_token& stop) const {
  const VodSettings& vod = configuration_.settings.vod;
  Result<std::unique_ptr<HttpClient>> http = make_http_client({.ca_file = options_.endpoints.ca_file});
  if (!http) return std::move(http).error();
  const SystemClock clock;
  TokenKeeper tokens(options_, **http, clock, session.console());
  if (Status started = tokens.start(false, stop); !started.ok()) return std::move(started).error();
  HelixClient helix(options_, **http, tokens, clock, session.console());
  HelixVodLister lister(helix);
  SystemSleeper sleeper;
  return discover_vods(lister, queue,
                       {.channels = channels_,
                        .limit_per_channel = vod.limit_per_channel,
                        .max_age = std::chrono::hours(vod.max_age_hours),
                        .min_views = vod.min_views,
                        .delay = millis(vod.rate_limit_delay_s)},
                       std::chrono::floor<std::chrono::seconds>(clock.utc()), sleeper, stop);
}

Result<VodProcessReport> CommandVodRun::process(VodQueue& queue, Session& session, const std::stop_token& stop) const {
  const VodSettings& vod = configuration_.settings.vod;
  const auto who = people();
  if (!who) return who.error();
  const auto import = import_options();
  if (!import) return import.error();
  const std::chrono::hours age(24ULL * vod.max_age_days);
  const VodProcessOptions options{.import = *import,
                                  .raw_dir = raw_dir(),
                                  .chats = store_.get(),
                                  .cli_path = vod.cli_path,
                                  .search_path = value_of(environment_, "PATH"),
                                  .environment = environment_of_child(environment_),
                                  .keep_downloads = vod.persist_raw_chat,
                                  .delay = millis(vod.rate_limit_delay_s),
                                  .max_vods = vod.max_per_run,
                                  .max_time = millis(vod.max_processing_hours * 3600),
                                  .max_age = age,
                                  // What is found again must be known as done for as long as it can be found.
                                  .completed_age = 2 * std::max(age, std::chrono::hours(vod.max_age_hours)),
                                  .worker = name_of_worker()};
  const SystemClock clock;
  SystemSleeper sleeper;
  return process_vods(
      {.queue = queue, .viewers = who->key, .forgotten = who->forgotten, .clock = clock, .sleeper = sleeper, .log = session.console()},
      options, stop);
}

Status CommandVodRun::run() {
  const VodSettings& vod = configuration_.settings.vod;
  if (work_ == Work::kBoth && !vod.enabled) {
    print_result(wants_json() ? std::string("{\"status\": \"disabled\"}\n") : std::string("vod.enabled is off: nothing to do\n"));
    return {};
  }
  if (configuration_.settings.talk.dry_run) return tell_plan();
  Session session(configuration_, environment_, "stopped");
  std::stop_source stop;
  const Interrupt::Serving serving(session.interrupt(), stop,
                                   [&] { session.console().warning("stopping after what is begun is given back"); });
  session.open_log_file();
  session.tell_settings();
  Result<VodQueue> queue = this->queue(true);
  if (!queue) return std::move(queue).error();
  JsonWriter json;
  json.begin_object();
  json.field("status", "ok");
  std::string text;
  if (discovers()) {
    const auto report = discover(*queue, session, stop.get_token());
    if (!report) return report.error();
    text += discover_text(*report);
    add_json(json, *report);
  }
  if (work_ != Work::kDiscover && !stop.stop_requested()) {
    const auto report = process(*queue, session, stop.get_token());
    if (!report) return report.error();
    text += process_text(*report);
    add_json(json, *report);
  }
  json.end_object();
  print_result(wants_json() ? json.finish() : text);
  if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "stopped"};
  return {};
}

}  // namespace vieweratlas
