#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/collect/collector.h"
#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/collect/roster.h"
#include "vieweratlas/collect/round_schedule.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Everything that the collector knows of itself at a moment.
struct CollectorStatus {
  std::string version;
  std::int64_t pid = 0;
  bool stopped = false;  ///< the last word of a collector that ended as it should
  std::string mode;      ///< "account", "anonymous"
  std::string shard;     ///< "0/4" to "3/4"; empty without shards
  UtcMillis started{};
  UtcMillis now{};
  RoundWindow window;  ///< of the open round

  ChatCounters chat;
  std::uint64_t rooms_target = 0;  ///< rooms that the limits allow of those wanted
  double messages_per_second = 0;  ///< over the last ten seconds
  RecorderCounters recorder;
  HelixCounters helix;
  std::optional<UtcMillis> roster_time;  ///< of the newest good answer
  std::uint64_t roster_channels = 0;
  std::string roster_problem;  ///< one sentence while Helix does not answer, else empty
  std::string token_login;
  std::string token_problem;                                     ///< one sentence while no token works, else empty
  std::optional<std::chrono::seconds> until_token_validation{};  ///< empty without a token
  std::uint64_t clock_jumps = 0;
  std::optional<UtcMillis> too_few_rooms_since;  ///< fewer than 80 % of the target are confirmed
};

/// What is wrong now, one sentence with remedy each; empty = healthy. The rules: no message for 6 minutes in 10 rooms or more;
/// under 80 % of the target confirmed for 10 minutes; writer 60 s behind, or something cannot be written; no token that works.
[[nodiscard]] std::vector<std::string> health_problems(const CollectorStatus& status);

/// One JSON document: what `vieweratlas status --json`, state/status.json and the address /status show.
[[nodiscard]] std::string status_json(const CollectorStatus& status);

/// Prometheus' text format, version 0.0.4; names begin with vieweratlas_. docs/collecting.md lists them.
[[nodiscard]] std::string metrics_text(const CollectorStatus& status);

/// One line for a terminal: rooms, messages a second, viewers, joins left, lag.
[[nodiscard]] std::string status_line(const CollectorStatus& status);

/// What `vieweratlas status` and `vieweratlas health` read back from state/status.json.
struct StoredStatus {
  UtcMillis time{};
  std::int64_t pid = 0;
  bool stopped = false;
  std::string line;
  std::vector<std::string> problems;
};

/// Errors: corrupt_data.
[[nodiscard]] Result<StoredStatus> parse_status(std::string_view json);

}  // namespace vieweratlas
