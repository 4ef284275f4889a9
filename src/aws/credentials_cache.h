#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Keeps the credentials of a source and renews them in time. Thread-safe.
class AwsCredentialsCache {
 public:
  /// Credentials that expire sooner than this are renewed.
  static constexpr std::chrono::minutes kRenewBefore{5};
  /// No sooner than this after the last answer while what is at hand is valid: a source that only has short ones, or fails, is not
  /// asked for each request.
  static constexpr std::chrono::seconds kRenewPause{30};

  explicit AwsCredentialsCache(std::unique_ptr<AwsCredentialsSource> source);

  /// Credentials that are valid at `now`. Within kRenewBefore of their end one caller asks the source while others get what is at
  /// hand; should that fail, all get it until it has expired. Errors: those of the source; denied (it gives only expired ones). Who waited
  /// while another asked gets the same error.
  [[nodiscard]] Result<std::shared_ptr<const AwsCredentials>> credentials(UtcMillis now, const std::stop_token& stop);

  /// Forgets the credentials with this id, if they are the ones at hand.
  void distrust(std::string_view access_key_id);

 private:
  using Held = std::shared_ptr<const AwsCredentials>;
  [[nodiscard]] Result<Held> renewed(UtcMillis now, const std::stop_token& stop);

  std::unique_ptr<AwsCredentialsSource> source_;  // used by the one thread that set is_asking_
  std::mutex mutex_;
  std::condition_variable_any answered_;
  Held held_;                       // guarded by mutex_
  std::optional<UtcMillis> asked_;  // guarded by mutex_
  std::optional<Error> refusal_;    // guarded by mutex_; of the last answer
  bool is_asking_ = false;          // guarded by mutex_
};

}  // namespace vieweratlas
