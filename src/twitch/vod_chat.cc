// From JSON's events to comments: a stack of the places that matter, and for each of them a table of the fields that are kept.

#include "vieweratlas/twitch/vod_chat.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "twitch/json_stream.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/core/unicode.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

using twitch_internal::JsonEvents;
using twitch_internal::JsonStream;

/// The objects and lists that are entered.
enum class Place : std::uint8_t {
  kTop,
  kRoot,
  kStreamer,
  kVideo,
  kComments,
  kComment,
  kCommenter,
  kMessage,
  kBadges,
  kBadge,
  kNotice,
  kElsewhere
};

/// What the value of a key is. Those before kFirstObject are texts and numbers.
enum class Field : std::uint8_t {
  kNone,
  kStreamerLogin,
  kStreamerName,
  kStreamerId,
  kVideoId,
  kVideoCreated,
  kVideoStart,
  kVideoEnd,
  kVideoLength,
  kCommentId,
  kCommentCreated,
  kChannelId,
  kContentId,
  kOffset,
  kViewerId,
  kViewerLogin,
  kBadgeId,
  kNoticeId,
  kFirstObject,
  kStreamer,
  kVideo,
  kClipper,
  kComments,
  kCommenter,
  kMessage,
  kBadges,
  kNotice
};

struct Known {
  std::string_view key;
  Place place;
  Field field;
};

constexpr Known kKnown[] = {
    {"streamer", Place::kRoot, Field::kStreamer},
    {"clipper", Place::kRoot, Field::kClipper},
    {"video", Place::kRoot, Field::kVideo},
    {"comments", Place::kRoot, Field::kComments},
    {"login", Place::kStreamer, Field::kStreamerLogin},
    {"name", Place::kStreamer, Field::kStreamerName},
    {"id", Place::kStreamer, Field::kStreamerId},
    {"id", Place::kVideo, Field::kVideoId},
    {"created_at", Place::kVideo, Field::kVideoCreated},
    {"start", Place::kVideo, Field::kVideoStart},
    {"end", Place::kVideo, Field::kVideoEnd},
    {"length", Place::kVideo, Field::kVideoLength},
    {"_id", Place::kComment, Field::kCommentId},
    {"created_at", Place::kComment, Field::kCommentCreated},
    {"channel_id", Place::kComment, Field::kChannelId},
    {"content_id", Place::kComment, Field::kContentId},
    {"content_offset_seconds", Place::kComment, Field::kOffset},
    {"commenter", Place::kComment, Field::kCommenter},
    {"message", Place::kComment, Field::kMessage},
    {"_id", Place::kCommenter, Field::kViewerId},
    {"name", Place::kCommenter, Field::kViewerLogin},
    {"user_badges", Place::kMessage, Field::kBadges},
    {"user_notice_params", Place::kMessage, Field::kNotice},
    {"_id", Place::kBadge, Field::kBadgeId},
    {"msg_id", Place::kNotice, Field::kNoticeId},
};

/// The object or list that stands for a field at a place; kElsewhere when it is not the one that belongs there.
Place object_of(Place place, Field field) {
  if (place == Place::kTop) return Place::kRoot;
  if (place == Place::kComments) return Place::kComment;
  if (place == Place::kBadges) return Place::kBadge;
  switch (field) {
    case Field::kStreamer: return Place::kStreamer;
    case Field::kVideo: return Place::kVideo;
    case Field::kCommenter: return Place::kCommenter;
    case Field::kMessage: return Place::kMessage;
    case Field::kNotice: return Place::kNotice;
    default: return Place::kElsewhere;
  }
}

Place list_of(Field field) {
  if (field == Field::kComments) return Place::kComments;
  if (field == Field::kBadges) return Place::kBadges;
  return Place::kElsewhere;
}

std::optional<double> number_of(std::string_view text) {
  text = trim(text);
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// Absent times are written as those of the year 1 by some versions.
std::optional<UtcTime> time_of(std::string_view text) {
  static const UtcTime kEarliest = std::chrono::sys_days(std::chrono::year(2005) / 1 / 1);
  static const UtcTime kLatest = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);
  const auto time = parse_time(trim(text));
  if (!time || *time < kEarliest || *time >= kLatest) return std::nullopt;
  return time;
}

/// Ids are opaque, but they are short and made of letters, digits and dashes.
bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text) {
    const bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    if (!fits) return false;
  }
  return true;
}

/// Memory of a comment; what VodComment's views show.
struct Draft {
  std::string id;
  std::string channel_id;
  std::string content_id;
  std::string viewer_id;
  std::string viewer_login;
  std::string notice;
  VodComment facts;
};

}  // namespace

class VodChatParser::Impl final : public JsonEvents {
 public:
  explicit Impl(VodChatEvents& events) : events_(events), stream_(*this) {}

  Status feed(std::string_view bytes) {
    const std::string_view text = decoder_.feed(bytes);
    return text.empty() ? Status() : stream_.feed(text);
  }

  Status finish() {
    if (Status status = stream_.feed(decoder_.finish()); !status) return status;
    if (Status status = stream_.finish(); !status) return status;
    if (!has_comments) return Error{ErrorCode::kCorruptData, "this is no recorded chat: it has no list \"comments\""};
    return {};
  }

  bool key(std::string_view name) override {
    field_ = Field::kNone;
    const Place place = places_.back();
    for (const Known& known : kKnown) {
      if (known.place == place && known.key == name) field_ = known.field;
    }
    return field_ != Field::kNone;
  }

  void begin_object() override {
    const Place place = object_of(places_.back(), field_);
    if (place == Place::kComment) draft_ = Draft();
    if (place == Place::kCommenter) draft_.facts.has_commenter = true;
    if (field_ == Field::kClipper && places_.back() == Place::kRoot) header.is_clip = true;
    enter(place);
  }

  void begin_array() override {
    const Place place = places_.back() == Place::kElsewhere ? Place::kElsewhere : list_of(field_);
    if (place == Place::kComments) has_comments = true;
    if (places_.back() == Place::kComments) ++num_wrong_comments;
    enter(place);
  }

  void end_object() override {
    const Place place = leave();
    if (place == Place::kComment) tell();
    if (place == Place::kStreamer) has_streamer = true;
    if (place == Place::kVideo) has_video = true;
  }

  void end_array() override { static_cast<void>(leave()); }

  void text(std::string_view value, bool is_whole) override {
    if (is_whole) {
      take(value);
    } else if (places_.back() == Place::kComments) {
      ++num_wrong_comments;
    }
  }

  void word(std::string_view value) override {
    if (places_.back() == Place::kComments) {
      ++num_wrong_comments;
    } else if (value != "null" && value != "true" && value != "false") {
      take(value);
    }
  }

  VodChatHeader header;
  std::uint64_t num_wrong_comments = 0;
  bool has_streamer = false;
  bool has_video = false;
  bool has_comments = false;

 private:
  void enter(Place place) {
    places_.push_back(place);
    field_ = Field::kNone;
  }

  Place leave() {
    const Place place = places_.back();
    places_.pop_back();
    field_ = Field::kNone;
    return place;
  }

  void take(std::string_view value) {
    switch (places_.back()) {
      case Place::kStreamer: return take_streamer(value);
      case Place::kVideo: return take_video(value);
      case Place::kComments: ++num_wrong_comments; return;
      case Place::kBadge:
        if (field_ == Field::kBadgeId && value == "broadcaster") draft_.facts.is_broadcaster = true;
        return;
      default: return take_comment(value);
    }
  }

  void take_streamer(std::string_view value) {
    if (field_ == Field::kStreamerId && is_id(value)) header.streamer_id = value;
    if (field_ == Field::kStreamerLogin && is_login(to_lower(value))) header.streamer_login = to_lower(value);
    if (field_ == Field::kStreamerName) header.streamer_name = value;
  }

  void take_video(std::string_view value) {
    if (field_ == Field::kVideoId && is_id(value)) header.video_id = value;
    if (field_ == Field::kVideoCreated) header.created_at = time_of(value);
    if (field_ == Field::kVideoStart) header.start_s = number_of(value);
    if (field_ == Field::kVideoEnd) header.end_s = number_of(value);
    if (field_ == Field::kVideoLength) header.length_s = number_of(value);
  }

  void take_comment(std::string_view value) {
    switch (field_) {
      case Field::kCommentId: take_id(draft_.id, value); return;
      case Field::kChannelId: take_id(draft_.channel_id, value); return;
      case Field::kContentId: take_id(draft_.content_id, value); return;
      case Field::kViewerId: take_id(draft_.viewer_id, value); return;
      case Field::kViewerLogin:
        draft_.viewer_login = to_lower(value);
        if (!is_login(draft_.viewer_login)) draft_.viewer_login.clear();
        return;
      case Field::kNoticeId: take_id(draft_.notice, value); return;
      case Field::kCommentCreated: draft_.facts.created_at = time_of(value); return;
      case Field::kOffset: draft_.facts.offset_s = number_of(value); return;
      default: return;
    }
  }

  static void take_id(std::string& id, std::string_view value) {
    if (is_id(value)) id = value;
  }

  void tell() {
    VodComment comment = draft_.facts;
    comment.id = draft_.id;
    comment.channel_id = draft_.channel_id;
    comment.content_id = draft_.content_id;
    comment.viewer_id = draft_.viewer_id;
    comment.viewer_login = draft_.viewer_login;
    comment.notice = draft_.notice;
    events_.on_comment(comment);
  }

  VodChatEvents& events_;
  Utf8Decoder decoder_;
  JsonStream stream_;
  std::vector<Place> places_{Place::kTop};
  Field field_ = Field::kNone;
  Draft draft_;
};

VodChatParser::VodChatParser(VodChatEvents& events) : impl_(std::make_unique<Impl>(events)) {}
VodChatParser::VodChatParser(VodChatParser&&) noexcept = default;
VodChatParser::~VodChatParser() = default;
Status VodChatParser::feed(std::string_view bytes) { return impl_->feed(bytes); }
Status VodChatParser::finish() { return impl_->finish(); }
const VodChatHeader& VodChatParser::header() const { return impl_->header; }
bool VodChatParser::header_is_whole() const { return impl_->has_streamer && impl_->has_video; }
bool VodChatParser::has_comments() const { return impl_->has_comments; }
std::uint64_t VodChatParser::num_wrong_comments() const { return impl_->num_wrong_comments; }

}  // namespace vieweratlas
