#include "vieweratlas/twitch/chat_log.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "twitch/chat_log_lines.h"
#include "twitch/irc_chat.h"
#include "twitch/irc_line.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/unicode.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace twitch_internal {
namespace {

/// Raw lines, judged like those of a live chat. Times are the platform's.
class IrcLines final : public LogLines {
 public:
  explicit IrcLines(ChatLogEvents& events) : events_(events) {}

  Status take(std::string_view text) override {
    if (trim(text).empty()) return {};
    const auto line = parse_irc_line(text);
    if (!line) {
      events_.on_loss({}, name_of(LineDrop::kParseError));
      return {};
    }
    const ChatMoment moment{.now = UtcMillis{}, .max_clock_difference = std::chrono::milliseconds::max(), .scratch = scratch_};
    if (line->command == "PRIVMSG") tell(judge_privmsg(*line, moment));
    if (line->command == "USERNOTICE") tell(judge_usernotice(*line, moment));
    return {};
  }

 private:
  void tell(const ChatVerdict& verdict) {
    if (verdict.drop) return events_.on_loss(verdict.channel, name_of(*verdict.drop));
    if (!verdict.sent_at) return events_.on_loss(verdict.channel, "missing_time");
    Sighting sighting = verdict.sighting;
    sighting.time = *verdict.sent_at;
    events_.on_sighting(sighting);
  }

  ChatLogEvents& events_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<LogLines> make_irc_lines(ChatLogEvents& events) { return std::make_unique<IrcLines>(events); }

}  // namespace twitch_internal

namespace {

constexpr std::size_t kMaxLineBytes = 65'536;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view name_of(ChatLogFormat format) {
  switch (format) {
    case ChatLogFormat::kIrc: return "irc";
    case ChatLogFormat::kText: return "text";
    case ChatLogFormat::kCsv: return "csv";
    case ChatLogFormat::kUnknown: break;
  }
  return "unknown";
}

ChatLogFormat chat_log_format_of(std::string_view line) {
  line = trim(line);
  if (line.starts_with("# Start logging at ")) return ChatLogFormat::kText;
  if (line.size() > 3 && line.front() == '[' && is_digit(line[1]) && is_digit(line[2]) && line.find(']') != std::string_view::npos &&
      line.find(':') < line.find(']')) {
    return ChatLogFormat::kText;
  }
  if (line.starts_with('#') && line.find(" [") != std::string_view::npos) return ChatLogFormat::kText;
  if (line.starts_with('@') || line.starts_with(':')) {
    const auto irc = parse_irc_line(line);
    if (irc && irc->command.size() > 2) return ChatLogFormat::kIrc;
  }
  return twitch_internal::is_log_header(line) ? ChatLogFormat::kCsv : ChatLogFormat::kUnknown;
}

class ChatLogParser::Impl {
 public:
  Impl(ChatLogOptions options, ChatLogEvents& events) : options_(std::move(options)), events_(events), splitter_(kMaxLineBytes) {}

  Status feed(std::string_view bytes) {
    split(decoder_.feed(bytes));
    return status_;
  }

  Status finish() {
    split(decoder_.finish());
    split("\n");  // the last line may have no end
    if (status_.ok() && lines_ != nullptr) lines_->end();
    if (status_.ok() && lines_ == nullptr) status_ = Error{ErrorCode::kCorruptData, "this is no chat log: it is empty"};
    return status_;
  }

  ChatLogFormat format = ChatLogFormat::kUnknown;

 private:
  void split(std::string_view text) {
    splitter_.feed(text, [this](std::string_view line) { take(line); }, [this] { events_.on_loss({}, name_of(LineDrop::kOverlongLine)); });
  }

  void take(std::string_view line) {
    if (!status_.ok()) return;
    if (lines_ == nullptr) {
      if (trim(line).empty()) return;
      begin(line);
    }
    if (lines_ != nullptr) status_ = lines_->take(line);
  }

  void begin(std::string_view line) {
    format = chat_log_format_of(line);
    switch (format) {
      case ChatLogFormat::kIrc: lines_ = twitch_internal::make_irc_lines(events_); return;
      case ChatLogFormat::kText: lines_ = twitch_internal::make_text_lines(options_, events_); return;
      case ChatLogFormat::kCsv: lines_ = twitch_internal::make_csv_lines(options_, events_); return;
      case ChatLogFormat::kUnknown: break;
    }
    status_ = Error{ErrorCode::kCorruptData,
                    "this is no chat log: neither lines of IRC, nor \"[HH:MM:SS] name: text\", nor a CSV header with columns such as user, "
                    "channel and time"};
  }

  ChatLogOptions options_;
  ChatLogEvents& events_;
  Utf8Decoder decoder_;
  LineSplitter splitter_;
  std::unique_ptr<twitch_internal::LogLines> lines_;
  Status status_;
};

ChatLogParser::ChatLogParser(ChatLogOptions options, ChatLogEvents& events) : impl_(std::make_unique<Impl>(std::move(options), events)) {}
ChatLogParser::ChatLogParser(ChatLogParser&&) noexcept = default;
ChatLogParser::~ChatLogParser() = default;
Status ChatLogParser::feed(std::string_view bytes) { return impl_->feed(bytes); }
Status ChatLogParser::finish() { return impl_->finish(); }
ChatLogFormat ChatLogParser::format() const { return impl_->format; }

}  // namespace vieweratlas
