// Tables with one row for each message or sighting, whatever their columns are called.

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "twitch/chat_log_lines.h"
#include "twitch/irc_chat.h"

#include "vieweratlas/core/csv.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/twitch/chat_log.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas::twitch_internal {
namespace {

constexpr std::size_t kMaxRecordBytes = 65'536;

enum Column : std::size_t { kLogin, kId, kChannel, kTime, kNumColumns };

struct Spelling {
  std::string_view name;
  Column column;
};

/// Earlier spellings win where a table has several.
constexpr std::array<Spelling, 30> kSpellings{{{"login", kLogin},         {"user_login", kLogin},
                                               {"username", kLogin},      {"user_name", kLogin},
                                               {"user", kLogin},          {"chatter", kLogin},
                                               {"viewer", kLogin},        {"nick", kLogin},
                                               {"name", kLogin},          {"user_id", kId},
                                               {"userid", kId},           {"chatter_id", kId},
                                               {"viewer_id", kId},        {"channel_login", kChannel},
                                               {"channel", kChannel},     {"channel_name", kChannel},
                                               {"room", kChannel},        {"streamer", kChannel},
                                               {"broadcaster", kChannel}, {"stream", kChannel},
                                               {"timestamp", kTime},      {"time", kTime},
                                               {"datetime", kTime},       {"created_at", kTime},
                                               {"sent_at", kTime},        {"timestamp_utc", kTime},
                                               {"date", kTime},           {"ts", kTime},
                                               {"tmi_sent_ts", kTime},    {"when", kTime}}};

using Places = std::array<std::optional<std::size_t>, kNumColumns>;

Places places_of(const std::vector<std::string_view>& header) {
  Places places;
  std::array<std::size_t, kNumColumns> ranks{};
  ranks.fill(kSpellings.size());
  for (std::size_t i = 0; i < header.size(); ++i) {
    const std::string_view name = trim(header[i]);
    const auto* known =
        std::find_if(kSpellings.begin(), kSpellings.end(), [&](const Spelling& s) { return equals_ignoring_case(s.name, name); });
    if (known == kSpellings.end()) continue;
    const auto rank = static_cast<std::size_t>(known - kSpellings.begin());
    if (rank >= ranks[known->column]) continue;
    ranks[known->column] = rank;
    places[known->column] = i;
  }
  return places;
}

/// A quoted field is still open at the end of `text`, as CsvReader sees it.
bool is_open(std::string_view text) {
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"') continue;
    if (is_quoted) {
      is_quoted = false;
    } else {
      // A quote opens a field at its begin, or goes on with one that was closed by the first of two.
      is_quoted = i == 0 || text[i - 1] == ',' || text[i - 1] == '\n' || text[i - 1] == '"';
    }
  }
  return is_quoted;
}

class CsvLines final : public LogLines {
 public:
  CsvLines(const ChatLogOptions& options, ChatLogEvents& events) : options_(options), events_(events) {}

  Status take(std::string_view line) override {
    if (record_.empty() && !is_open(line)) {
      read(line);
      return {};
    }
    // A field with line breaks in it, or a quote that nobody closes: then its lines are lost, not all that follow.
    if (!record_.empty()) record_ += '\n';
    record_ += line;
    if (record_.size() > kMaxRecordBytes) {
      events_.on_loss({}, "overlong_line");
      record_.clear();
    } else if (!is_open(record_)) {
      read(record_);
      record_.clear();
    }
    return {};
  }

  void end() override {
    if (!record_.empty()) events_.on_loss({}, "parse_error");
  }

 private:
  void read(std::string_view record) {
    CsvReader reader(record);
    if (!reader.next(fields_)) return;
    if (has_header_) return read_row();
    places_ = places_of(fields_);
    has_header_ = true;
  }

  [[nodiscard]] std::string_view field(Column column) const {
    const auto place = places_[column];
    return place && *place < fields_.size() ? trim(fields_[*place]) : std::string_view();
  }

  void read_row() {
    std::string channel = to_lower(field(kChannel));
    if (channel.starts_with('#')) channel.erase(0, 1);
    if (channel.empty()) channel = options_.channel;
    if (!is_login(channel)) return events_.on_loss({}, "unknown_room");
    std::string login = to_lower(field(kLogin));
    if (login.starts_with('@')) login.erase(0, 1);
    if (!is_login(login)) login.clear();
    const std::string_view id = is_platform_id(field(kId)) ? field(kId) : std::string_view();
    if (login.empty() && id.empty()) return events_.on_loss(channel, "no_user_id");
    if (login == channel) return events_.on_loss(channel, "broadcaster");
    const std::string_view when = field(kTime);
    const auto time = when.empty() ? options_.time : parse_time(when);
    if (!time) return events_.on_loss(channel, when.empty() ? "missing_time" : "wrong_time");
    events_.on_sighting({.channel = channel, .viewer_id = id, .viewer_login = login, .time = *time});
  }

  const ChatLogOptions& options_;
  ChatLogEvents& events_;
  std::vector<std::string_view> fields_;
  Places places_;
  bool has_header_ = false;
  std::string record_;  // of several lines
};

}  // namespace

bool is_log_header(std::string_view line) {
  CsvReader reader(line);
  std::vector<std::string_view> fields;
  if (!reader.next(fields)) return false;
  const Places places = places_of(fields);
  return (places[kLogin] || places[kId]) && (places[kChannel] || places[kTime]);
}

std::unique_ptr<LogLines> make_csv_lines(const ChatLogOptions& options, ChatLogEvents& events) {
  return std::make_unique<CsvLines>(options, events);
}

}  // namespace vieweratlas::twitch_internal
