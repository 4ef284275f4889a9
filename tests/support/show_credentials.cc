// Prints which credentials the chain finds: one line "KEY_ID from SOURCE" for each argument, the seconds by which the clock is ahead
// (default: 0). Never a secret. Exit code 1 and the error on stderr when there are none.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/credentials_cache.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"

namespace {

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());  // NOLINT(concurrency-mt-unsafe): one thread
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

int main(int count, char** words) {
  using namespace vieweratlas;
  auto chain = make_aws_credentials({.profile = variable("SHOW_PROFILE").value_or(""), .environment = variable});
  if (!chain) {
    std::fprintf(stderr, "%s\n", chain.error().message.c_str());
    return 1;
  }
  AwsCredentialsCache cache(*std::move(chain));
  const UtcMillis now = SystemClock().utc();
  std::vector<std::string> offsets(words + 1, words + count);
  if (offsets.empty()) offsets.emplace_back("0");
  for (const std::string& offset : offsets) {
    const auto credentials = cache.credentials(now + std::chrono::seconds(std::stol(offset)), {});
    if (!credentials.ok()) {
      std::fprintf(stderr, "%s: %s\n", std::string(name_of(credentials.error().code)).c_str(), credentials.error().message.c_str());
      return 1;
    }
    std::printf("%s from %s\n", (*credentials)->access_key_id.c_str(), (*credentials)->source.c_str());
  }
  return 0;
}
