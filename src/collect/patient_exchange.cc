#include "collect/patient_exchange.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>

#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/helix_pacing.h"

namespace vieweratlas::collect_internal {

using std::chrono::milliseconds;

Error cancelled() { return Error{ErrorCode::kCancelled, "stopped while Twitch was asked"}; }

Status wait_for(milliseconds time, std::string_view what, Sleeper& sleeper, Logger& log, const std::stop_token& stop) {
  if (stop.stop_requested()) return cancelled();
  if (time <= milliseconds(0)) return {};
  if (time > milliseconds(1000)) {
    log.info(fmt::format("{}: waiting for {:.0f} s", what, std::chrono::duration<double>(time).count()));
  }
  if (!sleeper.sleep(time, stop)) return cancelled();
  return {};
}

Result<HttpResponse> send_patiently(HttpClient& http, const HttpRequest& request, std::string_view what, Sleeper& sleeper, Logger& log,
                                    const std::stop_token& stop) {
  for (unsigned attempt = 0;; ++attempt) {
    Result<HttpResponse> response = http.send(request, stop);
    const bool failed = response.ok() ? response->status >= 500 : response.error().code == ErrorCode::kUnavailable;
    if (!failed) return response;
    const std::optional<milliseconds> wait = wait_after_failure(attempt);
    if (!wait) return response;
    log.warning(fmt::format("{}: {}; trying again", what,
                            response.ok() ? fmt::format("Twitch answers {}", response->status) : response.error().message));
    if (Status waited = wait_for(*wait, what, sleeper, log, stop); !waited.ok()) return std::move(waited).error();
  }
}

}  // namespace vieweratlas::collect_internal
