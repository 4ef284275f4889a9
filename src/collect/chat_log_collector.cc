#include "vieweratlas/collect/chat_log_collector.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "collect/seen_ids.h"

#include "vieweratlas/collect/snapshot_importer.h"
#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/core/unicode.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/twitch/chat_log.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using collect_internal::SeenIds;

/// A digest of content that comes in pieces of any size: blocks of one size are digested, each together with the digest before it.
class ContentDigest {
 public:
  void add(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, kBlock - block_.size());
      block_ += part;
      bytes.remove_prefix(part.size());
      if (block_.size() == kBlock) close();
    }
  }
  [[nodiscard]] std::string finish() {
    close();
    return to_string(digest_).substr(std::string_view("xxh3-128:").size(), 16);
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 20U;
  void close() {
    digest_ = digest_of(to_string(digest_) + block_);
    block_.clear();
  }

  std::string block_;
  Digest digest_;
};

class Teller final : public ChatLogEvents {
 public:
  explicit Teller(PresenceSink& sink) : sink_(sink) {}
  void on_sighting(const Sighting& sighting) override {
    if (!sighting.message_id.empty() && !seen_.add(digest_of(sighting.message_id).low)) return sink_.lost(sighting.channel, "duplicate", 1);
    sink_.see(sighting);
  }
  void on_loss(std::string_view channel, std::string_view reason) override { sink_.lost(channel, reason, 1); }

 private:
  PresenceSink& sink_;
  SeenIds seen_;
};

/// "2026-01-05" anywhere in `text`.
std::optional<UtcTime> date_within(std::string_view text) {
  constexpr std::size_t kLength = 10;
  for (std::size_t at = 0; at + kLength <= text.size(); ++at) {
    const std::string_view part = text.substr(at, kLength);
    if (part[4] != '-' || part[7] != '-') continue;
    if (const auto time = parse_time(part)) return time;
  }
  return std::nullopt;
}

std::optional<unsigned> number_of(const std::string& text) {
  unsigned number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Three folders in a row that are year, month and day.
std::optional<UtcTime> date_of_folders(const std::vector<std::string>& parts) {
  for (std::size_t i = 0; i + 2 < parts.size(); ++i) {
    const auto year = number_of(parts[i]);
    const auto month = number_of(parts[i + 1]);
    const auto day = number_of(parts[i + 2]);
    if (!year || !month || !day || *year < 2000 || *year > 2100) continue;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month), std::chrono::day(*day)};
    if (date.ok()) return UtcTime(std::chrono::sys_days(date));
  }
  return std::nullopt;
}

std::vector<std::string> parts_of(const fs::path& path) {
  std::vector<std::string> parts;
  std::transform(path.begin(), path.end(), std::back_inserter(parts), [](const fs::path& part) { return part.string(); });
  return parts;
}

/// Snapshots and other documents begin like a recorded chat; one of its parts must be there.
bool is_head_of_vod_chat(std::string_view head) {
  constexpr std::array<std::string_view, 4> kParts{"\"comments\"", "\"streamer\"", "\"FileInfo\"", "\"embeddedData\""};
  return std::any_of(kParts.begin(), kParts.end(), [&](std::string_view part) { return head.find(part) != std::string_view::npos; });
}

std::optional<UtcTime> modified(const fs::path& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return UtcTime(std::chrono::seconds(facts.st_mtim.tv_sec));
}

}  // namespace

std::string channel_of_log_path(const fs::path& path) {
  const std::vector<std::string> parts = parts_of(path);
  for (const std::string& part : parts) {
    constexpr std::string_view kPrefix = "channel=";
    if (part.starts_with(kPrefix) && is_login(to_lower(part.substr(kPrefix.size())))) return to_lower(part.substr(kPrefix.size()));
  }
  // Chatterino: "Channels/lumen/lumen-2026-01-05.log".
  std::string name = to_lower(path.filename().string());
  const std::size_t end = name.rfind(".log");
  constexpr std::size_t kDateBytes = 11;  // with the dash before it
  if (end == std::string::npos || end <= kDateBytes || !date_within(name.substr(end - kDateBytes + 1, kDateBytes - 1))) return {};
  name.resize(end - kDateBytes);
  return is_login(name) ? name : std::string();
}

std::optional<UtcTime> date_of_log_path(const fs::path& path) {
  if (const auto date = date_within(path.filename().string())) return date;
  const std::vector<std::string> parts = parts_of(path);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (const auto date = date_within(*part)) return date;
  }
  return date_of_folders(parts);
}

Status ChatLogCollector::collect(PresenceSink& sink, std::stop_token stop) {
  auto source = open_byte_source(file_.path);
  if (!source) return std::move(source).error();
  const std::string where = printable(file_.path.string(), 400);
  const auto date = date_of_log_path(file_.path);
  Teller teller(sink);
  ChatLogParser parser({.channel = file_.channel.empty() ? channel_of_log_path(file_.path) : to_lower(file_.channel),
                        .date = date,
                        .time = date ? date : modified(file_.path),
                        .utc_offset = file_.utc_offset},
                       teller);
  ContentDigest digest;
  Status damage;
  for (;;) {
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "reading " + where + ": stopped"};
    const auto piece = (*source)->next();
    if (!piece) damage = Error(piece.error()).with_context(where);
    if (!piece || piece->empty()) break;
    digest.add(*piece);
    if (Status status = parser.feed(*piece); !status) return std::move(status).error().with_context(where);
  }
  Status status = parser.finish();
  digest_ = digest.finish();
  format_ = parser.format();
  if (!damage) return damage;
  return status.ok() ? Status() : Status(std::move(status).error().with_context(where));
}

Result<ImportReport> import_chat_log(const ChatLogFile& file, bool keep_damaged, const ImportOptions& options, const ViewerKey& viewers,
                                     const ForgottenList& forgotten, const std::stop_token& stop) {
  ChatLogCollector collector(file);
  SnapshotImporter importer(options, viewers, forgotten);
  const Status status = collector.collect(importer, stop);
  const bool may_keep = keep_damaged && collector.format() != ChatLogFormat::kUnknown;
  if (!status && !may_keep) return status.error();
  if (!status) importer.lost({}, "truncated_file", 1);
  // Only raw lines tell which messages were mirrored from another channel's chat.
  // The day is what a retention goes by.
  const std::string day = format_compact(importer.last_piece().value_or(UtcTime{})).substr(0, 8);
  auto report = importer.write({.key = "raw/log_snapshots/" + day + "_" + collector.content_digest() + ".ndjson.zst",
                                .source = "log",
                                .shared_chat_unfiltered = collector.format() != ChatLogFormat::kIrc});
  if (report.ok() && !status) report->problem = status.error().message;
  return report;
}

Result<ImportKind> import_kind_of(const fs::path& path) {
  auto source = open_byte_source(path);
  if (!source) return std::move(source).error();
  constexpr std::size_t kEnough = 65'536;
  std::string head;
  Utf8Decoder decoder;
  while (head.size() < kEnough) {
    const auto piece = (*source)->next();
    if (!piece || piece->empty()) break;  // damage: import says more
    head += decoder.feed(*piece);
  }
  head += decoder.finish();
  std::string_view rest = head;
  while (!rest.empty()) {
    const std::size_t newline = rest.find('\n');
    const std::string_view line = trim(rest.substr(0, newline));
    rest.remove_prefix(newline == std::string_view::npos ? rest.size() : newline + 1);
    if (line.empty() || line.starts_with("//")) continue;
    if (line.starts_with('{') || line.starts_with("/*")) return is_head_of_vod_chat(head) ? ImportKind::kVodChat : ImportKind::kUnknown;
    return chat_log_format_of(line) == ChatLogFormat::kUnknown ? ImportKind::kUnknown : ImportKind::kChatLog;
  }
  return ImportKind::kUnknown;
}

}  // namespace vieweratlas
