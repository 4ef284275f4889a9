#include "collect/roster_worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/roster.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::collect_internal {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kRetryRoster{60};   // Helix' own retries lie within a refresh
constexpr seconds kRetryRenewal{60};  // a token service that does not answer is asked again; one that refuses is not
constexpr seconds kRetryStart{15};

/// Waits, but not beyond a wish to stop.
void wait(milliseconds length, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, length, [] { return false; });
}

bool heals_with_time(const Error& error) { return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kLimitExceeded; }

std::string told(const Roster& roster) {
  std::string text = fmt::format("roster: {} channels", with_thousands(roster.channels.size()));
  if (roster.num_pages > 0) text += fmt::format(" from {} pages (stopped by {})", roster.num_pages, roster.stopped_by);
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) text += fmt::format(", {} {}", with_thousands(count), what);
  };
  add(roster.num_duplicates, "seen twice");
  add(roster.num_filtered, "left out by language, game or viewers");
  add(roster.num_opted_out, "opted out");
  add(roster.num_offline, "offline");
  return text;
}

}  // namespace

RosterWorker::RosterWorker(const CollectOptions& options, HttpClient& http, const Clock& clock, Logger& log)
    : options_(options), clock_(clock), log_(log), tokens_(options, http, clock, log), source_(options, http, tokens_, clock, log) {}

bool RosterWorker::uses_token() const {
  if (options_.chat.mode == ChatMode::kAccount) return true;
  std::error_code ignored;
  return !options_.credentials.token.empty() || !options_.credentials.client_secret.empty() ||
         std::filesystem::exists(options_.private_dir / "tokens.json", ignored);
}

Result<std::vector<ChannelFacts>> RosterWorker::start(std::stop_token stop) {
  for (;;) {
    Status token = uses_token() ? tokens_.start(options_.chat.mode == ChatMode::kAccount, stop) : Status();
    std::optional<Error> problem;
    if (token) {
      note_token();
      Result<Roster> roster = source_.refresh(stop);
      if (roster) {
        log_.info(told(*roster));
        const std::scoped_lock lock(mutex_);
        state_.roster_time = clock_.utc();
        state_.roster_channels = roster->channels.size();
        next_refresh_ = clock_.steady() + options_.roster.refresh;
        return std::move(roster->channels);
      }
      problem = std::move(roster).error();
    } else {
      problem = std::move(token).error();
    }
    if (!heals_with_time(*problem)) return *std::move(problem);
    log_.warning(fmt::format("{}; trying again in {} s", problem->message, kRetryStart.count()));
    wait(kRetryStart, stop);
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "stopped"};
  }
}

IrcIdentity RosterWorker::identity() const {
  if (options_.chat.mode == ChatMode::kAnonymous) return {};
  return {.nick = tokens_.facts().login, .token = tokens_.token()};
}

void RosterWorker::run(IrcCollector& chat, std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (uses_token()) mind_token(chat, stop);
    if (clock_.steady() >= next_refresh_) refresh_roster(chat, stop);
    {
      const std::scoped_lock lock(mutex_);
      state_.helix = source_.counters();
    }
    wait(seconds(1), stop);
  }
}

void RosterWorker::refresh_roster(IrcCollector& chat, std::stop_token stop) {
  Result<Roster> roster = source_.refresh(stop);
  if (stop.stop_requested()) return;
  next_refresh_ = clock_.steady() + (roster ? options_.roster.refresh : kRetryRoster);
  if (!roster) {
    log_.warning(fmt::format("{}; the earlier roster stays", roster.error().message));
    const std::scoped_lock lock(mutex_);
    state_.roster_problem = roster.error().message;
    return;
  }
  log_.info(told(*roster));
  {
    const std::scoped_lock lock(mutex_);
    state_.roster_time = clock_.utc();
    state_.roster_channels = roster->channels.size();
    state_.roster_problem.clear();
  }
  chat.set_wanted(std::move(roster->channels));
}

void RosterWorker::mind_token(IrcCollector& chat, std::stop_token stop) {
  const Secret before = tokens_.token();
  const Status status = tokens_.tick(stop);
  if (stop.stop_requested()) return;
  std::string problem = tokens_.problem();
  {
    const std::scoped_lock lock(mutex_);
    if (!problem.empty() && problem != state_.token_problem) log_.warning(problem);
    state_.token_problem = std::move(problem);
  }
  note_token();
  if (options_.chat.mode != ChatMode::kAccount) return;
  if (status && tokens_.token().reveal() != before.reveal()) chat.set_identity(identity());
  if (!chat.counters().fatal.empty()) renew_for_chat(chat, stop);
}

/// Chat refused the login. A new token is asked for once; when there is none, nothing is left to try.
void RosterWorker::renew_for_chat(IrcCollector& chat, std::stop_token stop) {
  if (clock_.steady() < next_renewal_) return;
  next_renewal_ = clock_.steady() + kRetryRenewal;
  const Status renewed = tokens_.renew(tokens_.token(), stop);
  if (stop.stop_requested()) return;
  if (renewed) {
    log_.info("a new token was taken, as chat refused the old one");
    chat.set_identity(identity());
    return;
  }
  log_.error(renewed.error().message);
  const std::scoped_lock lock(mutex_);
  state_.token_problem = renewed.error().message;
  if (!heals_with_time(renewed.error())) state_.hopeless = renewed.error();
}

void RosterWorker::note_token() {
  const std::scoped_lock lock(mutex_);
  if (!uses_token()) return;
  state_.token_login = tokens_.facts().login;
  state_.until_validation = tokens_.until_validation();
}

RosterWorker::State RosterWorker::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

}  // namespace vieweratlas::collect_internal
