#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas {

/// Numbers of docs/collecting.md, "Connections".
struct ConnectionPlanTuning {
  std::chrono::milliseconds spacing{2'000};        ///< between two openings
  std::chrono::milliseconds login_window{10'000};  ///< the platform allows 20 logins in it
  std::uint32_t max_logins = 5;                    ///< in any such window, over all connections
  std::chrono::milliseconds first_wait{1'000};     ///< doubled with each failure
  std::chrono::milliseconds longest_wait{60'000};
  double jitter = 0.2;                             ///< a wait is longer or shorter by up to this part
  std::chrono::milliseconds good_session{60'000};  ///< a session that lasted longer ends a series of failures
  std::uint32_t short_sessions = 3;                ///< so many in a row that were not good ...
  std::chrono::milliseconds short_floor{5'000};    ///< ... and no wait is shorter
};

/// When to open which connection: one at a time, at a polite pace, backing off after failures. Sans-IO. Failures before the
/// handshake is through concern the server, so they hold all slots back; later ones hold back their slot. Times must not go
/// back. Thread-compatible.
class ConnectionPlan {
 public:
  ConnectionPlan(const ConnectionPlanTuning& tuning, Random random) : tuning_(tuning), random_(random) {}

  /// The slot below `slots_wanted` to open now; counts as opened. Nothing while another one is on its way.
  [[nodiscard]] std::optional<SlotId> next(std::uint32_t slots_wanted, SteadyTime now);
  /// The transport is open: the login is being written.
  void on_login(SteadyTime now) { logins_.push_back(now); }
  /// Through the handshake.
  void on_ready(SlotId slot, SteadyTime now);
  /// The newest connection of the slot failed or is gone.
  void on_lost(SlotId slot, SteadyTime now);
  /// The server asked to come back: at once after a good session, else as after a loss (a server that asks again and again must
  /// not make us spin).
  void on_reconnect(SlotId slot, SteadyTime now);
  /// Closed because it is not wanted; no failure.
  void on_closed(SlotId slot);
  /// Opens nothing until allow(): the identity or the server is no good.
  void forbid() { forbidden_ = true; }
  /// Also forgets earlier failures.
  void allow();

 private:
  enum class State { kIdle, kOpening, kReady };
  struct Slot {
    State state = State::kIdle;
    SteadyTime due{};          // kIdle
    SteadyTime ready_since{};  // kReady
    std::uint32_t failures = 0;
    std::uint32_t short_sessions = 0;  // in a row
  };

  Slot& slot_at(SlotId slot);
  void set_idle(Slot& slot, SteadyTime due);
  [[nodiscard]] bool was_good(const Slot& slot, SteadyTime now) const;
  [[nodiscard]] std::chrono::milliseconds wait_after(std::uint32_t failures);

  ConnectionPlanTuning tuning_;
  Random random_;
  std::vector<Slot> slots_;
  std::deque<SteadyTime> logins_;  // of the last window
  std::optional<SteadyTime> last_opened_;
  SteadyTime server_due_ = SteadyTime::min();  // no opening before
  std::uint32_t server_failures_ = 0;          // in a row, over all slots, before the handshake was through
  std::uint32_t opening_ = 0;
  bool forbidden_ = false;
};

}  // namespace vieweratlas
