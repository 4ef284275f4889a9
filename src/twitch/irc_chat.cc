#include "twitch/irc_chat.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include "twitch/irc_line.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

// The platform's own accounts: AnAnonymousGifter, AnAnonymousCheerer.
constexpr std::array<std::string_view, 2> kAnonymousIds = {"274598607", "407665396"};

// Notices whose sender stands in the room. Raids name somebody who comes from another room, with viewers who are counted
// when they speak; the person who is given a subscription need not be there at all (and is no sender). Sorted.
constexpr std::array<std::string_view, 15> kPresent = {"announcement",
                                                       "anongiftpaidupgrade",
                                                       "bitsbadgetier",
                                                       "charitydonation",
                                                       "communitypayforward",
                                                       "giftpaidupgrade",
                                                       "primepaidupgrade",
                                                       "resub",
                                                       "rewardgift",
                                                       "ritual",
                                                       "standardpayforward",
                                                       "sub",
                                                       "subgift",
                                                       "submysterygift",
                                                       "viewermilestone"};
static_assert(std::is_sorted(kPresent.begin(), kPresent.end()));

constexpr std::array<std::uint8_t, 256> kIdBytes = [] {
  std::array<std::uint8_t, 256> table{};
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"))
    table[static_cast<unsigned char>(c)] = 1;
  return table;
}();

// A badge stands in "name/version,name/version".
bool has_broadcaster_badge(std::string_view badges) {
  constexpr std::string_view kBadge = "broadcaster/";
  for (std::size_t at = badges.find(kBadge); at != std::string_view::npos; at = badges.find(kBadge, at + 1)) {
    if (at == 0 || badges[at - 1] == ',') return true;
  }
  return false;
}

std::optional<UtcMillis> parse_time(std::string_view text) {
  std::int64_t ms = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, ms);
  // 2^53: beyond it lies no time, and differences cannot overflow below it.
  constexpr std::int64_t kLatest = std::int64_t{1} << 53;
  if (text.empty() || error != std::errc{} || stop != end || ms < 0 || ms > kLatest) return std::nullopt;
  return UtcMillis{std::chrono::milliseconds{ms}};
}

UtcMillis credible(std::optional<UtcMillis> sent_at, const ChatMoment& moment) {
  if (!sent_at) return moment.now;
  const std::chrono::milliseconds off = *sent_at > moment.now ? *sent_at - moment.now : moment.now - *sent_at;
  return off > moment.max_clock_difference ? moment.now : *sent_at;
}

// The rules that messages and notices share. A mirror comes first: whatever else is wrong with it, it is not of this room.
std::optional<LineDrop> common_drop(const ChatTags& tags) {
  if (!tags.source_room_id.empty() && tags.source_room_id != tags.room_id) return LineDrop::kMirror;
  if (!is_platform_id(tags.user_id)) return LineDrop::kNoUserId;
  if (std::find(kAnonymousIds.begin(), kAnonymousIds.end(), tags.user_id) != kAnonymousIds.end()) return LineDrop::kAnonymousGifter;
  return std::nullopt;
}

void fill(ChatVerdict& verdict, const ChatTags& tags, const ChatMoment& moment) {
  verdict.sent_at = parse_time(tags.tmi_sent_ts);
  verdict.sighting.channel = verdict.channel;
  if (is_platform_id(tags.room_id)) verdict.sighting.channel_id = tags.room_id;
  verdict.sighting.viewer_id = tags.user_id;
  if (is_platform_id(tags.id)) verdict.sighting.message_id = tags.id;
  verdict.sighting.time = credible(verdict.sent_at, moment);
}

std::string_view login_or_nothing(std::string_view text) { return is_login(text) ? text : std::string_view(); }

bool is_broadcaster(const ChatTags& tags, std::string_view login, std::string_view channel) {
  return tags.user_id == tags.room_id || login == channel || has_broadcaster_badge(tags.badges);
}

// Room and tags of the line; false when the verdict is final.
bool begin(const IrcLine& line, const ChatMoment& moment, ChatVerdict& verdict, ChatTags& tags) {
  std::string_view params = line.params;
  const std::optional<std::string_view> target = next_param(params);
  if (!target) {
    verdict.drop = LineDrop::kParseError;
    return false;
  }
  verdict.channel = channel_of(*target);
  if (verdict.channel.empty()) {
    verdict.drop = LineDrop::kUnknownRoom;
    return false;
  }
  tags = read_chat_tags(line.tags, moment.scratch);
  verdict.drop = common_drop(tags);
  return !verdict.drop;
}

}  // namespace

std::string_view channel_of(std::string_view param) {
  if (!param.starts_with('#') || !is_login(param.substr(1))) return {};
  return param.substr(1);
}

// Message ids have 36 letters: a table and no early end make this as fast as reading them.
bool is_platform_id(std::string_view text) {
  constexpr std::size_t kMaxIdBytes = 64;
  if (text.empty() || text.size() > kMaxIdBytes) return false;
  std::uint8_t good = 1;
  for (const char c : text) good &= kIdBytes[static_cast<unsigned char>(c)];
  return good != 0;
}

ChatVerdict judge_privmsg(const IrcLine& line, const ChatMoment& moment) {
  ChatVerdict verdict;
  ChatTags tags;
  if (!begin(line, moment, verdict, tags)) return verdict;
  const std::string_view login = login_or_nothing(nick_of(line.prefix));
  if (is_broadcaster(tags, login, verdict.channel)) {
    verdict.drop = LineDrop::kBroadcaster;
    return verdict;
  }
  fill(verdict, tags, moment);
  verdict.sighting.viewer_login = login;
  verdict.sighting.kind = SightingKind::kMessage;
  return verdict;
}

ChatVerdict judge_usernotice(const IrcLine& line, const ChatMoment& moment) {
  ChatVerdict verdict;
  ChatTags tags;
  if (!begin(line, moment, verdict, tags)) return verdict;
  if (!std::binary_search(kPresent.begin(), kPresent.end(), tags.msg_id)) {
    verdict.drop = LineDrop::kNotPresent;
    return verdict;
  }
  const std::string_view login = login_or_nothing(tags.login);
  if (is_broadcaster(tags, login, verdict.channel)) {
    verdict.drop = LineDrop::kBroadcaster;
    return verdict;
  }
  fill(verdict, tags, moment);
  verdict.sighting.viewer_login = login;
  verdict.sighting.kind = SightingKind::kNotice;
  return verdict;
}

std::string_view name_of(LineDrop drop) {
  switch (drop) {
    case LineDrop::kMirror: return "mirror";
    case LineDrop::kAnonymousGifter: return "anonymous_gifter";
    case LineDrop::kNotPresent: return "not_present";
    case LineDrop::kBroadcaster: return "broadcaster";
    case LineDrop::kNoUserId: return "no_user_id";
    case LineDrop::kParseError: return "parse_error";
    case LineDrop::kOverlongLine: return "overlong_line";
    case LineDrop::kUnknownRoom: return "unknown_room";
  }
  return "unknown";
}

}  // namespace vieweratlas
