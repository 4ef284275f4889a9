#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace vieweratlas {

/// Cuts a stream into lines that end with LF or CRLF. A line that lies in one piece is a view of that piece; only what is split
/// between pieces is copied, once. Lines longer than the bound are dropped up to their end. Any cut of the same stream into
/// pieces gives the same lines. Memory: at most the bound. Thread-compatible.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Calls `on_line(std::string_view)` for each line that ends in `bytes`, without its end (also for empty ones), and
  /// `on_overlong()` once for each dropped one. Views are valid during the call only.
  template <typename OnLine, typename OnOverlong>
  void feed(std::string_view bytes, OnLine&& on_line, OnOverlong&& on_overlong) {
    while (!bytes.empty()) {
      const void* found = std::memchr(bytes.data(), '\n', bytes.size());
      const bool ends = found != nullptr;
      const std::size_t length = ends ? static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) : bytes.size();
      const std::string_view piece = bytes.substr(0, length);
      bytes.remove_prefix(ends ? length + 1 : length);
      if (!skipping_ && partial_.size() + piece.size() > max_line_bytes_) {
        skipping_ = true;
        partial_.clear();
        on_overlong();
      }
      if (skipping_) {
        skipping_ = !ends;
      } else if (!ends) {
        partial_.append(piece);
      } else if (partial_.empty()) {
        on_line(without_cr(piece));
      } else {
        partial_.append(piece);
        on_line(without_cr(partial_));
        partial_.clear();
      }
    }
  }

 private:
  static std::string_view without_cr(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  std::size_t max_line_bytes_;
  std::string partial_;
  bool skipping_ = false;
};

/// The parts of a line, as they stand there.
struct IrcLine {
  std::string_view tags;     ///< without '@'; values are escaped
  std::string_view prefix;   ///< without ':'; "nick!user@host" or a server
  std::string_view command;  ///< letters and digits
  std::string_view params;   ///< for next_param
};

/// Nothing when the line has no command of letters and digits. Any number of spaces stands between the parts. Copies nothing and
/// reads each byte about once.
[[nodiscard]] std::optional<IrcLine> parse_irc_line(std::string_view line);

/// Takes the next parameter off `params`; nothing at the end. What begins with ':' reaches to the end of the line.
std::optional<std::string_view> next_param(std::string_view& params);

/// "nick" of "nick!user@host"; empty where there is no '!'.
[[nodiscard]] std::string_view nick_of(std::string_view prefix);

/// Appends the value that `escaped` stands for: \: is ';', \s a space, \\ a backslash, \r and \n themselves; a backslash before any
/// other character, or at the end, is dropped.
void append_unescaped(std::string& out, std::string_view escaped);

/// The tags that say who wrote where and when. Absent is empty; of equal keys the last counts.
struct ChatTags {
  std::string_view badges;
  std::string_view id;
  std::string_view login;
  std::string_view msg_id;
  std::string_view room_id;
  std::string_view source_room_id;
  std::string_view tmi_sent_ts;
  std::string_view user_id;
};

/// Unescaped values: views of `tags`, or of `scratch` where one had to be changed.
[[nodiscard]] ChatTags read_chat_tags(std::string_view tags, std::string& scratch);

}  // namespace vieweratlas
