#include "aws/lookup.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/aws/profile_settings.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::aws_internal {
namespace {

using std::chrono::milliseconds;

constexpr int kTries = 2;

/// Regions stand in host names.
bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_worth_another_try(const Result<HttpResponse>& answer) {
  if (!answer.ok()) return answer.error().code == ErrorCode::kUnavailable;
  return answer->status == 429 || answer->status >= 500;
}

}  // namespace

std::string AwsSearch::setting(std::string_view name) const {
  if (!options_.environment) return {};
  return std::string(trim(options_.environment(name).value_or("")));
}

Result<std::string> AwsSearch::region(std::string_view of_profile) const {
  for (std::string candidate :
       {setting("AWS_REGION"), setting("AWS_DEFAULT_REGION"), std::string(of_profile), options_.region, std::string("us-east-1")}) {
    if (candidate.empty()) continue;
    if (is_region(candidate)) return candidate;
    return Error{ErrorCode::kInvalidArgument, "'" + printable(candidate, 80) + "' is no AWS region; write it like eu-central-1"};
  }
  return std::string("us-east-1");
}

AwsSearch::Endpoint AwsSearch::endpoint(std::string_view service, std::string_view usual) const {
  std::string named;
  if (!ignores_configured_endpoints(options_)) {
    named = setting("AWS_ENDPOINT_URL_" + std::string(service));
    if (named.empty()) named = setting("AWS_ENDPOINT_URL");
  }
  const bool is_named = !named.empty();
  std::string url = is_named ? std::move(named) : std::string(usual);
  while (url.ends_with('/')) url.pop_back();
  return {.url = std::move(url), .is_named_by_operator = is_named};
}

milliseconds AwsSearch::time_left() const {
  return std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(end_ - clock_.steady()));
}

Result<HttpResponse> AwsSearch::ask(HttpRequest request, milliseconds timeout) const {
  for (int tried = 1;; ++tried) {
    request.timeout = std::min(timeout, time_left());
    request.max_body_bytes = 1U << 20U;
    Result<HttpResponse> answer = http_.send(request, stop_);
    if (tried == kTries || !is_worth_another_try(answer) || time_left() < milliseconds(100)) return answer;
  }
}

}  // namespace vieweratlas::aws_internal
