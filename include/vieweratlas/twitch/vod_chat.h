#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas {

/// What a recorded chat says of the whole. Empty text and empty optionals are not known; lengths are seconds.
struct VodChatHeader {
  std::string streamer_login;  ///< lower case
  std::string streamer_id;
  std::string streamer_name;  ///< as shown
  std::string video_id;
  std::optional<UtcTime> created_at;  ///< begin of the stream; offsets of comments count from it
  std::optional<double> start_s;      ///< of the part that was downloaded
  std::optional<double> end_s;
  std::optional<double> length_s;
  bool is_clip = false;  ///< offsets count from the begin of the clip, whose place in time is not told
};

/// One comment. All text is borrowed for the call.
struct VodComment {
  std::string_view id;
  std::string_view channel_id;
  std::string_view content_id;    ///< the recording's id
  std::string_view viewer_id;     ///< empty: not known
  std::string_view viewer_login;  ///< lower case; empty: not known, or no login
  std::string_view notice;        ///< kind of notice ("resub", "raid"); empty: an ordinary message
  std::optional<double> offset_s;
  std::optional<UtcTime> created_at;
  bool has_commenter = false;   ///< false: the account is gone
  bool is_broadcaster = false;  ///< wears the broadcaster's badge
};

class VodChatEvents {
 public:
  virtual ~VodChatEvents() = default;
  virtual void on_comment(const VodComment& comment) = 0;
};

/// Reads the chat of a recorded stream as TwitchDownloader writes it (JSON, versions of 2020 to 2026) from pieces cut anywhere, in
/// memory that does not grow with the file: texts, emotes and embedded pictures are crossed, never kept. UTF-8, UTF-16 and UTF-32
/// with byte-order marks, comments, trailing commas, numbers as text and fields in any order are read. `commenter.name` is the login,
/// `commenter._id` the user's id. Fields of other types than expected count as not known. Thread-compatible.
class VodChatParser {
 public:
  /// `events` must outlive it.
  explicit VodChatParser(VodChatEvents& events);
  VodChatParser(VodChatParser&&) noexcept;
  ~VodChatParser();

  /// Errors, all final, with the byte: corrupt_data (not JSON), limit_exceeded (nested too deeply). Comments that were whole have
  /// been told.
  [[nodiscard]] Status feed(std::string_view bytes);
  /// Errors: those of feed, corrupt_data (cut off; or no recorded chat: no object with "comments").
  [[nodiscard]] Status finish();

  /// What is known so far: comments may come before "streamer" and "video".
  [[nodiscard]] const VodChatHeader& header() const;
  /// Both "streamer" and "video" have been read.
  [[nodiscard]] bool header_is_whole() const;
  /// The list of comments has begun: this is a recorded chat.
  [[nodiscard]] bool has_comments() const;
  /// Elements of "comments" that are no objects.
  [[nodiscard]] std::uint64_t num_wrong_comments() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
