// Answers with credentials: JSON of containers, instances, processes and SSO, XML of the security token service. What is accepted
// can be sent in headers.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "aws/credentials_json.h"
#include "aws/sts.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/error.h"

namespace {

void check(const vieweratlas::Result<vieweratlas::AwsCredentials>& credentials) {
  if (!credentials.ok()) {
    if (credentials.error().message.empty()) std::abort();
    return;
  }
  if (!vieweratlas::aws_internal::is_sendable(*credentials) || credentials->source != "fuzz") std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vieweratlas::aws_internal;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(credentials_from_json(text, kContainerJson, "fuzz"));
  check(credentials_from_json(text, kProcessJson, "fuzz"));
  check(credentials_from_json(text, kSsoJson, "fuzz"));
  check(credentials_from_sts_xml(text, "fuzz"));
  for (const char* name : {"Version", "accessToken", "expiresAt", "message"}) (void)json_member(text, name).size();
  return 0;
}
