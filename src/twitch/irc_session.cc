#include "vieweratlas/twitch/irc_session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "twitch/irc_chat.h"
#include "twitch/irc_line.h"
#include "twitch/irc_rooms.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kMaxSentBytes = 510;        // of a line without CRLF; the platform takes some 4,000
constexpr std::size_t kMaxRoomsPerLine = 18;      // no line may take more JOIN tokens than there are
constexpr std::size_t kMaxEchoBytes = 400;        // of what a PING may make us say
constexpr std::chrono::seconds kLongestTick{10};  // ticks come each second: after a longer gap the machine slept

// What the server says before it closes, in lower case.
constexpr std::array<std::string_view, 5> kAuthFailures = {"login authentication failed", "login unsuccessful", "improperly formatted auth",
                                                           "error logging in", "invalid nick"};

std::optional<RoomRefusal> refusal_of(std::string_view msg_id) {
  if (msg_id == "msg_banned") return RoomRefusal::kBanned;
  if (msg_id == "msg_channel_suspended" || msg_id == "tos_ban") return RoomRefusal::kSuspended;
  if (msg_id == "msg_room_not_found") return RoomRefusal::kNotFound;
  if (msg_id == "msg_concurrent_channel_limit_reached") return RoomRefusal::kRoomLimit;
  return std::nullopt;
}

// No byte of a token may end the line that it stands in. Without PASS the server refuses the login.
bool is_sendable(std::string_view token) {
  return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

bool names_capability(std::string_view list, std::string_view name) {
  for (std::optional<std::string_view> word; (word = next_param(list));) {
    if (*word == name) return true;
  }
  return false;
}

}  // namespace

class IrcSession::Impl {
 public:
  Impl(IrcSessionOptions options, IrcSessionEvents& events)
      : options_(std::move(options)),
        events_(events),
        splitter_(options_.max_line_bytes),
        nick_(is_login(options_.identity.nick) ? options_.identity.nick : "justinfan1000") {}

  void on_open(SteadyTime now);
  void feed(std::string_view bytes, SteadyTime now, UtcMillis utc);
  void tick(SteadyTime now);
  void name_rooms(std::string_view command, std::span<const std::string> channels);
  void quit() { send("QUIT"); }
  std::string take_output() { return std::exchange(output_, {}); }
  [[nodiscard]] bool ready() const { return state_ == State::kReady; }
  [[nodiscard]] const IrcSessionCounters& counters() const { return counters_; }

 private:
  enum class State : std::uint8_t { kIdle, kHandshake, kReady, kEnded };

  void send(std::string_view line);
  void end(SessionEnd why, std::string_view detail);
  void welcome();
  void on_line(std::string_view text);
  void on_command(const IrcLine& line);
  void on_chat(const ChatVerdict& verdict);
  void on_capabilities(std::string_view params);
  void on_ping(std::string_view params);
  void on_notice(const IrcLine& line);
  void on_join_or_part(const IrcLine& line);
  void on_names(std::string_view params);
  void on_end_of_names(std::string_view params);
  void on_room_state(const IrcLine& line);
  void answered(std::string_view channel, std::string_view room_id);
  void member(std::string_view channel, std::string_view login);

  IrcSessionOptions options_;
  IrcSessionEvents& events_;
  LineSplitter splitter_;
  IrcRooms rooms_;
  IrcSessionCounters counters_;
  std::string nick_;
  std::string output_;
  std::string scratch_;
  State state_ = State::kIdle;
  bool greeted_ = false;  // 001 or 376 came
  bool has_tags_ = false;
  bool ping_sent_ = false;
  bool reconnect_told_ = false;
  SteadyTime opened_{};
  SteadyTime last_byte_{};
  SteadyTime ping_at_{};
  SteadyTime last_call_{};
  UtcMillis utc_{};
};

void IrcSession::Impl::send(std::string_view line) {
  if (state_ == State::kEnded) return;
  output_ += line;
  output_ += "\r\n";
}

void IrcSession::Impl::end(SessionEnd why, std::string_view detail) {
  if (why != SessionEnd::kReconnect) {
    state_ = State::kEnded;
    output_.clear();
  }
  events_.on_end(why, detail);
}

// All at once, as the platform allows: one way to the server and back instead of three. Membership is asked for apart, because a
// refusal takes back all that was asked for in one line.
void IrcSession::Impl::on_open(SteadyTime now) {
  state_ = State::kHandshake;
  opened_ = last_byte_ = last_call_ = now;
  send("CAP REQ :twitch.tv/tags twitch.tv/commands");
  if (options_.membership) send("CAP REQ :twitch.tv/membership");
  if (is_sendable(options_.identity.token.reveal())) {
    output_ += "PASS oauth:";
    output_ += options_.identity.token.reveal();
    output_ += "\r\n";
  }
  send("NICK " + nick_);
}

void IrcSession::Impl::feed(std::string_view bytes, SteadyTime now, UtcMillis utc) {
  if (state_ == State::kEnded || bytes.empty()) return;
  last_byte_ = last_call_ = now;
  ping_sent_ = false;
  utc_ = utc;
  counters_.bytes += bytes.size();
  splitter_.feed(
      bytes, [this](std::string_view line) { on_line(line); },
      [this] {
        if (state_ != State::kEnded) events_.on_drop(LineDrop::kOverlongLine, {});
      });
}

void IrcSession::Impl::tick(SteadyTime now) {
  if (state_ == State::kIdle || state_ == State::kEnded) return;
  const bool slept = now - last_call_ > kLongestTick;
  last_call_ = now;
  if (slept) {
    opened_ = now;
    last_byte_ = now - std::min(now - last_byte_, options_.idle_before_ping);
    ping_sent_ = false;
  }
  if (state_ == State::kHandshake) {
    if (now - opened_ >= options_.handshake_timeout) end(SessionEnd::kHandshakeTimeout, greeted_ ? "no capabilities" : "no welcome");
    return;
  }
  if (now - last_byte_ >= options_.silence_limit) return end(SessionEnd::kSilence, "nothing was heard");
  if (ping_sent_ && now - ping_at_ >= options_.pong_timeout) return end(SessionEnd::kPingTimeout, "no answer to our PING");
  if (ping_sent_ || now - last_byte_ < options_.idle_before_ping) return;
  send("PING :vieweratlas");
  ping_sent_ = true;
  ping_at_ = now;
}

void IrcSession::Impl::name_rooms(std::string_view command, std::span<const std::string> channels) {
  if (state_ == State::kEnded) return;
  const bool joining = command == "JOIN";
  std::string line;
  std::size_t rooms = 0;
  for (const std::string& channel : channels) {
    VA_CHECK(is_login(channel));
    if (joining)
      rooms_.asked_to_join(channel);
    else
      rooms_.asked_to_part(channel, last_call_);
    if (rooms == kMaxRoomsPerLine || line.size() + channel.size() + 2 > kMaxSentBytes) {
      send(line);
      rooms = 0;
    }
    if (rooms == 0) line = command;
    line += rooms == 0 ? " #" : ",#";
    line += channel;
    ++rooms;
  }
  if (rooms > 0) send(line);
}

void IrcSession::Impl::on_line(std::string_view text) {
  if (state_ == State::kEnded) return;
  if (text.empty()) {
    ++counters_.empty_lines;
    return;
  }
  ++counters_.lines;
  const std::optional<IrcLine> line = parse_irc_line(text);
  if (!line) return events_.on_drop(LineDrop::kParseError, {});
  if (line->command == "PRIVMSG") {
    ++counters_.privmsg;
    return on_chat(judge_privmsg(*line, {.now = utc_, .max_clock_difference = options_.max_clock_difference, .scratch = scratch_}));
  }
  if (line->command == "USERNOTICE") {
    ++counters_.usernotice;
    return on_chat(judge_usernotice(*line, {.now = utc_, .max_clock_difference = options_.max_clock_difference, .scratch = scratch_}));
  }
  ++counters_.other;
  on_command(*line);
}

void IrcSession::Impl::on_chat(const ChatVerdict& verdict) {
  if (verdict.drop) return events_.on_drop(*verdict.drop, verdict.channel);
  if (verdict.sent_at) counters_.last_lag_ms = (utc_ - *verdict.sent_at).count();
  events_.on_sighting(verdict.sighting);
}

// Whatever is not named here (numerics, WHISPER, CLEARCHAT, USERSTATE ...) says nothing about presence.
void IrcSession::Impl::on_command(const IrcLine& line) {
  const std::string_view command = line.command;
  if (command == "PING") return on_ping(line.params);
  if (command == "JOIN" || command == "PART") return on_join_or_part(line);
  if (command == "ROOMSTATE") return on_room_state(line);
  if (command == "NOTICE") return on_notice(line);
  if (command == "353") return on_names(line.params);
  if (command == "366") return on_end_of_names(line.params);
  if (command == "CAP") return on_capabilities(line.params);
  if (command == "RECONNECT") {
    if (!std::exchange(reconnect_told_, true)) end(SessionEnd::kReconnect, "the server asks to come back");
    return;
  }
  if (command != "001" && command != "376") return;
  // The server greets the account of the token, whatever NICK said.
  std::string_view params = line.params;
  const std::optional<std::string_view> target = next_param(params);
  if (target && is_login(*target)) nick_ = *target;
  greeted_ = true;
  welcome();
}

void IrcSession::Impl::welcome() {
  if (state_ != State::kHandshake || !greeted_ || !has_tags_) return;
  state_ = State::kReady;
  events_.on_ready();
}

void IrcSession::Impl::on_capabilities(std::string_view params) {
  next_param(params);  // "*", or our nick
  const std::optional<std::string_view> verb = next_param(params);
  const std::optional<std::string_view> list = next_param(params);
  if (!verb || !list || !names_capability(*list, "twitch.tv/tags")) return;
  if (*verb == "NAK") return end(SessionEnd::kCapabilityRefused, "twitch.tv/tags");
  if (*verb != "ACK") return;
  has_tags_ = true;
  welcome();
}

void IrcSession::Impl::on_ping(std::string_view params) {
  const std::string_view echo = next_param(params).value_or("tmi.twitch.tv").substr(0, kMaxEchoBytes);
  // A lone CR in the middle of a line would end ours.
  if (echo.find('\r') != std::string_view::npos) return send("PONG :tmi.twitch.tv");
  send("PONG :" + std::string(echo));
}

void IrcSession::Impl::on_notice(const IrcLine& line) {
  std::string_view params = line.params;
  const std::string_view target = next_param(params).value_or("");
  const std::string_view text = next_param(params).value_or("");
  if (target == "*") {
    for (const std::string_view failure : kAuthFailures) {
      if (equals_ignoring_case(text, failure)) return end(SessionEnd::kAuthenticationFailed, failure);
    }
  }
  const std::string_view msg_id = read_chat_tags(line.tags, scratch_).msg_id;
  if (msg_id.empty()) return;
  const std::optional<RoomRefusal> refusal = refusal_of(msg_id);
  if (!refusal) return events_.on_unknown_notice(is_platform_id(msg_id) ? msg_id : "unprintable");
  const std::string_view channel = channel_of(target);
  if (channel.empty() && *refusal != RoomRefusal::kRoomLimit) return;
  rooms_.refused(channel);
  events_.on_refused(channel, *refusal);
}

void IrcSession::Impl::on_join_or_part(const IrcLine& line) {
  std::string_view params = line.params;
  const std::string_view channel = channel_of(next_param(params).value_or(""));
  const std::string_view who = nick_of(line.prefix);
  if (channel.empty()) return;
  if (who != nick_) return member(channel, who);
  if (line.command == "JOIN") return answered(channel, {});
  if (rooms_.parted(channel, last_call_)) events_.on_removed(channel);
}

void IrcSession::Impl::on_names(std::string_view params) {
  if (!options_.membership) return;
  next_param(params);  // our nick
  next_param(params);  // "="
  const std::string_view channel = channel_of(next_param(params).value_or(""));
  std::string_view names = next_param(params).value_or("");
  if (channel.empty()) return;
  for (std::optional<std::string_view> name; (name = next_param(names));) member(channel, *name);
}

void IrcSession::Impl::on_end_of_names(std::string_view params) {
  next_param(params);  // our nick
  answered(channel_of(next_param(params).value_or("")), {});
}

void IrcSession::Impl::on_room_state(const IrcLine& line) {
  std::string_view params = line.params;
  const std::string_view channel = channel_of(next_param(params).value_or(""));
  const std::string_view room_id = read_chat_tags(line.tags, scratch_).room_id;
  answered(channel, is_platform_id(room_id) ? room_id : std::string_view());
}

void IrcSession::Impl::answered(std::string_view channel, std::string_view room_id) {
  switch (rooms_.answered(channel, room_id)) {
    case IrcRooms::Answer::kNothing: return;
    case IrcRooms::Answer::kJoined: return events_.on_joined(channel, room_id);
    case IrcRooms::Answer::kRoomId: return events_.on_room_id(channel, room_id);
  }
}

void IrcSession::Impl::member(std::string_view channel, std::string_view login) {
  if (!options_.membership || !is_login(login) || login == nick_) return;
  if (login == channel) return events_.on_drop(LineDrop::kBroadcaster, channel);
  Sighting sighting;
  sighting.channel = channel;
  sighting.channel_id = rooms_.id_of(channel);
  sighting.viewer_login = login;
  sighting.time = utc_;
  sighting.kind = SightingKind::kMember;
  events_.on_sighting(sighting);
}

IrcSession::IrcSession(IrcSessionOptions options, IrcSessionEvents& events) : impl_(std::make_unique<Impl>(std::move(options), events)) {}
IrcSession::IrcSession(IrcSession&&) noexcept = default;
IrcSession::~IrcSession() = default;

void IrcSession::on_open(SteadyTime now) { impl_->on_open(now); }
void IrcSession::feed(std::string_view bytes, SteadyTime now, UtcMillis utc) { impl_->feed(bytes, now, utc); }
void IrcSession::tick(SteadyTime now) { impl_->tick(now); }
void IrcSession::join(std::span<const std::string> channels) { impl_->name_rooms("JOIN", channels); }
void IrcSession::part(std::span<const std::string> channels) { impl_->name_rooms("PART", channels); }
void IrcSession::quit() { impl_->quit(); }
std::string IrcSession::take_output() { return impl_->take_output(); }
bool IrcSession::ready() const { return impl_->ready(); }
const IrcSessionCounters& IrcSession::counters() const { return impl_->counters(); }

std::string_view name_of(SessionEnd end) {
  switch (end) {
    case SessionEnd::kAuthenticationFailed: return "authentication_failed";
    case SessionEnd::kCapabilityRefused: return "capability_refused";
    case SessionEnd::kHandshakeTimeout: return "handshake_timeout";
    case SessionEnd::kPingTimeout: return "ping_timeout";
    case SessionEnd::kSilence: return "silence";
    case SessionEnd::kReconnect: return "reconnect";
  }
  return "unknown";
}

}  // namespace vieweratlas
