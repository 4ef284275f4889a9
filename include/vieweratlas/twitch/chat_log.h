#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas {

/// What another tool wrote.
enum class ChatLogFormat : std::uint8_t {
  kUnknown,
  kIrc,   ///< raw lines of IRC with tags, as rustlog and justlog keep them
  kText,  ///< "[HH:MM:SS] name: text" under "# Start logging at DATE TIME ZONE" (Chatterino); "[DATE TIME] #channel name: text" (justlog)
  kCsv,   ///< a header that names a viewer's column and one of channels, of times or both
};
/// "irc", "text", "csv", "unknown".
[[nodiscard]] std::string_view name_of(ChatLogFormat format);

/// What the lines of a log may leave open.
struct ChatLogOptions {
  std::string channel;                             ///< login; of lines that name none
  std::optional<UtcTime> date;                     ///< midnight of the day, for times without a date
  std::optional<UtcTime> time;                     ///< of CSV rows without any time
  std::optional<std::chrono::seconds> utc_offset;  ///< of times without a zone in text logs, east is positive; empty: as the log says
};

class ChatLogEvents {
 public:
  virtual ~ChatLogEvents() = default;
  /// Text is borrowed for the call.
  virtual void on_sighting(const Sighting& sighting) = 0;
  /// A line that does not count; `channel` may be empty. Reasons are stable snake_case names.
  virtual void on_loss(std::string_view channel, std::string_view reason) = 0;
};

/// Reads a log of any length from pieces cut anywhere; the first lines tell its format. Lines (CSV: records) of more than 64 KiB are
/// dropped and counted. Texts of messages are not kept. Thread-compatible.
class ChatLogParser {
 public:
  /// `events` must outlive it.
  ChatLogParser(ChatLogOptions options, ChatLogEvents& events);
  ChatLogParser(ChatLogParser&&) noexcept;
  ~ChatLogParser();

  /// Errors, final: corrupt_data (none of the formats), invalid_argument (the log's zone is not known: the message asks for the
  /// offset).
  [[nodiscard]] Status feed(std::string_view bytes);
  [[nodiscard]] Status finish();
  [[nodiscard]] ChatLogFormat format() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The format of a log whose first line that is not blank is `line`.
[[nodiscard]] ChatLogFormat chat_log_format_of(std::string_view line);

}  // namespace vieweratlas
