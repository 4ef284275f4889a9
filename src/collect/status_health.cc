#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/collect/status.h"
#include "vieweratlas/core/clock.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// The bounds of an unattended collector: below them every one of these happens now and then by itself.
constexpr minutes kLongestSilence{6};
constexpr std::uint64_t kRoomsThatAreNeverSilent = 10;
constexpr minutes kLongestJoining{10};
constexpr seconds kLongestWriterLag{60};

std::string silence_problem(const CollectorStatus& status) {
  if (status.chat.rooms_confirmed < kRoomsThatAreNeverSilent) return {};
  const UtcMillis last = status.chat.last_message_ms < 0 ? status.started : UtcMillis(milliseconds(status.chat.last_message_ms));
  if (status.now - last <= kLongestSilence) return {};
  return fmt::format("no message for {} minutes in {} rooms; look at the network, or restart the collector",
                     std::chrono::duration_cast<minutes>(status.now - last).count(), status.chat.rooms_confirmed);
}

std::string joining_problem(const CollectorStatus& status) {
  if (!status.too_few_rooms_since || status.now - *status.too_few_rooms_since <= kLongestJoining) return {};
  return fmt::format("only {} of {} rooms are confirmed for over {} minutes; `vieweratlas doctor` tells why joins fail",
                     status.chat.rooms_confirmed, status.rooms_target, kLongestJoining.count());
}

std::string writing_problem(const CollectorStatus& status) {
  if (!status.recorder.problem.empty()) return status.recorder.problem;
  if (status.recorder.writer_lag_ms <= milliseconds(kLongestWriterLag).count()) return {};
  return fmt::format("what was seen is written {} s late; the disk is too slow or full", status.recorder.writer_lag_ms / 1000);
}

}  // namespace

std::vector<std::string> health_problems(const CollectorStatus& status) {
  std::vector<std::string> problems;
  for (std::string problem : {silence_problem(status), joining_problem(status), writing_problem(status), status.token_problem,
                              status.chat.fatal == status.token_problem ? std::string() : status.chat.fatal}) {
    if (!problem.empty()) problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace vieweratlas
