#include "aws/credentials_json.h"

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas::aws_internal {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxTokenBytes = std::size_t{16} << 10U;

bool is_visible(std::string_view text) {
  return text.size() <= kMaxTokenBytes && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string_view text_of(const dom::object& object, std::string_view name) {
  std::string_view text;
  if (object.at_key(name).get(text) != simdjson::SUCCESS) return {};
  return text;
}

/// The time `name` says; nullopt inside: it says none. Empty optional: what it says is no time.
std::optional<std::optional<UtcMillis>> time_of(const dom::object& object, std::string_view name) {
  dom::element value;
  if (object.at_key(name).get(value) != simdjson::SUCCESS || value.is_null()) return std::optional<UtcMillis>();
  std::int64_t milliseconds = 0;
  if (value.get(milliseconds) == simdjson::SUCCESS) {
    constexpr std::int64_t kLatest = 32'503'680'000'000;  // the year 3000: a number beyond it is not in milliseconds
    if (milliseconds < 0 || milliseconds > kLatest) return std::nullopt;
    return UtcMillis(std::chrono::milliseconds(milliseconds));
  }
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  if (text.empty()) return std::optional<UtcMillis>();
  const std::optional<UtcTime> time = parse_time(text);
  if (!time) return std::nullopt;
  return UtcMillis(*time);
}

}  // namespace

bool is_sendable(const AwsCredentials& credentials) {
  return !credentials.access_key_id.empty() && !credentials.secret_access_key.empty() && is_visible(credentials.access_key_id) &&
         is_visible(credentials.secret_access_key.reveal()) && is_visible(credentials.session_token.reveal());
}

Result<AwsCredentials> credentials_from_json(std::string_view json, const AwsJsonNames& names, std::string source) {
  const auto refuse = [&](const std::string& what) {
    return Error{ErrorCode::kCorruptData, "the answer of " + source + " holds no AWS credentials: " + what};
  };
  dom::parser parser;
  dom::element document;
  dom::object object;
  if (parser.parse(json.data(), json.size()).get(document) != simdjson::SUCCESS || document.get(object) != simdjson::SUCCESS) {
    return refuse("it is no JSON object");
  }
  if (!names.object.empty() && dom::object(object).at_key(names.object).get(object) != simdjson::SUCCESS) {
    return refuse(std::string(names.object) + " is missing");
  }
  const std::optional<std::optional<UtcMillis>> expires = time_of(object, names.expires);
  if (!expires) return refuse(std::string(names.expires) + " is no time");
  AwsCredentials credentials{.access_key_id = std::string(text_of(object, names.access_key_id)),
                             .secret_access_key = Secret(text_of(object, names.secret_access_key)),
                             .session_token = Secret(text_of(object, names.session_token)),
                             .expires = *expires,
                             .source = source};
  if (!is_sendable(credentials)) {
    return refuse(std::string(names.access_key_id) + " or " + std::string(names.secret_access_key) +
                  " is missing, or a value is not in visible ASCII");
  }
  return credentials;
}

std::string json_member(std::string_view json, std::string_view name) {
  dom::parser parser;
  dom::element document;
  dom::object object;
  if (parser.parse(json.data(), json.size()).get(document) != simdjson::SUCCESS || document.get(object) != simdjson::SUCCESS) return {};
  std::int64_t number = 0;
  if (object.at_key(name).get(number) == simdjson::SUCCESS) return std::to_string(number);
  return std::string(text_of(object, name));
}

}  // namespace vieweratlas::aws_internal
