#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/twitch/chat_log.h"

namespace vieweratlas::twitch_internal {

/// Reads the lines of one format.
class LogLines {
 public:
  virtual ~LogLines() = default;
  /// `line` has no end; it is borrowed for the call. Errors are final.
  [[nodiscard]] virtual Status take(std::string_view line) = 0;
  /// The last line has been taken.
  virtual void end() {}
};

// `options` and `events` must outlive the reader.
[[nodiscard]] std::unique_ptr<LogLines> make_irc_lines(ChatLogEvents& events);
[[nodiscard]] std::unique_ptr<LogLines> make_text_lines(const ChatLogOptions& options, ChatLogEvents& events);
[[nodiscard]] std::unique_ptr<LogLines> make_csv_lines(const ChatLogOptions& options, ChatLogEvents& events);

/// The columns of a CSV header are those of a log.
[[nodiscard]] bool is_log_header(std::string_view line);

}  // namespace vieweratlas::twitch_internal
