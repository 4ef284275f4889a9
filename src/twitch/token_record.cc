#include "vieweratlas/twitch/token_record.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "twitch/json_value.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/twitch/token.h"

namespace vieweratlas {
namespace {

using twitch_internal::JsonValue;

constexpr std::uint64_t kVersion = 1;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : sanitise_utf8(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' || c == '\t' ? ' ' : c;
  }
  return out + '"';
}

Error unreadable(std::string_view what) {
  return Error{ErrorCode::kCorruptData, fmt::format("the stored token cannot be used ({}); run `vieweratlas login` again", what)};
}

}  // namespace

Secret token_record_json(const TokenRecord& record) {
  std::string scopes;
  for (const std::string& scope : record.scopes) scopes += fmt::format("{}{}", scopes.empty() ? "" : ", ", quoted(scope));
  const std::string expires = record.expires ? format_iso(*record.expires) : std::string();
  return Secret(
      fmt::format("{{\n  \"version\": {},\n  \"client_id\": {},\n  \"login\": {},\n  \"user_id\": {},\n  \"scopes\": [{}],\n"
                  "  \"access_token\": {},\n  \"refresh_token\": {},\n  \"expires\": {}\n}}\n",
                  kVersion, quoted(record.client_id), quoted(record.login), quoted(record.user_id), scopes, quoted(record.access.reveal()),
                  quoted(record.refresh.reveal()), quoted(expires)));
}

Result<TokenRecord> parse_token_record(std::string_view text) {
  const Result<JsonValue> json = JsonValue::parse(text);
  if (!json.ok() || !json->is_object()) return unreadable("no JSON object");
  if ((*json)["version"].count() != kVersion) return unreadable("written by another version");
  Result<Secret> access = bare_token((*json)["access_token"].text());
  if (!access) return unreadable("no access token");
  TokenRecord record{.client_id = (*json)["client_id"].text(),
                     .login = (*json)["login"].text(),
                     .user_id = (*json)["user_id"].text(),
                     .access = *std::move(access),
                     .expires = parse_time((*json)["expires"].text())};
  for (const JsonValue& scope : (*json)["scopes"].items()) record.scopes.push_back(scope.text());
  if (const std::string refresh = (*json)["refresh_token"].text(); !refresh.empty()) {
    Result<Secret> bare = bare_token(refresh);
    if (!bare) return unreadable("damaged refresh token");
    record.refresh = *std::move(bare);
  }
  return record;
}

}  // namespace vieweratlas
