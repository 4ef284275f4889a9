#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/clock.h"

namespace vieweratlas {

enum class SightingKind : std::uint8_t {
  kMessage,  ///< wrote into the chat
  kNotice,   ///< caused a notice that only somebody present can cause (subscription, announcement)
  kMember,   ///< stood in a membership list: unreliable, stored apart
};

/// Somebody was in a chat. All text is borrowed for the call.
struct Sighting {
  std::string_view channel;       ///< login, lower case
  std::string_view channel_id;    ///< platform id; empty where the source has none
  std::string_view viewer_id;     ///< platform id; empty where the source has none
  std::string_view viewer_login;  ///< lower case; empty where the source has none (then there is an id)
  std::string_view message_id;    ///< equal ids are one message; empty = cannot be told
  UtcMillis time{};
  SightingKind kind = SightingKind::kMessage;
};

/// What a platform says about a channel at a moment. Empty text and empty optionals are not known.
struct ChannelFacts {
  std::string channel;  ///< login, lower case
  std::string channel_id;
  std::string display_name;
  std::optional<std::uint64_t> viewer_count;
  std::string game_name;
  std::string language;
  std::string title;
  std::optional<UtcMillis> started_at;
};

/// Takes what a source of chats has to say. Losses are named by stable snake_case reasons.
class PresenceSink {
 public:
  virtual ~PresenceSink() = default;
  virtual void facts(const ChannelFacts& facts, UtcMillis time) = 0;
  virtual void see(const Sighting& sighting) = 0;
  /// `channel` was listened to from `begin` to `end`; pieces may touch, they do not overlap.
  virtual void observed(std::string_view channel, UtcMillis begin, UtcMillis end) = 0;
  /// `count` lines or events were not used; `channel` may be empty.
  virtual void lost(std::string_view channel, std::string_view reason, std::uint64_t count) = 0;
};

}  // namespace vieweratlas
