#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "twitch/irc_line.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {

/// A line of somebody in a chat: a sighting, or why it does not count.
struct ChatVerdict {
  std::string_view channel;  ///< login; empty when the line names no room
  std::optional<LineDrop> drop;
  Sighting sighting;                 ///< when there is no drop
  std::optional<UtcMillis> sent_at;  ///< as the platform says, unclamped
};

/// What is known when a line is judged. `scratch` holds unescaped text for as long as the verdict is used.
struct ChatMoment {
  UtcMillis now{};
  std::chrono::milliseconds max_clock_difference{300'000};
  std::string& scratch;
};

/// docs/collecting.md, "What counts".
[[nodiscard]] ChatVerdict judge_privmsg(const IrcLine& line, const ChatMoment& moment);
[[nodiscard]] ChatVerdict judge_usernotice(const IrcLine& line, const ChatMoment& moment);

/// "login" of "#login"; empty when it is none.
[[nodiscard]] std::string_view channel_of(std::string_view param);
/// An id as the platform gives them: 1 to 64 letters, digits, '-', '_'.
[[nodiscard]] bool is_platform_id(std::string_view text);

}  // namespace vieweratlas
