#include "aws/signature.h"

#include <aws/auth/credentials.h>
#include <aws/auth/signable.h>
#include <aws/auth/signing.h>
#include <aws/auth/signing_config.h>
#include <aws/auth/signing_result.h>
#include <aws/common/array_list.h>
#include <aws/common/byte_buf.h>
#include <aws/common/date_time.h>
#include <aws/common/error.h>
#include <aws/common/string.h>
#include <aws/http/request_response.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/library.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

struct MessageDeleter {
  void operator()(aws_http_message* message) const { aws_http_message_release(message); }
};
struct SignableDeleter {
  void operator()(aws_signable* signable) const { aws_signable_destroy(signable); }
};
struct CredentialsDeleter {
  void operator()(aws_credentials* credentials) const { aws_credentials_release(credentials); }
};
using Message = std::unique_ptr<aws_http_message, MessageDeleter>;
using Signable = std::unique_ptr<aws_signable, SignableDeleter>;
using LibraryCredentials = std::unique_ptr<aws_credentials, CredentialsDeleter>;

/// What signing adds, in the order in which it is put into a request.
constexpr std::array<std::string_view, 4> kSignatureHeaders = {"x-amz-date", "x-amz-content-sha256", "x-amz-security-token",
                                                               "authorization"};

aws_byte_cursor cursor(std::string_view text) {
  // A cursor over constant bytes is declared like one over others; the library does not write through it.
  return aws_byte_cursor_from_array(text.data(), text.size());
}

/// The two parts of a URL that are signed.
struct Target {
  std::string host;  // as HTTP sends it: without the port that goes without saying
  std::string path_and_query;
};

std::optional<Target> target_of(std::string_view url) {
  const bool is_https = url.starts_with("https://");
  if (!is_https && !url.starts_with("http://")) return std::nullopt;
  url.remove_prefix(is_https ? 8 : 7);
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  std::string_view host = url.substr(0, end);
  const std::string_view usual_port = is_https ? ":443" : ":80";
  if (host.ends_with(usual_port)) host.remove_suffix(usual_port.size());
  if (host.empty() || url.find('#') != std::string_view::npos || host.find('@') != std::string_view::npos) return std::nullopt;
  const std::string_view rest = url.substr(end);
  return Target{.host = std::string(host), .path_and_query = (rest.starts_with('/') ? "" : "/") + std::string(rest)};
}

std::string_view method_name(HttpMethod method) {
  switch (method) {
    case HttpMethod::kGet: return "GET";
    case HttpMethod::kPost: return "POST";
    case HttpMethod::kPut: return "PUT";
    case HttpMethod::kDelete: return "DELETE";
    case HttpMethod::kHead: return "HEAD";
  }
  return "GET";
}

bool is_signature_header(std::string_view name) {
  return std::any_of(kSignatureHeaders.begin(), kSignatureHeaders.end(),
                     [&](std::string_view own) { return equals_ignoring_case(name, own); });
}

/// Null when a header is none.
Message message_of(const HttpRequest& request, const Target& target) {
  Message message(aws_http_message_new_request(aws_library()));
  VA_CHECK(message != nullptr);
  VA_CHECK(aws_http_message_set_request_method(message.get(), cursor(method_name(request.method))) == AWS_OP_SUCCESS);
  VA_CHECK(aws_http_message_set_request_path(message.get(), cursor(target.path_and_query)) == AWS_OP_SUCCESS);
  const auto add = [&](std::string_view name, std::string_view value) {
    aws_http_header header{};
    header.name = cursor(name);
    header.value = cursor(value);
    return aws_http_message_add_header(message.get(), header) == AWS_OP_SUCCESS;
  };
  bool has_host = false;
  for (const HttpHeader& header : request.headers) {
    if (!add(header.name, header.value)) return nullptr;
    has_host = has_host || equals_ignoring_case(header.name, "host");
  }
  if (!has_host && !add("host", target.host)) return nullptr;
  return message;
}

/// What the library's callback leaves; it is called before signing returns, since the credentials are at hand.
struct Outcome {
  int error = AWS_ERROR_UNKNOWN;
  std::array<std::string, kSignatureHeaders.size()> values;
};

void on_signed(aws_signing_result* result, int error, void* user) {
  auto& outcome = *static_cast<Outcome*>(user);
  outcome.error = error;
  if (result == nullptr) return;
  aws_array_list* list = nullptr;
  aws_signing_result_get_property_list(result, g_aws_http_headers_property_list_name, &list);
  const std::size_t count = list == nullptr ? 0 : aws_array_list_length(list);
  for (std::size_t i = 0; i < count; ++i) {
    aws_signing_result_property property{};
    aws_array_list_get_at(list, &property, i);
    const std::string_view name(aws_string_c_str(property.name), property.name->len);
    for (std::size_t own = 0; own < kSignatureHeaders.size(); ++own) {
      if (equals_ignoring_case(name, kSignatureHeaders.at(own))) {
        outcome.values.at(own).assign(aws_string_c_str(property.value), property.value->len);
      }
    }
  }
}

aws_signing_config_aws signing_config(std::string_view payload_sha256, const AwsScope& scope, UtcMillis now) {
  const bool is_s3 = scope.service == "s3";
  aws_signing_config_aws config{};
  config.config_type = AWS_SIGNING_CONFIG_AWS;
  config.algorithm = AWS_SIGNING_ALGORITHM_V4;
  config.signature_type = AWS_ST_HTTP_REQUEST_HEADERS;
  config.region = cursor(scope.region);
  config.service = cursor(scope.service);
  aws_date_time_init_epoch_millis(&config.date, static_cast<std::uint64_t>(now.time_since_epoch().count()));
  // A key of S3 is signed as it is sent: "a//b" and "a/../b" are names.
  config.flags.use_double_uri_encode = is_s3 ? 0 : 1;
  config.flags.should_normalize_uri_path = is_s3 ? 0 : 1;
  config.signed_body_value = cursor(payload_sha256);
  config.signed_body_header = is_s3 ? AWS_SBHT_X_AMZ_CONTENT_SHA256 : AWS_SBHT_NONE;
  return config;
}

}  // namespace

Status sign_aws_request(HttpRequest& request, std::string_view payload_sha256, const AwsCredentials& credentials, const AwsScope& scope,
                        UtcMillis now) {
  const std::optional<Target> target = target_of(request.url);
  if (!target) return Error{ErrorCode::kInvalidArgument, printable(request.url, 300) + " cannot be signed; write https://HOST/PATH"};
  std::erase_if(request.headers, [](const HttpHeader& header) { return is_signature_header(header.name); });

  const Message message = message_of(request, *target);
  if (message == nullptr) {
    return Error{ErrorCode::kInvalidArgument, printable(request.url, 300) +
                                                  " cannot be signed: a header's name or value has characters that "
                                                  "cannot be sent"};
  }
  const Signable signable(aws_signable_new_http_request(aws_library(), message.get()));
  const LibraryCredentials keys(aws_credentials_new(aws_library(), cursor(credentials.access_key_id),
                                                    cursor(credentials.secret_access_key.reveal()),
                                                    cursor(credentials.session_token.reveal()), UINT64_MAX));
  VA_CHECK(signable != nullptr && keys != nullptr);
  aws_signing_config_aws config = signing_config(payload_sha256, scope, now);
  config.credentials = keys.get();

  Outcome outcome;
  const int begun =
      aws_sign_request_aws(aws_library(), signable.get(), reinterpret_cast<const aws_signing_config_base*>(&config), on_signed, &outcome);
  if (begun != AWS_OP_SUCCESS || outcome.error != AWS_ERROR_SUCCESS) {
    const int error = begun != AWS_OP_SUCCESS ? aws_last_error() : outcome.error;
    return Error{ErrorCode::kInvalidArgument, printable(request.url, 300) + " cannot be signed: " + aws_error_str(error)};
  }
  for (std::size_t own = 0; own < kSignatureHeaders.size(); ++own) {
    if (!outcome.values.at(own).empty()) request.headers.push_back({std::string(kSignatureHeaders.at(own)), outcome.values.at(own)});
  }
  return {};
}

}  // namespace vieweratlas
