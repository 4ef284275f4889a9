#include "cli/command_login.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/json_writer.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"

#include "vieweratlas/collect/device_login.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/oauth.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas {
namespace {

/// Straight to the terminal: the code is needed under --quiet, too, and has no place in a log file.
void show_code(const DeviceCode& code) {
  std::fputs(
      fmt::format("\nOpen   {}\nEnter  {}\n\nWaiting for up to {} minutes; Ctrl-C gives up.\n", printable(code.verification_uri, 300),
                  printable(code.user_code, 60), std::chrono::ceil<std::chrono::minutes>(code.expires_in).count())
          .c_str(),
      stderr);
  std::fflush(stderr);
}

std::string as_json(const TokenRecord& record, const std::string& file) {
  JsonWriter json;
  json.begin_object();
  json.field("status", "ok");
  json.field("login", record.login);
  json.field("user_id", record.user_id);
  json.begin_array("scopes");
  for (const std::string& scope : record.scopes) json.item(scope);
  json.end_array();
  json.flag("renewable", !record.refresh.empty());
  json.field("file", file);
  json.end_object();
  return json.finish();
}

}  // namespace

Status CommandLogin::run() {
  Session session(configuration_, environment_, "stopped; nothing was stored");
  session.open_log_file();
  session.tell_settings();
  Result<std::unique_ptr<HttpClient>> http = make_http_client({.ca_file = options_.endpoints.ca_file});
  if (!http) return std::move(http).error();
  const SystemClock clock;
  SystemSleeper sleeper;
  const Result<TokenRecord> record = login_with_device(options_, **http, clock, sleeper, show_code, {});
  if (!record) return record.error();
  const std::string file = (options_.private_dir / "tokens.json").string();
  session.console().info(fmt::format("logged in as {}; the token is in {}, for you alone{}", printable(record->login, 60),
                                     printable(file, 4000),
                                     record->refresh.empty() ? ", and cannot be renewed" : ", and is renewed when it ends"));
  print_result(wants_json() ? as_json(*record, file) : printable(record->login, 60) + "\n");
  return {};
}

}  // namespace vieweratlas
