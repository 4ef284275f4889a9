#pragma once

#include <string>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas::collect_internal {

/// How far a login to chat came.
struct ChatProbe {
  bool opened = false;  ///< connection and TLS
  bool ready = false;   ///< logged in
  bool joined = false;  ///< the room was confirmed; never without a room
  std::string problem;  ///< one sentence when it ended early
};

/// Connects, logs in and joins `channel` (empty: no room), then leaves. At most 40 s.
[[nodiscard]] ChatProbe probe_chat(const Endpoints& endpoints, const IrcIdentity& identity, const std::string& channel, const Clock& clock);

}  // namespace vieweratlas::collect_internal
