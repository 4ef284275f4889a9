#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/fake_twitch/loop.h"
#include "support/fake_twitch/world.h"

namespace fake_twitch {

/// What a line is to a collector.
enum class LineKind : std::uint8_t {
  kMessage,       ///< PRIVMSG, plain
  kAction,        ///< PRIVMSG with ACTION
  kNotice,        ///< USERNOTICE whose sender is there: sub, resub, announcement
  kNative,        ///< PRIVMSG of a shared chat, in its home room
  kNoId,          ///< PRIVMSG without a message id
  kSkewed,        ///< PRIVMSG whose tmi-sent-ts is an hour wrong
  kMirror,        ///< PRIVMSG of a shared chat, in another room
  kMirrorNotice,  ///< sharedchatnotice
  kDuplicate,     ///< any line again, with its id
  kAnonymous,     ///< PRIVMSG or gift by the platform's own accounts
  kGift,          ///< USERNOTICE of a gifted subscription: the giver is there, the receiver need not be
  kRaid,
  kBroadcaster,  ///< PRIVMSG by the channel's owner
  kNoUserId,
  kNoRoom,      ///< PRIVMSG to something that is no channel
  kMalformed,   ///< nothing that a parser can take
  kOverlong,    ///< 100 KiB
  kEmpty,       ///< CRLF alone
  kOther,       ///< CLEARCHAT, NOTICE, numerics, ...
  kMembership,  ///< JOIN and PART of others
  kRaw,         ///< given by the control endpoint
};
inline constexpr std::size_t kNumLineKinds = 21;
[[nodiscard]] std::string_view name_of(LineKind kind);
[[nodiscard]] std::optional<LineKind> line_kind(std::string_view name);
/// Such a line proves its viewer's presence in its room.
[[nodiscard]] bool counts(LineKind kind);

inline constexpr std::uint32_t kNobody = 0xFFFFFFFF;

struct SentLine {
  Millis sent = 0;      ///< tmi-sent-ts
  Millis written = -1;  ///< when the last byte was with the kernel; -1: not yet
  std::uint32_t connection = 0;
  std::uint32_t channel = kNobody;
  std::uint32_t viewer = kNobody;
  LineKind kind = LineKind::kOther;
  std::uint32_t bytes = 0;
};

/// All lines of chat that were sent, or only their sums (load).
class Ledger {
 public:
  explicit Ledger(const World& world) : world_(world) {}

  /// Returns the line's number, for wrote().
  std::size_t queued(const SentLine& line);
  void wrote(std::size_t number, Millis time);
  /// Sums alone.
  void queued(LineKind kind, std::uint64_t lines, std::uint64_t bytes);
  void wrote(LineKind kind, std::uint64_t lines) { written_[static_cast<std::size_t>(kind)] += lines; }

  /// {"channels": {login: {"id", "viewers": {id: {"login", "messages"}}}}, "queued": {kind: n}, "written": {kind: n}, "bytes": n}:
  /// lines that count, written at or before `until`, with tmi-sent-ts in [from, to).
  [[nodiscard]] std::string truth_json(Millis from, Millis to, Millis until) const;
  /// [[sent, written, connection, channel, viewer id, kind], ...].
  [[nodiscard]] std::string lines_json(std::size_t since) const;
  [[nodiscard]] std::uint64_t written_total() const;

 private:
  const World& world_;
  std::deque<SentLine> lines_;
  std::array<std::uint64_t, kNumLineKinds> queued_{};
  std::array<std::uint64_t, kNumLineKinds> written_{};
  std::uint64_t bytes_ = 0;
};

}  // namespace fake_twitch
