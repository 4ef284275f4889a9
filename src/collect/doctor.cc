// Each check is one question with one sentence for an answer; the order is that in which a collector meets the troubles.

#include "vieweratlas/collect/doctor.h"

#include <fmt/format.h>
#include <netdb.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "collect/chat_probe.h"
#include "collect/store_check.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/roster.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

constexpr std::uint64_t kEnoughDisk = 1ULL << 30U;  // a month of rounds of 5,000 channels, compressed
constexpr std::chrono::seconds kClockTolerance{5};  // rounds and lag become wrong beyond it
constexpr std::chrono::seconds kAnswerTime{15};

/// "api.example.org" of "https://api.example.org:443/path".
std::string host_of(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find('/'));
  if (url.starts_with('[')) return std::string(url.substr(1, url.find(']') - 1));
  return std::string(url.substr(0, url.find(':')));
}

class Doctor {
 public:
  Doctor(const CollectOptions& options, ObjectStore* store, const Clock& clock, Logger& log, std::stop_token stop)
      : options_(options), store_(store), clock_(clock), log_(log), stop_(std::move(stop)) {}

  std::vector<DoctorCheck> examine() {
    check_storage();
    check_disk();
    if (store_ != nullptr) collect_internal::check_store(*store_, options_.retention_days > 0, checks_);
    check_key();
    check_names();
    check_http();
    check_token();
    check_roster();
    check_chat();
    return std::move(checks_);
  }

 private:
  void add(std::string name, CheckResult result, std::string text) {
    checks_.push_back({.name = std::move(name), .result = result, .text = std::move(text)});
  }
  void good(std::string name, std::string text) { add(std::move(name), CheckResult::kGood, std::move(text)); }
  void failed(std::string name, std::string text) { add(std::move(name), CheckResult::kFailed, std::move(text)); }
  void skipped(std::string name, std::string text) { add(std::move(name), CheckResult::kSkipped, std::move(text)); }

  void check_storage() {
    const std::filesystem::path file = options_.data_dir / "state" / fmt::format("doctor-{}.txt", getpid());
    if (const Status written = write_file_atomic(file, "a file that the doctor writes and removes\n"); !written) {
      failed("storage", written.error().message);
      return;
    }
    std::error_code problem;
    std::filesystem::remove(file, problem);
    if (problem) {
      failed("storage", fmt::format("{} can be written and not removed: {}", printable(file.string(), 1000), problem.message()));
      return;
    }
    good("storage", fmt::format("{} can be written", printable(options_.data_dir.string(), 1000)));
  }

  void check_disk() {
    std::error_code problem;
    const std::filesystem::space_info space = std::filesystem::space(options_.data_dir, problem);
    if (problem) return skipped("disk", "its room cannot be asked: " + problem.message());
    const std::string room = fmt::format("{:.1f} GiB free", static_cast<double>(space.available) / static_cast<double>(1ULL << 30U));
    if (space.available < kEnoughDisk) {
      add("disk", CheckResult::kWarning, room + ": that will not last; make room, or set collection.retention_days");
    } else {
      good("disk", room);
    }
  }

  void check_key() {
    const std::filesystem::path file = options_.private_dir / "viewer.key";
    const Result<ViewerKey> key = ViewerKey::load(file);
    if (key) {
      good("viewer key", fmt::format("key {} for the hashes of viewers", key->id()));
    } else if (key.error().code == ErrorCode::kNotFound) {
      good("viewer key", "none yet: the first collection makes one");
    } else {
      failed("viewer key", key.error().message);
    }
  }

  void check_names() {
    for (const std::string& host :
         {options_.endpoints.irc_host, host_of(options_.endpoints.helix_url), host_of(options_.endpoints.id_url)}) {
      addrinfo* found = nullptr;
      const int problem = getaddrinfo(host.c_str(), nullptr, nullptr, &found);
      if (problem != 0) {
        names_ok_ = false;
        failed("name lookup",
               fmt::format("{} has no address ({}); look at the network and at its name server", printable(host), gai_strerror(problem)));
        return;
      }
      freeaddrinfo(found);
    }
    good("name lookup", "all hosts have addresses");
  }

  void check_http() {
    if (!names_ok_) return skipped("https and clock", "needs name lookup");
    Result<std::unique_ptr<HttpClient>> http = make_http_client({.ca_file = options_.endpoints.ca_file});
    if (!http) return failed("https and clock", http.error().message);
    http_ = *std::move(http);
    const Result<HttpResponse> answer = http_->send({.url = options_.endpoints.id_url + "/validate", .timeout = kAnswerTime}, stop_);
    if (!answer) {
      http_.reset();
      return failed("https and clock", answer.error().message);
    }
    const std::optional<std::string_view> date = answer->header("date");
    std::tm parts{};
    if (!date || strptime(std::string(*date).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) {
      return add("https and clock", CheckResult::kWarning, "the server answers, without telling the time");
    }
    const UtcMillis theirs =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::from_time_t(timegm(&parts)));
    const auto difference = std::chrono::duration_cast<std::chrono::seconds>(clock_.utc() - theirs);
    if (std::chrono::abs(difference) > kClockTolerance) {
      return failed("https and clock", fmt::format("this machine's clock is {} s {} the platform's; set it, by NTP for good",
                                                   std::abs(difference.count()), difference.count() > 0 ? "ahead of" : "behind"));
    }
    good("https and clock", fmt::format("the server answers; the clocks differ by {} s", std::abs(difference.count())));
  }

  [[nodiscard]] bool has_credentials() const {
    std::error_code ignored;
    return !options_.credentials.token.empty() || !options_.credentials.client_secret.empty() ||
           std::filesystem::exists(options_.private_dir / "tokens.json", ignored);
  }

  void check_token() {
    const bool needs_chat = options_.chat.mode == ChatMode::kAccount;
    if (!http_) return skipped("token", "needs https");
    tokens_ = std::make_unique<TokenKeeper>(options_, *http_, clock_, log_);
    if (!needs_chat && !has_credentials())
      return skipped("token", "none is given, and anonymous chat with an own list of channels needs none");
    if (const Status status = tokens_->start(needs_chat, stop_); !status) {
      token_ok_ = false;
      return failed("token", status.error().message);
    }
    const TokenFacts facts = tokens_->facts();
    good("token",
         facts.login.empty() ? std::string("an app token that works") : fmt::format("works, of the account {}", printable(facts.login)));
  }

  void check_roster() {
    if (!tokens_ || !token_ok_) return skipped("channels", "needs a token");
    CollectOptions few = options_;
    few.roster.top_channels = 1;
    RosterSource source(few, *http_, *tokens_, clock_, log_);
    const Result<Roster> roster = source.refresh(stop_);
    if (!roster) return failed("channels", roster.error().message);
    if (roster->channels.empty()) return add("channels", CheckResult::kWarning, "none is live now that the options allow");
    channel_ = roster->channels.front().channel;
    good("channels", fmt::format("{} leads the list", printable(channel_)));
  }

  void check_chat() {
    if (!names_ok_) return skipped("chat", "needs name lookup");
    IrcIdentity identity;
    if (options_.chat.mode == ChatMode::kAccount) {
      if (!tokens_ || !token_ok_) return skipped("chat", "needs a token");
      identity = {.nick = tokens_->facts().login, .token = tokens_->token()};
    }
    const collect_internal::ChatProbe probe = collect_internal::probe_chat(options_.endpoints, identity, channel_, clock_);
    const std::string where = fmt::format("{}:{}", options_.endpoints.irc_host, options_.endpoints.irc_port);
    if (!probe.opened) {
      return failed("chat", fmt::format("{}; where a firewall stops port 6697, collection.irc_port 443 may pass", probe.problem));
    }
    if (!probe.ready) return failed("chat", fmt::format("{} does not log us in: {}", where, probe.problem));
    good("chat", fmt::format("{} logs us in", where));
    if (channel_.empty()) return skipped("join", "there is no channel to try");
    if (probe.joined) return good("join", fmt::format("{} was joined", printable(channel_)));
    failed("join", probe.problem);
  }

  const CollectOptions& options_;
  ObjectStore* store_;
  const Clock& clock_;
  Logger& log_;
  std::stop_token stop_;
  std::vector<DoctorCheck> checks_;
  bool names_ok_ = true;
  bool token_ok_ = true;
  std::string channel_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<TokenKeeper> tokens_;
};

}  // namespace

std::vector<DoctorCheck> examine(const CollectOptions& options, ObjectStore* store, const Clock& clock, Logger& log, std::stop_token stop) {
  return Doctor(options, store, clock, log, std::move(stop)).examine();
}

}  // namespace vieweratlas
