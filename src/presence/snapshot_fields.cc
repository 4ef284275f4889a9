#include "presence/snapshot_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "presence/file_name.h"
#include "presence/loss_log.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas::presence_internal {
namespace {

struct Spelling {
  std::string_view name;
  FieldName field;
};

constexpr std::array<Spelling, 28> kSpellings{{
    {"channel", {Field::kChannel, 0}},
    {"channel_login", {Field::kChannel, 1}},
    {"channel_id", {Field::kChannelId, 0}},
    {"display_name", {Field::kDisplayName, 0}},
    {"channel_display_name", {Field::kDisplayName, 1}},
    {"bucket_start_ts", {Field::kTime, 0}},
    {"timestamp", {Field::kTime, 1}},
    {"offset_s", {Field::kOffset, 0}},
    {"_offset_s", {Field::kOffset, 1}},
    {"content_id", {Field::kContentId, 0}},
    {"_content_id", {Field::kContentId, 1}},
    {"viewer_count", {Field::kViewerCount, 0}},
    {"viewers", {Field::kViewerCount, 1}},
    {"game_name", {Field::kGame, 0}},
    {"game", {Field::kGame, 1}},
    {"language", {Field::kLanguage, 0}},
    {"broadcaster_language", {Field::kLanguage, 1}},
    {"title", {Field::kTitle, 0}},
    {"started_at", {Field::kStartedAt, 0}},
    {"source", {Field::kSource, 0}},
    {"_source", {Field::kSource, 1}},
    {"chatters", {Field::kChatters, 0}},
    {"chatter", {Field::kChatter, 0}},
    {"username", {Field::kChatter, 1}},
    {"logins", {Field::kLogins, 0}},
    {"messages", {Field::kMessages, 0}},
    {"record", {Field::kRecord, 0}},
    {"seconds_observed", {Field::kSecondsObserved, 0}},
}};

constexpr std::size_t kMaxChannelBytes = 64;              // Twitch allows 25, YouTube handles 30; more is no name
constexpr std::size_t kMaxTextBytes = 512;                // Twitch titles have at most 140 characters of at most 4 bytes
constexpr std::uint64_t kMaxViewerCount = 1'000'000'000;  // ten times the largest audience ever claimed for a stream

/// A time outside of these is a slip (seconds for milliseconds, year 1): it would blow up windows and coverage.
const UtcTime kEarliest = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
const UtcTime kLatest = std::chrono::sys_days(std::chrono::year(2100) / 1 / 1);

using Kind = RawValue::Kind;

/// Cleans text from outside: valid UTF-8 without control characters, trimmed, at most kMaxTextBytes.
std::string clean_text(std::string_view text) {
  text = trim(text);
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  std::string clean = plain ? std::string(text) : sanitise_utf8(text.substr(0, 4 * kMaxTextBytes));
  if (!plain) {
    std::replace_if(clean.begin(), clean.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  }
  if (clean.size() > kMaxTextBytes) {
    std::size_t end = kMaxTextBytes;
    while ((static_cast<unsigned char>(clean[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
    clean.resize(end);
  }
  return clean;
}

class Interpreter {
 public:
  Interpreter(const RawFields& raw, Place place, LossLog& losses) : raw_(raw), place_(place), losses_(losses) {}

  /// Fills login and display name; false when the snapshot has no usable channel.
  bool channel(const FileName& file_name, SnapshotFacts& facts) {
    const RawValue& value = raw_[Field::kChannel];
    std::string_view name = trim(value.kind == Kind::kOther ? std::string_view() : value.text);
    if (name.empty() && value.kind != Kind::kOther) name = file_name.channel;
    if (name.starts_with('#')) name.remove_prefix(1);  // as IRC writes channels
    if (name.empty()) {
      if (value.kind == Kind::kOther) {
        losses_.add(reason::kWrongChannel, place_, "the channel is no text");
      } else {
        losses_.add(reason::kMissingChannel, place_, "neither a field \"channel\" nor the file's name says which channel this is");
      }
      return false;
    }
    if (!is_channel_name(name)) {
      losses_.add(reason::kWrongChannel, place_, "this is no name of a channel", name);
      return false;
    }
    facts.channel = to_lower(name);
    if (facts.channel != name) facts.display_name = name;
    if (std::string shown = text(Field::kDisplayName, "display_name"); !shown.empty()) facts.display_name = std::move(shown);
    return true;
  }

  std::string text(Field field, std::string_view field_name) {
    const RawValue& value = raw_[field];
    if (value.kind == Kind::kOther) {
      losses_.add(reason::kWrongText, place_, std::string(field_name) + " is no text", value.text);
      return {};
    }
    return clean_text(value.text);
  }

  std::optional<std::uint64_t> viewer_count() {
    const RawValue& value = raw_[Field::kViewerCount];
    const std::string_view digits = trim(value.text);
    if (value.kind == Kind::kAbsent || (value.kind != Kind::kOther && digits.empty())) return std::nullopt;
    double number = -1;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = problem == std::errc() && end == digits.data() + digits.size();
    if (value.kind == Kind::kOther || !whole || !(number >= 0) || number > static_cast<double>(kMaxViewerCount)) {
      losses_.add(reason::kWrongViewerCount, place_, "viewer_count is no plausible number", value.text);
      return std::nullopt;
    }
    return static_cast<std::uint64_t>(number);
  }

  /// Nothing hangs on it but the report: what is no plausible number is not told.
  std::optional<std::uint32_t> seconds_observed() {
    const std::string_view digits = trim(raw_[Field::kSecondsObserved].text);
    constexpr std::uint32_t kMaxSeconds = 400U * 24 * 3600;
    std::uint32_t seconds = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (problem != std::errc() || end != digits.data() + digits.size() || seconds > kMaxSeconds) return std::nullopt;
    return seconds;
  }

  /// The moment of the snapshot: its own field, else start of the stream + offset, else the file's name.
  std::optional<UtcTime> time(const FileName& file_name) {
    bool wrong = false;
    if (raw_.has(Field::kTime)) {
      const RawValue& value = raw_[Field::kTime];
      if (const auto time = plausible_time(value)) return time;
      wrong = value.kind == Kind::kOther || !trim(value.text).empty();
      if (wrong) losses_.add(reason::kWrongTime, place_, "this is no time between the years 2000 and 2100", value.text);
    }
    if (const auto start = plausible_time(raw_[Field::kStartedAt])) {
      if (const auto seconds = offset()) return *start + *seconds;
    }
    if (file_name.time && is_plausible(*file_name.time)) return file_name.time;
    if (!wrong) losses_.add(reason::kMissingTime, place_, "neither a field \"timestamp\" nor the file's name says when this was");
    return std::nullopt;
  }

  /// Two minutes of recordings may carry one timestamp (that of the download): content and offset tell them apart.
  std::uint64_t content() {
    const std::string_view id = raw_[Field::kContentId].text;
    const std::string_view offset_text = raw_[Field::kOffset].text;
    if (id.empty() && offset_text.empty()) return 0;
    return digest_of(std::string(id) + '\n' + std::string(offset_text)).low;
  }

 private:
  static bool is_channel_name(std::string_view name) {
    if (name.size() > kMaxChannelBytes || !is_utf8(name)) return false;
    static constexpr std::string_view kForbidden = "/\\\"<>|,;";  // of paths, markup and tables
    return std::none_of(name.begin(), name.end(), [](char c) {
      return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || kForbidden.find(c) != std::string_view::npos;
    });
  }

  static bool is_plausible(UtcTime time) { return time >= kEarliest && time < kLatest; }

  static std::optional<UtcTime> plausible_time(const RawValue& value) {
    if (value.kind == Kind::kAbsent || value.kind == Kind::kOther) return std::nullopt;
    std::string_view text = trim(value.text);
    // Unix seconds with a fraction.
    if (text.size() > 9 && text.find_first_not_of("0123456789.") == std::string_view::npos) text = text.substr(0, text.find('.'));
    const auto time = parse_time(text);
    if (!time || !is_plausible(*time)) return std::nullopt;
    return time;
  }

  std::optional<std::chrono::seconds> offset() const {
    const std::string_view digits = trim(raw_[Field::kOffset].text);
    double seconds = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    constexpr double kMaxOffset = 30.0 * 24 * 3600;  // no stream runs for longer
    if (problem != std::errc() || end != digits.data() + digits.size() || !(seconds >= 0) || seconds > kMaxOffset) return std::nullopt;
    return std::chrono::seconds(static_cast<std::int64_t>(seconds));
  }

  const RawFields& raw_;
  Place place_;
  LossLog& losses_;
};

/// "Unknown" is what older collectors wrote for no answer.
std::string unless_unknown(std::string text) { return equals_ignoring_case(text, "unknown") ? std::string() : std::move(text); }

}  // namespace

std::optional<FieldName> field_of(std::string_view name) {
  const auto known = std::find_if(kSpellings.begin(), kSpellings.end(), [&](const Spelling& spelling) { return spelling.name == name; });
  if (known != kSpellings.end()) return known->field;
  for (const Spelling& spelling : kSpellings) {
    if (equals_ignoring_case(spelling.name, name)) return spelling.field;
  }
  return std::nullopt;
}

void RawFields::set(FieldName name, RawValue::Kind kind, std::string_view text) {
  RawValue& value = values_[static_cast<std::size_t>(name.field)];
  const bool says_nothing = kind != Kind::kOther && text.empty();
  const bool is_better = value.kind == Kind::kAbsent || (!says_nothing && (value.text.empty() || name.rank <= value.rank));
  if (is_better) value = {.kind = kind, .rank = name.rank, .text = text};
}

std::optional<SnapshotFacts> interpret(const RawFields& raw, Carrier carrier, const FileName& file_name, Place place, LossLog& losses) {
  Interpreter fields(raw, place, losses);
  SnapshotFacts facts;
  if (!fields.channel(file_name, facts)) return std::nullopt;
  const auto time = fields.time(file_name);
  if (!time) return std::nullopt;
  facts.time_s = time->time_since_epoch().count();
  facts.channel_id = fields.text(Field::kChannelId, "channel_id");
  facts.source = to_lower(fields.text(Field::kSource, "source"));
  if (facts.source.empty() && carrier == Carrier::kJson) facts.source = "live";
  facts.content = fields.content();
  facts.seconds_observed = fields.seconds_observed();
  facts.language = to_lower(unless_unknown(fields.text(Field::kLanguage, "language")));
  facts.title = fields.text(Field::kTitle, "title");
  // Recordings are counted in buckets of a minute: their "viewer_count" is the bucket's size, their game a placeholder.
  if (facts.source != "vod") {
    facts.game = unless_unknown(fields.text(Field::kGame, "game"));
    facts.viewer_count = fields.viewer_count();
  }
  return facts;
}

}  // namespace vieweratlas::presence_internal
