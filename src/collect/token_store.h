#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>

#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas::collect_internal {

/// tokens.json of the private folder.
class TokenStore {
 public:
  explicit TokenStore(const std::filesystem::path& private_dir) : folder_(private_dir) {}

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "tokens.json"; }
  [[nodiscard]] bool exists() const;
  /// Empty when there is no file. Errors: denied (rights; also when others can read it), corrupt_data.
  [[nodiscard]] Result<std::optional<TokenRecord>> load() const;
  /// On disk when it returns. Errors: denied, limit_exceeded, unavailable.
  [[nodiscard]] Status save(const TokenRecord& record) const;

  /// Held while a refresh token is used up: it works once, and several processes of one user may want to.
  class Lock {
   public:
    Lock(Lock&& other) noexcept;
    Lock& operator=(Lock&&) = delete;
    ~Lock();

   private:
    friend class TokenStore;
    explicit Lock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
  };
  /// Waits for up to a minute. Errors: denied, unavailable (somebody holds it still), cancelled.
  [[nodiscard]] Result<Lock> lock(Sleeper& sleeper, const std::stop_token& stop) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace vieweratlas::collect_internal
