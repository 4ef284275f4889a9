#include "aws/credentials_cache.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas {
namespace {

bool is_valid(const AwsCredentials& credentials, UtcMillis now) { return !credentials.expires || now < *credentials.expires; }

bool is_due(const AwsCredentials& credentials, UtcMillis now) {
  return credentials.expires && now >= *credentials.expires - AwsCredentialsCache::kRenewBefore;
}

Error expired(const AwsCredentials& credentials) {
  return {ErrorCode::kDenied, "the AWS credentials of " + credentials.source + " expired at " +
                                  format_iso(std::chrono::floor<std::chrono::seconds>(*credentials.expires)) +
                                  "; renew them there (`aws sso login`, new variables) or check this machine's clock"};
}

}  // namespace

AwsCredentialsCache::AwsCredentialsCache(std::unique_ptr<AwsCredentialsSource> source) : source_(std::move(source)) {}

Result<AwsCredentialsCache::Held> AwsCredentialsCache::credentials(UtcMillis now, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    const bool has_valid = held_ != nullptr && is_valid(*held_, now);
    // A clock that was set back must not keep the source from being asked.
    const bool paused = asked_ && now >= *asked_ && now < *asked_ + kRenewPause;
    if (has_valid && (!is_due(*held_, now) || is_asking_ || paused)) return held_;
    if (!is_asking_) break;
    if (!answered_.wait(lock, stop, [&] { return !is_asking_; })) {
      return Error{ErrorCode::kCancelled, "waiting for AWS credentials: given up because the program was asked to stop"};
    }
    // Who waited takes the refusal, too: asking again, one after the other, would take minutes.
    if (refusal_ && (held_ == nullptr || !is_valid(*held_, now))) return *refusal_;
  }
  is_asking_ = true;
  lock.unlock();
  return renewed(now, stop);
}

Result<AwsCredentialsCache::Held> AwsCredentialsCache::renewed(UtcMillis now, const std::stop_token& stop) {
  Result<AwsCredentials> answer = source_->fetch(now, stop);
  const std::scoped_lock lock(mutex_);
  is_asking_ = false;
  asked_ = now;
  answered_.notify_all();
  const bool has_valid = held_ != nullptr && is_valid(*held_, now);
  if (!answer.ok() || !is_valid(*answer, now)) {
    Error refusal = answer.ok() ? expired(*answer) : answer.error();
    // A stop is of the one who asked alone.
    refusal_ = refusal.code == ErrorCode::kCancelled ? std::nullopt : std::optional(refusal);
    if (has_valid) return held_;
    return refusal;
  }
  refusal_ = std::nullopt;
  held_ = std::make_shared<const AwsCredentials>(*std::move(answer));
  return held_;
}

void AwsCredentialsCache::distrust(std::string_view access_key_id) {
  const std::scoped_lock lock(mutex_);
  if (held_ != nullptr && held_->access_key_id == access_key_id) held_ = nullptr;
}

}  // namespace vieweratlas
