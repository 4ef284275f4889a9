#include "vieweratlas/collect/helix_client.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/patient_exchange.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/helix.h"
#include "vieweratlas/twitch/helix_pacing.h"

namespace vieweratlas {

using std::chrono::milliseconds;

namespace {

constexpr std::string_view kWhat = "asking Helix";

/// Nothing that a server answers may carry the token into a log.
Error without_token(Error error, const Secret& token) {
  if (token.empty()) return error;
  for (std::size_t at = error.message.find(token.reveal()); at != std::string::npos; at = error.message.find(token.reveal())) {
    error.message.replace(at, token.reveal().size(), "(token)");
  }
  return error;
}

}  // namespace

class HelixClient::Impl {
 public:
  Impl(const CollectOptions& options, HttpClient& http, TokenKeeper& tokens, const Clock& clock, Logger& log, Sleeper* sleeper)
      : url_(options.endpoints.helix_url),
        http_(http),
        tokens_(tokens),
        clock_(clock),
        log_(log),
        sleeper_(sleeper == nullptr ? own_sleeper_ : *sleeper),
        pacing_(static_cast<std::uint64_t>(clock.utc().time_since_epoch().count())) {}

  [[nodiscard]] const std::string& url() const { return url_; }

  template <typename T>
  Result<HelixPage<T>> ask(const HttpRequest& request, Result<HelixPage<T>> (*parse)(const HttpResponse&), const std::stop_token& stop) {
    Attempts attempts;
    while (true) {
      const Result<HttpResponse> response = exchange(request, attempts, stop);
      if (!response) return response.error();
      Result<HelixPage<T>> page = parse(*response);
      if (page.ok()) return page;
      if (page.error().code != ErrorCode::kCorruptData || response->status != 200) return without_token(page.error(), tokens_.token());
      // A damaged answer is no better than none.
      const std::optional<milliseconds> wait = wait_after_failure(attempts.failures++);
      if (!wait) return without_token(page.error(), tokens_.token());
      if (Status waited = pause(*wait, page.error().message, stop); !waited.ok()) return std::move(waited).error();
    }
  }

  [[nodiscard]] HelixCounters counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
  }

 private:
  /// What one question has gone through.
  struct Attempts {
    unsigned failures = 0;
    unsigned limits = 0;
    bool renewed = false;
  };

  /// The answer after waits, retries and renewal. Errors: those without an answer.
  Result<HttpResponse> exchange(const HttpRequest& request, Attempts& attempts, const std::stop_token& stop) {
    while (true) {
      if (Status waited = wait_for(pacing_.before_request(clock_.utc()), "few Helix points are left", stop); !waited.ok())
        return std::move(waited).error();
      const Secret token = tokens_.token();
      if (token.empty()) return Error{ErrorCode::kDenied, "there is no token to ask Helix with: run `vieweratlas login`"};
      Result<HttpResponse> response = http_.send(authorized(request, token, tokens_.client_id()), stop);
      note(response);
      if (response.ok() && response->status == 401 && !attempts.renewed) {
        attempts.renewed = true;
        if (Status renewed = tokens_.renew(token, stop); !renewed.ok()) return without_token(std::move(renewed).error(), token);
        count_retry();
        continue;
      }
      std::string reason;
      const std::optional<milliseconds> wait = wait_before_retry(response, attempts, reason);
      if (!wait) return response;
      if (Status waited = pause(*wait, reason, stop); !waited.ok()) return std::move(waited).error();
    }
  }

  /// Empty when the answer stands.
  std::optional<milliseconds> wait_before_retry(const Result<HttpResponse>& response, Attempts& attempts, std::string& reason) {
    if (!response.ok()) {
      if (response.error().code != ErrorCode::kUnavailable) return std::nullopt;
      reason = response.error().message;
      return wait_after_failure(attempts.failures++);
    }
    reason = fmt::format("Helix answers {}", response->status);
    if (response->status == 429) return pacing_.after_limit(attempts.limits++, clock_.utc());
    if (response->status >= 500) return wait_after_failure(attempts.failures++);
    return std::nullopt;
  }

  void note(const Result<HttpResponse>& response) {
    if (response.ok()) pacing_.note(*response, clock_.utc());
    const std::lock_guard lock(mutex_);
    ++counters_.requests;
    if (response.ok() && response->status == 429) ++counters_.rate_limited;
    counters_.points_left = pacing_.points_left();
  }

  void count_retry() {
    const std::lock_guard lock(mutex_);
    ++counters_.retries;
  }

  Status pause(milliseconds time, std::string_view reason, const std::stop_token& stop) {
    count_retry();
    log_.warning(fmt::format("{}; trying again", reason));
    return wait_for(time, kWhat, stop);
  }

  Status wait_for(milliseconds time, std::string_view what, const std::stop_token& stop) {
    return collect_internal::wait_for(time, what, sleeper_, log_, stop);
  }

  SystemSleeper own_sleeper_;
  std::string url_;
  HttpClient& http_;
  TokenKeeper& tokens_;
  const Clock& clock_;
  Logger& log_;
  Sleeper& sleeper_;
  HelixPacing pacing_;
  mutable std::mutex mutex_;
  HelixCounters counters_;  // guarded by mutex_
};

HelixClient::HelixClient(const CollectOptions& options, HttpClient& http, TokenKeeper& tokens, const Clock& clock, Logger& log,
                         Sleeper* sleeper)
    : impl_(std::make_unique<Impl>(options, http, tokens, clock, log, sleeper)) {}
HelixClient::~HelixClient() = default;

Result<HelixPage<HelixStream>> HelixClient::streams(const StreamsQuery& query, const std::stop_token& stop) {
  return impl_->ask(streams_request(impl_->url(), query), parse_streams, stop);
}

Result<HelixPage<HelixUser>> HelixClient::users(const std::vector<std::string>& logins, const std::vector<std::string>& ids,
                                                const std::stop_token& stop) {
  return impl_->ask(users_request(impl_->url(), logins, ids), parse_users, stop);
}

Result<HelixPage<HelixGame>> HelixClient::games(const std::vector<std::string>& names, const std::vector<std::string>& ids,
                                                const std::stop_token& stop) {
  return impl_->ask(games_request(impl_->url(), names, ids), parse_games, stop);
}

Result<HelixPage<HelixVideo>> HelixClient::videos(const VideosQuery& query, const std::stop_token& stop) {
  return impl_->ask(videos_request(impl_->url(), query), parse_videos, stop);
}

HelixCounters HelixClient::counters() const { return impl_->counters(); }

}  // namespace vieweratlas
