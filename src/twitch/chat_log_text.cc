// Logs for people: "[10:00:07] name: text" in local time under a header that tells day and zone, or with all of it in each line.

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "twitch/chat_log_lines.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/twitch/chat_log.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas::twitch_internal {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Abbreviations that mean one zone only, in hours.
constexpr std::array<std::pair<std::string_view, int>, 18> kZones{{{"UTC", 0},
                                                                   {"GMT", 0},
                                                                   {"Z", 0},
                                                                   {"WET", 0},
                                                                   {"WEST", 1},
                                                                   {"CET", 1},
                                                                   {"CEST", 2},
                                                                   {"EET", 2},
                                                                   {"EEST", 3},
                                                                   {"MSK", 3},
                                                                   {"JST", 9},
                                                                   {"EST", -5},
                                                                   {"EDT", -4},
                                                                   {"CDT", -5},
                                                                   {"MDT", -6},
                                                                   {"PST", -8},
                                                                   {"PDT", -7},
                                                                   {"AEDT", 11}}};

std::optional<int> number_of(std::string_view digits) {
  int number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// "+02", "-0330", "+05:30".
std::optional<seconds> offset_of(std::string_view text) {
  if (text.size() < 2 || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  std::string digits;
  for (const char c : text.substr(1)) {
    if (c != ':') digits += c;
  }
  if (digits.size() == 1 || digits.size() == 3) digits.insert(0, "0");
  const auto hour = number_of(std::string_view(digits).substr(0, 2));
  const auto minute = digits.size() > 2 ? number_of(std::string_view(digits).substr(2)) : 0;
  if (!hour || !minute || digits.size() > 4 || *hour > 14 || *minute > 59) return std::nullopt;
  const seconds offset = hours(*hour) + minutes(*minute);
  return text.front() == '-' ? -offset : offset;
}

std::optional<seconds> zone_of(std::string_view name) {
  if (const auto offset = offset_of(name)) return offset;
  if (name.size() > 3 && (name.starts_with("UTC") || name.starts_with("GMT"))) return offset_of(name.substr(3));
  for (const auto& [known, offset] : kZones) {
    if (name == known) return hours(offset);
  }
  return std::nullopt;
}

/// "HH:MM:SS" as seconds of the day.
std::optional<seconds> time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hour = number_of(text.substr(0, 2));
  const auto minute = number_of(text.substr(3, 2));
  const auto second = number_of(text.substr(6, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return hours(*hour) + minutes(*minute) + seconds(*second);
}

/// The login in front of ": ": "login: text", or "Shown name login: text" where the shown name is not made of ASCII. Lines of the
/// system have none.
std::string login_of(std::string_view message) {
  const std::size_t colon = message.find(": ");
  if (colon == std::string_view::npos && !message.ends_with(':')) return {};
  std::string_view name = trim(message.substr(0, colon == std::string_view::npos ? message.size() - 1 : colon));
  if (const std::size_t space = name.rfind(' '); space != std::string_view::npos) {
    const std::string_view shown = name.substr(0, space);
    bool is_ascii = true;
    for (const char c : shown) is_ascii = is_ascii && static_cast<unsigned char>(c) < 0x80;
    if (is_ascii) return {};
    name.remove_prefix(space + 1);
  }
  // What the program writes in the sender's place.
  if (name == "Announcement") return {};
  std::string login = to_lower(name);
  return is_login(login) ? login : std::string();
}

class TextLines final : public LogLines {
 public:
  TextLines(const ChatLogOptions& options, ChatLogEvents& events) : options_(options), events_(events), day_(options.date) {}

  Status take(std::string_view line) override {
    line = trim(line);
    if (line.empty()) return {};
    constexpr std::string_view kStart = "# Start logging at ";
    if (line.starts_with(kStart)) return begin_part(line.substr(kStart.size()));
    std::string_view channel = options_.channel;
    if (line.starts_with('#')) {  // "# Stop logging", or "#channel [time] ..."
      const std::size_t space = line.find(' ');
      channel = line.substr(1, space == std::string_view::npos ? space : space - 1);
      if (space == std::string_view::npos || !is_login(channel)) return {};
      line = trim(line.substr(space));
    }
    const std::size_t close = line.find(']');
    if (!line.starts_with('[') || close == std::string_view::npos) {
      events_.on_loss(channel, "parse_error");  // the rest of a message of several lines
      return {};
    }
    take_message(trim(line.substr(1, close - 1)), trim(line.substr(close + 1)), channel);
    return {};
  }

 private:
  /// "2026-01-05 10:00:00 CET"
  Status begin_part(std::string_view moment) {
    const auto parts = split(trim(moment), ' ');
    if (const auto day = parse_time(parts[0])) day_ = std::chrono::floor<std::chrono::days>(*day);
    last_.reset();
    if (options_.utc_offset || parts.size() < 3) return {};
    std::string name(parts[2]);
    for (std::size_t i = 3; i < parts.size(); ++i) name += " " + std::string(parts[i]);
    zone_ = zone_of(name);
    if (zone_) return {};
    return Error{ErrorCode::kInvalidArgument, "the times of this log are in the zone \"" + printable(name, 40) +
                                                  "\", which is not known here; say its offset with --utc-offset, such as +02:00"};
  }

  void take_message(std::string_view stamp, std::string_view message, std::string_view channel) {
    if (message.starts_with('#')) {
      const std::size_t space = message.find(' ');
      channel = message.substr(1, space == std::string_view::npos ? space : space - 1);
      message = space == std::string_view::npos ? std::string_view() : trim(message.substr(space));
    }
    const std::string login = login_of(message);
    if (login.empty()) return events_.on_loss(channel, "no_message");
    std::string_view reason = "wrong_time";
    const auto time = time_of(stamp, reason);
    if (!time) return events_.on_loss(channel, reason);
    if (!is_login(channel)) return events_.on_loss({}, "unknown_room");
    if (login == channel) return events_.on_loss(channel, "broadcaster");
    events_.on_sighting({.channel = channel, .viewer_login = login, .time = *time});
  }

  std::optional<UtcTime> time_of(std::string_view stamp, std::string_view& reason) {
    if (stamp.ends_with(" UTC")) stamp.remove_suffix(4);
    const auto of_day = time_of_day(stamp);
    if (!of_day) return parse_time(stamp);
    if (!day_) {
      reason = "missing_date";
      return std::nullopt;
    }
    // A program that runs past midnight goes on in the same part.
    if (last_ && *last_ - *of_day > hours(12)) *day_ += hours(24);
    last_ = of_day;
    return *day_ + *of_day - options_.utc_offset.value_or(zone_.value_or(seconds(0)));
  }

  const ChatLogOptions& options_;
  ChatLogEvents& events_;
  std::optional<UtcTime> day_;
  std::optional<seconds> last_;
  std::optional<seconds> zone_;
};

}  // namespace

std::unique_ptr<LogLines> make_text_lines(const ChatLogOptions& options, ChatLogEvents& events) {
  return std::make_unique<TextLines>(options, events);
}

}  // namespace vieweratlas::twitch_internal
