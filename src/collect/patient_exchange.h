#pragma once

#include <chrono>
#include <stop_token>
#include <string_view>

#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::collect_internal {

[[nodiscard]] Error cancelled();

/// Waits `time` before `what` is done, and says so when it takes more than a second. Errors: cancelled.
[[nodiscard]] Status wait_for(std::chrono::milliseconds time, std::string_view what, Sleeper& sleeper, Logger& log,
                              const std::stop_token& stop);

/// Sends `request`; 5xx and lost connections are tried again at once, then after 5, 15 and 45 s. Gives the last answer, whatever
/// its status. Errors: those of HttpClient::send.
[[nodiscard]] Result<HttpResponse> send_patiently(HttpClient& http, const HttpRequest& request, std::string_view what, Sleeper& sleeper,
                                                  Logger& log, const std::stop_token& stop);

}  // namespace vieweratlas::collect_internal
