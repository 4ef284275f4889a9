// bench_collect FAKE_TWITCH [--rate N] [--seconds N] [--rooms N] [--viewers N] [--recorder 1] [--tls 0] [--segment BYTES]: the live
// collector beside the fake platform on this machine. Joins all rooms, measures while lines come in, then stops the load and compares what
// was sent with what was counted. Without the recorder sightings are only counted: network, TLS, parser and plans alone.
#include <pthread.h>
#include <stdio.h>   // NOLINT(modernize-deprecated-headers): popen is POSIX
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "bench/stage.h"
#include "collect/irc_engine.h"

#include "vieweratlas/collect/collector.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/pseudonym.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::uint64_t number_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return 0;
  std::uint64_t number = 0;
  std::from_chars(text.data() + at + key.size(), text.data() + text.size(), number);
  return number;
}

/// The fake platform's process and its control port.
class Fake {
 public:
  explicit Fake(const std::string& command) : pipe_(::popen(command.c_str(), "r")), http_(value_or_give_up(make_http_client({}))) {
    char line[2048];
    if (pipe_ == nullptr || std::fgets(line, sizeof(line), pipe_) == nullptr)
      give_up({ErrorCode::kNotFound, "cannot be started: " + command});
    ready_ = line;
  }
  Fake(const Fake&) = delete;
  Fake& operator=(const Fake&) = delete;
  ~Fake() {
    ::kill(static_cast<pid_t>(number_after(ready_, "\"pid\":")), SIGTERM);
    ::pclose(pipe_);
  }
  [[nodiscard]] std::uint32_t port(const std::string& name) const {
    return static_cast<std::uint32_t>(number_after(ready_, "\"" + name + "\":"));
  }
  [[nodiscard]] std::string ca_file() const {
    const std::string key = "\"ca_file\":\"";
    const std::size_t begin = ready_.find(key) + key.size();
    return ready_.substr(begin, ready_.find('"', begin) - begin);
  }
  /// Every write has at most so many bytes, and so has every TLS record.
  void cut_into(std::uint32_t bytes) {
    ask({.method = HttpMethod::kPost, .url = url("/control"), .body = R"({"do":"set","segment_bytes":)" + std::to_string(bytes) + "}"});
  }
  void pause() { ask({.method = HttpMethod::kPost, .url = url("/control"), .body = R"({"do":"pause","on":true})"}); }
  /// Lines of chat that were written to sockets.
  [[nodiscard]] std::uint64_t written() { return number_after(ask({.url = url("/truth")}), "\"written_total\":"); }

 private:
  [[nodiscard]] std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port("control")) + path; }
  std::string ask(const HttpRequest& request) { return value_or_give_up(http_->send(request, {})).body; }

  FILE* pipe_;
  std::unique_ptr<HttpClient> http_;
  std::string ready_;
};

class Quiet final : public Logger {
 public:
  void write(LogLevel level, std::string_view message) override {
    if (level >= LogLevel::kWarning) std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
  }
};

/// Counts what passes, on its way to the recorder when there is one.
class CountingSink final : public PresenceSink {
 public:
  explicit CountingSink(PresenceSink* next) : next_(next) {}
  void facts(const ChannelFacts& facts, UtcMillis time) override {
    if (next_ != nullptr) next_->facts(facts, time);
  }
  void see(const Sighting& sighting) override {
    seen.fetch_add(1, std::memory_order_relaxed);
    if (next_ != nullptr) next_->see(sighting);
  }
  void observed(std::string_view channel, UtcMillis begin, UtcMillis end) override {
    if (next_ != nullptr) next_->observed(channel, begin, end);
  }
  void lost(std::string_view channel, std::string_view reason, std::uint64_t count) override {
    dropped.fetch_add(count, std::memory_order_relaxed);
    if (next_ != nullptr) next_->lost(channel, reason, count);
  }
  [[nodiscard]] std::uint64_t lines() const { return seen + dropped; }

  std::atomic<std::uint64_t> seen = 0;
  std::atomic<std::uint64_t> dropped = 0;

 private:
  PresenceSink* next_;
};

std::uint64_t status_kilobytes(std::string_view name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) return number_after(line.substr(line.find_first_of("0123456789")), "");
  }
  return 0;
}

double cpu_seconds_of(std::jthread& thread) {
  clockid_t clock{};
  timespec time{};
  ::pthread_getcpuclockid(thread.native_handle(), &clock);
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void wait_until(const std::function<bool()>& condition, seconds limit, const char* what) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) give_up({ErrorCode::kUnavailable, std::string("in vain: waiting until ") + what});
    std::this_thread::sleep_for(milliseconds(20));
  }
}

CollectOptions options_for(const Fake& fake, std::uint32_t rooms, bool tls, const std::filesystem::path& folder) {
  CollectOptions options;
  options.data_dir = folder / "logs";
  options.private_dir = folder / "private";
  options.endpoints.irc_host = "localhost";
  options.endpoints.irc_port = fake.port(tls ? "irc_tls" : "irc_plain");
  options.endpoints.irc_tls = tls;
  options.endpoints.ca_file = fake.ca_file();
  options.chat.mode = ChatMode::kAnonymous;
  options.chat.max_rooms = rooms;
  return options;
}

/// Joins as fast as it can: how fast it may is not what is measured here.
IrcEngineTuning without_pace() {
  IrcEngineTuning tuning;
  tuning.rooms.join_tokens = 100'000;
  tuning.connections.spacing = milliseconds(0);
  tuning.connections.max_logins = 100'000;
  return tuning;
}

std::vector<ChannelFacts> rooms_of_load(std::uint32_t count) {
  std::vector<ChannelFacts> rooms;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string number = std::to_string(i);
    number.insert(0, 5 - std::min<std::size_t>(5, number.size()), '0');
    rooms.push_back({.channel = "room" + number, .viewer_count = count - i});
  }
  return rooms;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  const std::uint32_t rooms = arguments.number("rooms", 56 * 90);
  const bool tls = arguments.number("tls", 1) != 0;
  const seconds length(arguments.number("seconds", 20));
  std::string pattern = (std::filesystem::temp_directory_path() / "bench-collect-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  Fake fake(arguments.positional(0, "FAKE_TWITCH") + " --max-seconds 900 --load " + std::to_string(arguments.number("rate", 50'000)) +
            " --rooms " + std::to_string(rooms) + " --viewers " + std::to_string(arguments.number("viewers", 200'000)));

  if (const std::uint32_t bytes = arguments.number("segment", 0); bytes > 0) fake.cut_into(bytes);
  const SystemClock clock;
  Quiet log;
  const CollectOptions options = options_for(fake, rooms, tls, folder);
  std::optional<ViewerKey> key;
  std::unique_ptr<Recorder> recorder;
  if (arguments.number("recorder", 0) != 0) {
    key = value_or_give_up(ViewerKey::load_or_create(options.private_dir / "viewer.key"));
    recorder = value_or_give_up(Recorder::open(options, *key, clock, log));
  }
  CountingSink sink(recorder.get());
  IrcEngine engine(options, {}, clock, log, without_pace());
  engine.set_wanted(rooms_of_load(rooms));
  std::jthread thread([&](const std::stop_token& stop) { static_cast<void>(engine.collect(sink, stop)); });
  wait_until([&] { return engine.counters().rooms_confirmed == rooms; }, seconds(300), "all rooms are joined");
  std::this_thread::sleep_for(seconds(3));  // the backlog of joining

  const std::uint64_t lines_before = sink.lines();
  const std::uint64_t bytes_before = engine.counters().bytes;
  const double thread_before = cpu_seconds_of(thread);
  const Stopwatch stopwatch;
  std::this_thread::sleep_for(length);
  const double wall = stopwatch.wall_seconds();
  Line line;
  line.add(stopwatch);
  line.add("connections", engine.counters().connections_open);
  line.add("rooms", engine.counters().rooms_confirmed);
  line.add("lines_per_second", static_cast<double>(sink.lines() - lines_before) / wall);
  line.add("megabytes_per_second", 1e-6 * static_cast<double>(engine.counters().bytes - bytes_before) / wall);
  line.add("cores", stopwatch.cpu_seconds() / wall);
  line.add("network_thread_cores", (cpu_seconds_of(thread) - thread_before) / wall);
  line.add("lag_ms", static_cast<std::uint64_t>(std::max<std::int64_t>(0, engine.counters().lag_ms)));
  line.add("rss_mb", static_cast<double>(status_kilobytes("VmRSS:")) / 1024);

  fake.pause();
  std::uint64_t written = fake.written();
  wait_until(
      [&] {
        const std::uint64_t earlier = std::exchange(written, fake.written());
        std::this_thread::sleep_for(milliseconds(500));
        return earlier == written;
      },
      seconds(60), "the load has ended");
  line.add("lines_written", written);
  std::uint64_t lost = written - std::min(written, sink.lines());
  if (recorder != nullptr) {
    wait_until([&] { return recorder->counters().queue_depth == 0; }, seconds(60), "the recorder's queue is empty");
    const RecorderCounters counters = recorder->counters();
    std::uint64_t full = 0;
    if (const auto found = counters.lost.find("queue_full"); found != counters.lost.end()) full = found->second;
    line.add("recorded", counters.sightings + counters.duplicates);
    lost += full;
    line.add("viewers", counters.viewers_in_round);
  }
  line.add("lines_lost", lost);
  line.add("connection_ends", static_cast<std::uint64_t>(engine.counters().connection_ends.size()));
  thread.request_stop();
  thread.join();
  if (recorder != nullptr) static_cast<void>(recorder->finish(false, clock.steady() + seconds(30)));
  line.print();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return 0;
}
