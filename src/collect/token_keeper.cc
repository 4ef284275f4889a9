#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "collect/token_source.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

using collect_internal::HeldToken;
using collect_internal::TokenOrigin;
using collect_internal::TokenSource;
using std::chrono::seconds;

namespace {

constexpr seconds kValidationInterval{3600};
constexpr seconds kRetryInterval{60};
constexpr std::array kOrigins{TokenOrigin::kOption, TokenOrigin::kLogin, TokenOrigin::kApp};

/// Whether another origin may do better after this error: not when the network is down or somebody asked to stop.
bool is_final(const Error& error) { return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kCancelled; }

}  // namespace

class TokenKeeper::Impl {
 public:
  Impl(const CollectOptions& options, HttpClient& http, const Clock& clock, Logger& log, Sleeper* sleeper)
      : clock_(clock), log_(log), source_(options, http, clock, log, sleeper == nullptr ? own_sleeper_ : *sleeper) {}

  [[nodiscard]] bool has_credentials() const {
    return std::any_of(kOrigins.begin(), kOrigins.end(), [&](TokenOrigin origin) { return source_.has(origin); });
  }

  Status start(bool need_chat, const std::stop_token& stop) {
    const std::lock_guard flight(flight_);
    need_chat_ = need_chat;
    return remember(choose(std::nullopt, stop));
  }

  Status tick(const std::stop_token& stop) {
    const SteadyTime now = clock_.steady();
    {
      const std::lock_guard lock(mutex_);
      if (!held_ || now < next_look()) return {};
    }
    const std::lock_guard flight(flight_);
    const HeldToken held = copy();
    if (held.renew_at && now >= *held.renew_at) return remember(renewal_ahead(held, stop));
    Result<HeldToken> validated = source_.validated(held.origin, held.access, need_chat_, stop);
    if (validated.ok()) {
      if (held.renew_at && validated->renew_at) validated->renew_at = std::min(*held.renew_at, *validated->renew_at);
      return remember(std::move(validated));
    }
    if (validated.error().code == ErrorCode::kDenied) return remember(replacement(held, stop));
    return remember(std::move(validated));
  }

  Status renew(const Secret& rejected, const std::stop_token& stop) {
    const std::lock_guard flight(flight_);
    const HeldToken held = copy();
    if (held.access.reveal() != rejected.reveal()) return {};
    Result<HeldToken> validated = source_.validated(held.origin, held.access, need_chat_, stop);
    if (!validated.ok() && is_final(validated.error())) return remember(std::move(validated));
    if (validated.ok() && held.origin == TokenOrigin::kOption) {
      return Error{ErrorCode::kDenied,
                   "Twitch validates the token, and refuses requests with it all the same: give the client id of the application that it "
                   "was made for (TWITCH_CLIENT_ID), or none"};
    }
    return remember(replacement(held, stop));
  }

  [[nodiscard]] HeldToken copy() const {
    const std::lock_guard lock(mutex_);
    return held_.value_or(HeldToken{});
  }

  [[nodiscard]] seconds until_validation() const {
    const std::lock_guard lock(mutex_);
    return std::max(seconds(0), std::chrono::floor<seconds>(next_validation_ - clock_.steady()));
  }

  [[nodiscard]] std::string problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  /// The first origin that gives a token; `without` is known to be of no use.
  Result<HeldToken> choose(std::optional<TokenOrigin> without, const std::stop_token& stop) {
    std::optional<Error> first;
    for (const TokenOrigin origin : kOrigins) {
      if (origin == without || !source_.has(origin)) continue;
      Result<HeldToken> token = source_.get(origin, need_chat_, stop);
      if (token.ok()) {
        if (first) log_.warning(fmt::format("{}; going on with {}", first->message, name_of(origin)));
        return token;
      }
      if (is_final(token.error())) return token;
      if (!first) first = token.error();
    }
    if (first) return *std::move(first);
    return Error{ErrorCode::kDenied,
                 need_chat_
                     ? "there is no token to log in to chats with: run `vieweratlas login`, or set TWITCH_OAUTH_TOKEN"
                     : "there are no credentials for Twitch: run `vieweratlas login`, or set TWITCH_OAUTH_TOKEN, or TWITCH_CLIENT_ID "
                       "and TWITCH_CLIENT_SECRET"};
  }

  /// A token in place of `held`, which does not work: renewed, or else of another origin.
  Result<HeldToken> replacement(const HeldToken& held, const std::stop_token& stop) {
    Result<HeldToken> token = source_.renewed(held, need_chat_, stop);
    if (token.ok() || is_final(token.error())) return token;
    Result<HeldToken> other = choose(held.origin, stop);
    if (!other.ok()) return is_final(other.error()) ? std::move(other) : std::move(token);
    log_.warning(fmt::format("{}; going on with {}", token.error().message, name_of(other->origin)));
    return other;
  }

  /// At 90 % of its life. A token that cannot be renewed goes on until its end.
  Result<HeldToken> renewal_ahead(const HeldToken& held, const std::stop_token& stop) {
    if (held.origin != TokenOrigin::kOption) return replacement(held, stop);
    const auto left =
        held.facts.expires ? std::chrono::floor<std::chrono::minutes>(*held.facts.expires - clock_.steady()) : std::chrono::minutes(0);
    log_.warning(fmt::format("{} ends in {} minutes and cannot be renewed; run `vieweratlas login` for one that can", name_of(held.origin),
                             std::max<std::int64_t>(left.count(), 0)));
    HeldToken token = held;
    token.renew_at.reset();
    return token;
  }

  /// Keeps a new token, or the problem until the next try.
  Status remember(Result<HeldToken> token) {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    if (!token.ok()) {
      if (token.error().code != ErrorCode::kCancelled) problem_ = token.error().message;
      next_validation_ = now + kRetryInterval;
      retry_at_ = next_validation_;
      return std::move(token).error();
    }
    held_ = *std::move(token);
    problem_.clear();
    retry_at_.reset();
    next_validation_ = now + kValidationInterval;
    return {};
  }

  [[nodiscard]] SteadyTime next_look() const {
    if (retry_at_) return *retry_at_;
    return held_->renew_at ? std::min(next_validation_, *held_->renew_at) : next_validation_;
  }

  SystemSleeper own_sleeper_;
  const Clock& clock_;
  Logger& log_;
  std::mutex flight_;  // one exchange at a time; guards source_ and need_chat_
  TokenSource source_;
  bool need_chat_ = false;
  mutable std::mutex mutex_;  // guards what follows
  std::optional<HeldToken> held_;
  SteadyTime next_validation_{};
  std::optional<SteadyTime> retry_at_;
  std::string problem_;
};

TokenKeeper::TokenKeeper(const CollectOptions& options, HttpClient& http, const Clock& clock, Logger& log, Sleeper* sleeper)
    : impl_(std::make_unique<Impl>(options, http, clock, log, sleeper)) {}
TokenKeeper::~TokenKeeper() = default;

bool TokenKeeper::has_credentials() const { return impl_->has_credentials(); }
Status TokenKeeper::start(bool need_chat, const std::stop_token& stop) { return impl_->start(need_chat, stop); }
Status TokenKeeper::tick(const std::stop_token& stop) { return impl_->tick(stop); }
Secret TokenKeeper::token() const { return impl_->copy().access; }
std::string TokenKeeper::client_id() const { return impl_->copy().client_id; }
TokenFacts TokenKeeper::facts() const { return impl_->copy().facts; }
Status TokenKeeper::renew(const Secret& rejected, const std::stop_token& stop) { return impl_->renew(rejected, stop); }
seconds TokenKeeper::until_validation() const { return impl_->until_validation(); }
std::string TokenKeeper::problem() const { return impl_->problem(); }

}  // namespace vieweratlas
