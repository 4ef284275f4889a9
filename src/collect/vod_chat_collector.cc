// Two looks at a file: the first finds channel, id and begin (which old versions write behind the comments), the second tells who wrote.

#include "vieweratlas/collect/vod_chat_collector.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "collect/seen_ids.h"

#include "vieweratlas/collect/snapshot_importer.h"
#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/twitch/irc_session.h"
#include "vieweratlas/twitch/vod_chat.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using collect_internal::SeenIds;

constexpr double kLongestOffsetS = 30.0 * 24 * 3600;  // no stream runs for longer
/// The platform's accounts in whose name anonymous gifts and cheers appear.
constexpr std::array<std::string_view, 2> kAnonymousAccounts{"274598607", "407665396"};
/// Notices that only somebody in the room can cause; of others (raids, gifts received) the sender may be elsewhere.
constexpr std::array<std::string_view, 16> kPresentNotices{"announcement",
                                                           "bitsbadgetier",
                                                           "communitypayforward",
                                                           "giftpaidupgrade",
                                                           "highlighted-message",
                                                           "primepaidupgrade",
                                                           "resub",
                                                           "rewardgift",
                                                           "ritual",
                                                           "standardpayforward",
                                                           "sub",
                                                           "subgift",
                                                           "submysterygift",
                                                           "user-intro",
                                                           "viewermilestone",
                                                           "watch-streak"};

bool may_count(double offset_s) { return offset_s >= 0 && offset_s <= kLongestOffsetS; }

/// The value of the last folder "NAME=value" of a path.
std::string folder_value(const fs::path& path, std::string_view name) {
  std::string found;
  for (const fs::path& part : path) {
    const std::string text = part.string();
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=') found = text.substr(name.size() + 1);
  }
  return found;
}

std::string login_or_nothing(std::string_view text) {
  std::string login = to_lower(trim(text));
  return is_login(login) ? login : std::string();
}

/// What comments say where the header is silent.
class Finder final : public VodChatEvents {
 public:
  void on_comment(const VodComment& comment) override {
    ++num_comments;
    if (channel_id.empty()) channel_id = comment.channel_id;
    if (content_id.empty()) content_id = comment.content_id;
    if (!origin && comment.created_at && comment.offset_s && may_count(*comment.offset_s)) {
      origin = *comment.created_at - std::chrono::seconds(std::llround(*comment.offset_s));
    }
    const bool owns = comment.is_broadcaster || (!channel_id.empty() && comment.viewer_id == channel_id);
    if (broadcaster.empty() && owns) broadcaster = comment.viewer_login;
  }

  std::uint64_t num_comments = 0;
  std::string channel_id;
  std::string content_id;
  std::string broadcaster;
  std::optional<UtcTime> origin;
};

/// A bomb and an endless nesting are damage of the file, no shortage of this machine.
Error in_file(Error error, const std::string& where) {
  if (error.code == ErrorCode::kLimitExceeded) error.code = ErrorCode::kCorruptData;
  return std::move(error).with_context(where);
}

/// Feeds the file to the parser until its end or until `enough`.
template <typename Enough>
Status read(const fs::path& path, VodChatParser& parser, const std::stop_token& stop, const Enough& enough) {
  auto source = open_byte_source(path);
  if (!source) return std::move(source).error();
  const std::string where = printable(path.string(), 400);
  for (;;) {
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "reading " + where + ": stopped"};
    const auto piece = (*source)->next();
    if (!piece) return in_file(piece.error(), where);
    Status status = piece->empty() ? parser.finish() : parser.feed(*piece);
    if (!status) return in_file(status.error(), where);
    if (piece->empty() || enough()) return {};
  }
}

class Teller final : public VodChatEvents {
 public:
  Teller(PresenceSink& sink, const ChannelFacts& facts, UtcTime origin) : sink_(sink), facts_(facts), origin_(origin) {}

  void on_comment(const VodComment& comment) override {
    const std::string_view reason = reason_against(comment);
    if (!reason.empty()) return sink_.lost(facts_.channel, reason, 1);
    const auto time = time_of(comment);
    if (!time) return sink_.lost(facts_.channel, "wrong_time", 1);
    if (!comment.id.empty() && !seen_.add(digest_of(comment.id).low)) return sink_.lost(facts_.channel, "duplicate", 1);
    first_ = std::min(first_.value_or(*time), *time);
    last_ = std::max(last_.value_or(*time), *time);
    sink_.see({.channel = facts_.channel,
               .channel_id = facts_.channel_id,
               .viewer_id = comment.viewer_id,
               .viewer_login = comment.viewer_login,
               .message_id = comment.id,
               .time = *time,
               .kind = comment.notice.empty() ? SightingKind::kMessage : SightingKind::kNotice});
  }

  [[nodiscard]] std::optional<UtcMillis> first() const { return first_; }
  [[nodiscard]] std::optional<UtcMillis> last() const { return last_; }

 private:
  [[nodiscard]] std::string_view reason_against(const VodComment& comment) const {
    if (!comment.has_commenter) return "no_commenter";
    if (comment.viewer_id.empty() && comment.viewer_login.empty()) return "no_user_id";
    const auto is_the = [&](std::string_view id) { return !id.empty() && comment.viewer_id == id; };
    if (std::any_of(kAnonymousAccounts.begin(), kAnonymousAccounts.end(), is_the)) return "anonymous_gifter";
    if (comment.is_broadcaster || is_the(facts_.channel_id) || comment.viewer_login == facts_.channel) return "broadcaster";
    if (comment.notice == "sharedchatnotice") return "mirror";
    if (!comment.notice.empty() && !std::binary_search(kPresentNotices.begin(), kPresentNotices.end(), comment.notice))
      return "not_present";
    return {};
  }

  [[nodiscard]] std::optional<UtcMillis> time_of(const VodComment& comment) const {
    if (comment.offset_s && may_count(*comment.offset_s)) {
      return origin_ + std::chrono::milliseconds(static_cast<std::int64_t>(*comment.offset_s * 1000));
    }
    if (comment.created_at) return *comment.created_at;
    return std::nullopt;
  }

  PresenceSink& sink_;
  const ChannelFacts& facts_;
  UtcTime origin_;
  SeenIds seen_;
  std::optional<UtcMillis> first_;
  std::optional<UtcMillis> last_;
};

}  // namespace

Result<std::unique_ptr<VodChatCollector>> VodChatCollector::open(const VodChatFile& file, const std::stop_token& stop) {
  Finder finder;
  VodChatParser parser(finder);
  const VodChatHeader& header = parser.header();
  const auto known_channel = [&] {
    if (std::string login = login_or_nothing(file.channel); !login.empty()) return login;
    if (!header.streamer_login.empty()) return header.streamer_login;
    if (std::string login = login_or_nothing(header.streamer_name); !login.empty()) return login;
    return login_or_nothing(folder_value(file.path, "channel"));
  };
  const auto enough = [&] {
    if (!parser.has_comments() || known_channel().empty()) return false;
    const bool has_origin = (header.created_at && !header.is_clip) || finder.origin;
    return parser.header_is_whole() && has_origin && (!header.video_id.empty() || finder.num_comments > 0);
  };
  Status status = read(file.path, parser, stop, enough);
  const std::string where = printable(file.path.string(), 400);
  // A file that is cut off may hold enough to go on with; collect() will meet its end again and say so.
  if (!status && (status.error().code != ErrorCode::kCorruptData || finder.num_comments == 0)) return std::move(status).error();

  auto collector = std::unique_ptr<VodChatCollector>(new VodChatCollector());
  collector->path_ = file.path;
  collector->facts_.channel = known_channel();
  if (collector->facts_.channel.empty()) collector->facts_.channel = finder.broadcaster;
  if (collector->facts_.channel.empty()) {
    return Error{ErrorCode::kCorruptData, where +
                                              ": neither the file nor its folder says which channel this is; put it below a folder "
                                              "channel=LOGIN or name it with --channel"};
  }
  collector->facts_.channel_id = header.streamer_id.empty() ? finder.channel_id : header.streamer_id;
  const auto origin = header.created_at && !header.is_clip ? header.created_at : finder.origin;
  if (!origin) return Error{ErrorCode::kCorruptData, where + ": neither the recording nor its comments say when it was"};
  collector->origin_ = *origin;
  collector->take(header);
  if (Status status_of_id = collector->name(file, header.video_id.empty() ? finder.content_id : header.video_id); !status_of_id) {
    return std::move(status_of_id).error();
  }
  return collector;
}

void VodChatCollector::take(const VodChatHeader& header) {
  // A name that is not the login's own spelling would be that of somebody who was renamed.
  if (equals_ignoring_case(header.streamer_name, facts_.channel)) facts_.display_name = header.streamer_name;
  if (header.is_clip) return;
  begin_s_ = header.start_s;
  end_s_ = header.end_s ? header.end_s : header.length_s;
}

Status VodChatCollector::name(const VodChatFile& file, const std::string& told) {
  if (!file.vod_id.empty() && !told.empty() && told != file.vod_id) {
    return Error{ErrorCode::kInvalidArgument, printable(path_.string(), 400) + ": this is recording " + told + ", not " +
                                                  printable(file.vod_id, 80) + "; put it into the folder of its own id"};
  }
  vod_id_ = !file.vod_id.empty() ? file.vod_id : told;
  if (vod_id_.empty()) vod_id_ = folder_value(file.path, "vod_id");
  if (!is_vod_id(vod_id_)) vod_id_ = format_compact(origin_);
  return {};
}

std::string VodChatCollector::key() const { return "raw/vod_snapshots/channel=" + facts_.channel + "/vod_id=" + vod_id_ + ".ndjson.zst"; }

Status VodChatCollector::collect(PresenceSink& sink, std::stop_token stop) {
  sink.facts(facts_, origin_);
  Teller teller(sink, facts_, origin_);
  VodChatParser parser(teller);
  Status status = read(path_, parser, stop, [] { return false; });
  sink.lost(facts_.channel, "wrong_comment", parser.num_wrong_comments());
  const auto at = [&](double seconds) { return origin_ + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)); };
  const bool is_told = status.ok() && end_s_ && may_count(*end_s_) && *end_s_ > 0;
  // What was listened to is the recording; of a damaged one only what lies between two comments is known to be there.
  std::optional<UtcMillis> begin = teller.first();
  std::optional<UtcMillis> end = teller.last();
  if (is_told) {
    begin = begin_s_ && may_count(*begin_s_) ? at(*begin_s_) : UtcMillis(origin_);
    end = std::max<UtcMillis>(at(*end_s_), end.value_or(UtcMillis::min()));
  }
  if (begin && end) sink.observed(facts_.channel, *begin, *end);
  return status;
}

Result<ImportReport> import_vod_chat(const VodChatFile& file, bool keep_damaged, const ImportOptions& options, const ViewerKey& viewers,
                                     const ForgottenList& forgotten, const std::stop_token& stop) {
  auto collector = VodChatCollector::open(file, stop);
  if (!collector) return std::move(collector).error();
  SnapshotImporter importer(options, viewers, forgotten);
  importer.set_origin((*collector)->origin());
  const Status status = (*collector)->collect(importer, stop);
  if (!status && (!keep_damaged || status.error().code == ErrorCode::kCancelled)) return status.error();
  if (!status) importer.lost((*collector)->channel(), "truncated_file", 1);
  auto report = importer.write({.key = (*collector)->key(),
                                .source = "vod",
                                .content_id = (*collector)->vod_id(),
                                .origin = (*collector)->origin(),
                                .shared_chat_unfiltered = true});
  if (report.ok() && !status) report->problem = status.error().message;
  return report;
}

}  // namespace vieweratlas
