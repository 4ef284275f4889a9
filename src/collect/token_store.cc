#include "collect/token_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>

#include "collect/patient_exchange.h"

#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/private_file.h"
#include "vieweratlas/storage/system_error.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas::collect_internal {

bool TokenStore::exists() const {
  std::error_code ignored;
  return std::filesystem::exists(path(), ignored);
}

Result<std::optional<TokenRecord>> TokenStore::load() const {
  const Result<std::string> text = read_private_file(path());
  if (!text.ok() && text.error().code == ErrorCode::kNotFound) return std::optional<TokenRecord>();
  if (!text) return text.error();
  Result<TokenRecord> record = parse_token_record(*text);
  if (!record) return std::move(record).error().with_context(printable(path().string()));
  return std::optional(*std::move(record));
}

Status TokenStore::save(const TokenRecord& record) const { return replace_private_file(path(), token_record_json(record).reveal()); }

TokenStore::Lock::Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

TokenStore::Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);  // ends the lock
}

Result<TokenStore::Lock> TokenStore::lock(Sleeper& sleeper, const std::stop_token& stop) const {
  const std::filesystem::path file = folder_ / "tokens.lock";
  if (const Result<bool> made = create_private_file(file, ""); !made) return made.error();
  Lock lock(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (lock.descriptor_ < 0) return system_error(errno, "opening", file);
  constexpr int kMaxTries = 600;
  for (int tries = 0; ::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK && errno != EINTR) return system_error(errno, "locking", file);
    if (tries == kMaxTries) {
      return Error{ErrorCode::kUnavailable, "another process has been renewing the token for a minute; look for a second vieweratlas"};
    }
    if (!sleeper.sleep(std::chrono::milliseconds(100), stop)) return cancelled();
  }
  return lock;
}

}  // namespace vieweratlas::collect_internal
