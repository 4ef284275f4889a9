// A stand-in for the platform: chat (IRC, TLS and plain), Helix and OAuth on loopback ports, with faults on request.
//
//   fake_twitch [SCENARIO.json] [--max-seconds N] [--folder DIR] [--load LINES_PER_SECOND --rooms N --viewers N]
//
// Prints one line of JSON with its ports when it is ready; ends on SIGTERM, SIGINT, or after its time. tests/support/README.md.

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "support/fake_twitch/control.h"
#include "support/fake_twitch/load.h"
#include "support/fake_twitch/tls_files.h"

namespace fake_twitch {
namespace {

constexpr Millis kTrafficTick = 5;
constexpr Millis kServerTick = 50;

struct Arguments {
  std::string scenario;
  std::string folder;
  std::int64_t max_seconds = 0;
  bool load = false;
  LoadOptions load_options;
  std::uint32_t rooms = 4500;
  std::uint32_t viewers = 200'000;
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "fake_twitch: %s\n", what.c_str());
  std::exit(2);
}

Arguments read_arguments(int argc, char** argv) {
  Arguments made;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&]() -> std::string { return i + 1 < argc ? argv[++i] : (fail(std::string(word) + " needs a value"), ""); };
    if (word == "--max-seconds") {
      made.max_seconds = std::atoll(value().c_str());
    } else if (word == "--folder") {
      made.folder = value();
    } else if (word == "--load") {
      made.load = true;
      made.load_options.rate = static_cast<std::uint64_t>(std::atoll(value().c_str()));
    } else if (word == "--rooms") {
      made.rooms = static_cast<std::uint32_t>(std::atoll(value().c_str()));
    } else if (word == "--viewers") {
      made.viewers = static_cast<std::uint32_t>(std::atoll(value().c_str()));
    } else if (word.starts_with("--") || !made.scenario.empty()) {
      fail("what is " + std::string(word) + "?");
    } else {
      made.scenario = word;
    }
  }
  return made;
}

void load_world(World& world, const Arguments& arguments) {
  if (!arguments.scenario.empty()) {
    std::ifstream file(arguments.scenario, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    JsonDocument document;
    const Json root = document.parse(text);
    if (!root.there()) {
      fail(arguments.scenario + " holds no JSON");
    }
    if (const std::string problem = world.load(root); !problem.empty()) {
      fail(problem);
    }
  }
  if (arguments.load) {
    world.make_load(arguments.rooms, arguments.viewers);
    world.settings.join_reaction = "accept";
    world.settings.auth_reaction = "accept";
    world.settings.room_cap = 0;
  }
  if (world.applications.empty()) {
    world.applications.push_back({"fakeclient", "fakesecret"});
  }
  if (arguments.max_seconds > 0) {
    world.max_seconds = arguments.max_seconds;
  }
}

/// Notes each request of the platform's HTTP ports, tokens left out.
/// As HTTP writes it.
std::string http_date(Millis time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

void note(Journal& journal, const char* port, const HttpRequest& request, const HttpAnswer& answer) {
  const std::string authorization = request.header("authorization");
  const std::string scheme = authorization.substr(0, authorization.find(' '));
  journal.add(0, request.method,
              std::string(port) + " " + request.target + " " + std::to_string(answer.status) + " " + (scheme.empty() ? "-" : scheme));
  journal.count("http_" + std::to_string(answer.status));
  if (std::string_view(port) == "elsewhere" && !authorization.empty()) {
    journal.count("tokens_sent_elsewhere");
  }
}

class Program {
 public:
  explicit Program(const Arguments& arguments)
      : arguments_(arguments), folder_(make_folder()), contexts_(make_tls_contexts(folder_ / "ca.pem")) {
    load_world(world_, arguments_);
    ledger_.emplace(world_);
    irc_.emplace(loop_, world_, journal_, *ledger_);
    traffic_.emplace(world_, *irc_);
    helix_.emplace(world_, journal_);
    oauth_.emplace(world_);
    if (arguments_.load) {
      load_.emplace(world_, *irc_, *ledger_, arguments_.load_options);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    std::error_code ignored;
    std::filesystem::remove(folder_ / "ca.pem", ignored);
    if (arguments_.folder.empty()) {
      std::filesystem::remove(folder_, ignored);
    }
    for (SSL_CTX* context : {contexts_.good, contexts_.bad_name, contexts_.expired}) {
      free_context(context);
    }
  }

  void run() {
    open_ports();
    watch_signals();
    loop_.after(world_.max_seconds * 1000, [this] { loop_.stop(); });
    every(kServerTick, [this] { irc_->tick(); });
    every(kTrafficTick, [this] {
      if (!load_) {
        traffic_->tick(now_ms());
      } else if (!traffic_->paused()) {
        load_->tick(now_ms());
      }
    });
    membership();
    loop_.run();
  }

 private:
  std::filesystem::path make_folder() const {
    if (!arguments_.folder.empty()) {
      std::filesystem::create_directories(arguments_.folder);
      return arguments_.folder;
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "fake-twitch-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      fail("no folder for the certificate");
    }
    return pattern;
  }

  void every(Millis interval, std::function<void()> function) {
    loop_.after(interval, [this, interval, function = std::move(function)] {
      function();
      every(interval, function);
    });
  }

  void membership() {
    const Millis interval = world_.settings.membership_ms;
    loop_.after(interval > 0 ? interval : 200, [this, interval] {
      if (interval > 0) {
        irc_->membership_batch();
      }
      membership();
    });
  }

  HttpAnswer platform(const char* port, const HttpRequest& request) {
    HttpAnswer answer = request.path.starts_with("/oauth2") ? oauth_->answer(request) : helix_->answer(request);
    if (const auto fault = faults_.meet(request.path)) {
      const std::string& to = world_.settings.redirect_to;
      answer =
          faulty(*fault, std::move(answer), to.empty() ? "http://127.0.0.1:" + std::to_string(elsewhere_->port()) + request.target : to);
    }
    answer.headers.emplace_back("Date", http_date(now_ms() + world_.settings.clock_skew_ms));
    note(journal_, port, request, answer);
    return answer;
  }

  std::unique_ptr<Listener> chat(SSL_CTX* context) {
    return std::make_unique<Listener>(loop_, 0, [this, context](int fd) { irc_->accept(fd, context); });
  }

  void open_ports() {
    tls_ = chat(contexts_.good);
    plain_ = chat(nullptr);
    bad_name_ = chat(contexts_.bad_name);
    expired_ = chat(contexts_.expired);
    http_ = std::make_unique<HttpPort>(loop_, nullptr, [this](const HttpRequest& request) { return platform("http", request); });
    https_ = std::make_unique<HttpPort>(loop_, contexts_.good, [this](const HttpRequest& request) { return platform("https", request); });
    elsewhere_ = std::make_unique<HttpPort>(loop_, nullptr, [this](const HttpRequest& request) {
      HttpAnswer answer;
      answer.body = R"({"data":[],"pagination":{}})";
      note(journal_, "elsewhere", request, answer);
      return answer;
    });
    control_.emplace(Control::Parts{loop_, world_, journal_, *ledger_, *irc_, *traffic_, *oauth_, faults_, [this](bool on) {
                                      tls_->open(on);
                                      plain_->open(on);
                                    }});
    control_port_ = std::make_unique<HttpPort>(loop_, nullptr, [this](const HttpRequest& request) { return control_->answer(request); });

    JsonWriter out;
    out.open('{').field("irc_tls", tls_->port()).field("irc_plain", plain_->port()).field("irc_bad_name", bad_name_->port());
    out.field("irc_expired", expired_->port()).field("http", http_->port()).field("https", https_->port());
    out.field("elsewhere", elsewhere_->port()).field("control", control_port_->port());
    out.field("ca_file", (folder_ / "ca.pem").string()).field("pid", getpid()).close('}');
    std::printf("%s\n", out.take().c_str());
    std::fflush(stdout);
  }

  void watch_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    const int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    loop_.watch(fd, EPOLLIN, [this](std::uint32_t) { loop_.stop(); });
  }

  Arguments arguments_;
  std::filesystem::path folder_;
  TlsContexts contexts_;
  Loop loop_;
  World world_;
  Journal journal_;
  HttpFaults faults_;
  std::optional<Ledger> ledger_;
  std::optional<IrcServer> irc_;
  std::optional<Traffic> traffic_;
  std::optional<Helix> helix_;
  std::optional<OAuth> oauth_;
  std::optional<Load> load_;
  std::optional<Control> control_;
  std::unique_ptr<Listener> tls_, plain_, bad_name_, expired_;
  std::unique_ptr<HttpPort> http_, https_, elsewhere_, control_port_;
};

}  // namespace
}  // namespace fake_twitch

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  fake_twitch::Program(fake_twitch::read_arguments(argc, argv)).run();
  return 0;
}
