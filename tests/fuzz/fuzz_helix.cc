// Answers of Helix and of the OAuth interface, all readers over the same bytes. The first byte chooses the status.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/helix.h"
#include "vieweratlas/twitch/irc_session.h"
#include "vieweratlas/twitch/oauth.h"
#include "vieweratlas/twitch/streams_pager.h"
#include "vieweratlas/twitch/token.h"
#include "vieweratlas/twitch/token_record.h"

namespace {

using namespace vieweratlas;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Walks through pages that all look alike: the walk must end.
void walk(const HelixPage<HelixStream>& page) {
  StreamsPager pager({}, 300, 1);
  for (int i = 0; pager.next(); ++i) {
    require(i < 8);
    pager.take(page);
  }
  for (const HelixStream& stream : std::move(pager).take_streams()) require(is_login(stream.user_login) && !stream.user_id.empty());
}

void read_all(const HttpResponse& response) {
  if (const auto streams = parse_streams(response); streams.ok()) walk(*streams);
  if (const auto users = parse_users(response); users.ok()) {
    for (const HelixUser& user : users->items) require(is_login(user.login));
  }
  (void)parse_games(response);
  (void)parse_videos(response);
  (void)parse_validation(response);
  (void)parse_device_code(response);
  (void)parse_device_answer(response);
  if (const auto token = parse_token(response); token.ok()) {
    // What may stand in a header has no line break.
    require(token->access.reveal().find_first_of("\r\n ") == std::string_view::npos && !token->access.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kStatuses[] = {200, 400, 401, 403, 404, 429, 500, 302};
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  read_all({.status = kStatuses[data[0] % std::size(kStatuses)], .headers = {}, .body = std::string(body)});
  if (const auto record = parse_token_record(body); record.ok()) require(parse_token_record(token_record_json(*record).reveal()).ok());
  if (const auto token = bare_token(body); token.ok()) require(bare_token(token->reveal())->reveal() == token->reveal());
  return 0;
}
