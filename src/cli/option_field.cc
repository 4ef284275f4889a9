#include "cli/option_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/option.h"
#include "cli/option_text.h"
#include "cli/settings.h"
#include "cli/store_choice.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/community/detect.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/graph/weights.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/pipeline/presence_source.h"
#include "vieweratlas/render/poster.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas {
namespace {

template <typename T>
using Choices = std::span<const std::pair<std::string_view, T>>;

constexpr std::array<std::pair<std::string_view, CommunityAlgorithm>, 3> kAlgorithms{{
    {"leiden", CommunityAlgorithm::kLeiden},
    {"louvain", CommunityAlgorithm::kLouvain},
    {"greedy", CommunityAlgorithm::kGreedy},
}};
constexpr std::array<std::pair<std::string_view, std::optional<EdgeWeight>>, 6> kWeights{{
    {"auto", std::nullopt},
    {"shared", EdgeWeight::kShared},
    {"newman", EdgeWeight::kNewman},
    {"cosine", EdgeWeight::kCosine},
    {"jaccard", EdgeWeight::kJaccard},
    {"association", EdgeWeight::kAssociation},
}};
constexpr std::array<std::pair<std::string_view, Theme>, 2> kThemes{{{"dark", Theme::kDark}, {"light", Theme::kLight}}};
// "warn" and "critical" are further names of Python's logging, which older configuration files use.
constexpr std::array<std::pair<std::string_view, LogLevel>, 6> kLevels{{
    {"debug", LogLevel::kDebug},
    {"info", LogLevel::kInfo},
    {"warning", LogLevel::kWarning},
    {"error", LogLevel::kError},
    {"warn", LogLevel::kWarning},
    {"critical", LogLevel::kError},
}};
constexpr std::array<std::pair<std::string_view, ColorChoice>, 3> kColors{
    {{"auto", ColorChoice::kAuto}, {"always", ColorChoice::kAlways}, {"never", ColorChoice::kNever}}};
constexpr std::array<std::pair<std::string_view, StoreKind>, 3> kStoreKinds{
    {{"file", StoreKind::kFile}, {"s3", StoreKind::kS3}, {"sqlite", StoreKind::kSqlite}}};
constexpr std::array<std::pair<std::string_view, S3Addressing>, 3> kAddressings{
    {{"auto", S3Addressing::kAuto}, {"path", S3Addressing::kPath}, {"virtual", S3Addressing::kVirtualHost}}};
constexpr std::array<std::pair<std::string_view, S3Encryption>, 3> kEncryptions{
    {{"aes256", S3Encryption::kAes256}, {"kms", S3Encryption::kKms}, {"none", S3Encryption::kNone}}};
constexpr std::array<std::pair<std::string_view, ChatMode>, 2> kChatModes{
    {{"account", ChatMode::kAccount}, {"anonymous", ChatMode::kAnonymous}}};
constexpr std::array<std::pair<std::string_view, RoundFormat>, 3> kRoundFormats{
    {{"ndjson.zst", RoundFormat::kNdjsonZst}, {"json", RoundFormat::kJson}, {"csv", RoundFormat::kCsv}}};
constexpr std::array<std::pair<std::string_view, CuratedPolicy>, 3> kPolicies{
    {{"auto", CuratedPolicy::kAuto}, {"off", CuratedPolicy::kOff}, {"only", CuratedPolicy::kOnly}}};
// The words for truth of YAML 1.1, which older files may use, and the digits that environments use.
constexpr std::array<std::pair<std::string_view, bool>, 8> kBools{
    {{"true", true}, {"false", false}, {"yes", true}, {"no", false}, {"on", true}, {"off", false}, {"1", true}, {"0", false}}};

Error wrong(const Option& option, std::string_view expected, std::string_view written) {
  return Error{ErrorCode::kInvalidArgument, fmt::format("{} must be {}, not \"{}\"", option.key, expected, printable(written, 80))};
}

/// The one item of a value that is no list.
Result<std::string_view> single(const Option& option, const RawValue& raw) {
  if (raw.is_list || raw.items.size() != 1) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("{} takes one value, not a list", option.key)};
  }
  return trim(raw.items.front());
}

template <typename T>
Status parse_choice(const Option& option, const RawValue& raw, Choices<T> choices, T& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  for (const auto& [name, value] : choices) {
    if (!equals_ignoring_case(name, *text)) continue;
    out = value;
    return {};
  }
  return wrong(option, option.field.is_switch ? "true or false" : option.field.kind, *text);
}

template <typename T>
std::string print_choice(Choices<T> choices, T value) {
  const auto found = std::find_if(choices.begin(), choices.end(), [&](const auto& choice) { return choice.second == value; });
  VA_CHECK(found != choices.end());
  return std::string(found->first);
}

template <typename T>
Status parse_integer(const Option& option, const RawValue& raw, T& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  // 010 is eight in YAML 1.1 and ten to most readers: refused rather than guessed.
  if (text->size() > 1 && text->front() == '0' && text->find_first_not_of("0123456789") == std::string_view::npos) {
    return wrong(option, "a whole number without leading zeros (they would mean base 8 to some programs)", *text);
  }
  T value = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
  const bool complete = problem == std::errc() && end == text->data() + text->size();
  if (!complete || static_cast<double>(value) < option.min || static_cast<double>(value) > option.max) {
    std::string expected = "a " + value_text(option);
    if (complete && static_cast<double>(value) < option.min && !option.min_reason.empty())
      expected += fmt::format(" ({})", option.min_reason);
    return wrong(option, expected, *text);
  }
  out = value;
  return {};
}

Result<double> number_in(const Option& option, std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool complete = problem == std::errc() && end == text.data() + text.size();
  if (!complete || !std::isfinite(value) || value < option.min || value > option.max) return wrong(option, "a " + value_text(option), text);
  return value;
}

std::vector<std::string> list_items(const RawValue& raw) {
  if (raw.is_list || raw.items.size() != 1) return raw.items;
  std::vector<std::string> items;
  for (const std::string_view item : split(raw.items.front(), ',')) {
    if (!trim(item).empty()) items.emplace_back(trim(item));
  }
  return items;
}

}  // namespace

Status parse_field(const Option& option, const RawValue& raw, bool& out) { return parse_choice<bool>(option, raw, kBools, out); }
Status parse_field(const Option& option, const RawValue& raw, std::uint32_t& out) { return parse_integer(option, raw, out); }
Status parse_field(const Option& option, const RawValue& raw, std::uint64_t& out) { return parse_integer(option, raw, out); }

Status parse_field(const Option& option, const RawValue& raw, double& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  const Result<double> value = number_in(option, *text);
  if (!value) return value.error();
  out = *value;
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, std::string& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  out = *text;
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, std::filesystem::path& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  out = *text == "none" ? std::filesystem::path() : std::filesystem::path(*text);
  return {};
}

Status parse_field(const Option& /*option*/, const RawValue& raw, std::vector<std::string>& out) {
  out = list_items(raw);
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, std::optional<UtcTime>& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  if (text->empty()) {
    out.reset();
    return {};
  }
  const std::optional<UtcTime> time = parse_time(*text);
  if (!time) return wrong(option, "a time such as 2026-11-22 or 2026-11-22T10:00:00Z", *text);
  out = time;
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, std::optional<std::chrono::seconds>& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  if (text->empty()) {
    out.reset();
    return {};
  }
  const Result<std::chrono::seconds> length = parse_duration(*text);
  if (!length) return wrong(option, "a length of time such as 36h, 30d or 2w", *text);
  out = *length;
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, PresetName& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  const auto all = presets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Preset& preset) { return preset.name == *text; });
  if (found == all.end()) return wrong(option, option.field.kind, *text);
  out.name = found->name;
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, UtcTime& out) {
  std::optional<UtcTime> time;
  Status parsed = parse_field(option, raw, time);
  if (!parsed.ok()) return parsed;
  if (!time) return wrong(option, "a time such as 2026-11-22 or 2026-11-22T10:00:00Z", "");
  out = *time;
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, std::chrono::seconds& out) {
  std::optional<std::chrono::seconds> length;
  Status parsed = parse_field(option, raw, length);
  if (!parsed.ok()) return parsed;
  if (!length) return wrong(option, "a length of time such as 15m or 1h", "");
  out = *length;
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, std::vector<SnapshotFormat>& out) {
  std::vector<SnapshotFormat> formats;
  for (const std::string& item : list_items(raw)) {
    const std::optional<SnapshotFormat> format = snapshot_format_of(to_lower(trim(item)));
    if (!format) return wrong(option, fmt::format("a {}", option.field.kind), item);
    formats.push_back(*format);
  }
  if (formats.empty()) return wrong(option, fmt::format("a {}, with at least one of them", option.field.kind), "");
  out = std::move(formats);
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, SimulateSettings& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  if (text->empty()) {
    out.size.name.clear();
    return {};
  }
  const std::optional<SimulateOptions> world = simulate_size(*text);
  if (!world) return wrong(option, option.field.kind, *text);
  out.world = *world;
  out.size.name = *text;
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, Secret& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  out = Secret(*text);
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, ShardChoice& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  constexpr std::uint32_t kMaxShards = 1000;
  ShardChoice shard;
  const char* const end = text->data() + text->size();
  const auto index = std::from_chars(text->data(), end, shard.index);
  if (index.ec == std::errc() && index.ptr != end && *index.ptr == '/') {
    const auto count = std::from_chars(index.ptr + 1, end, shard.count);
    if (count.ec == std::errc() && count.ptr == end && shard.index < shard.count && shard.count <= kMaxShards) {
      out = shard;
      return {};
    }
  }
  return wrong(option, "i/N with i from 0 to N-1 and N up to 1000, such as 0/4", *text);
}

Status parse_field(const Option& option, const RawValue& raw, FigureSize& out) {
  std::vector<std::string> items = list_items(raw);
  if (items.size() == 1) {
    items.clear();
    for (const std::string_view part : split(raw.items.front(), 'x')) items.emplace_back(trim(part));
  }
  if (items.size() != 2) {
    return wrong(option, "width and height, such as [20, 16] or 20x16", raw.items.empty() ? std::string_view() : raw.items.front());
  }
  const Result<double> width = number_in(option, trim(items[0]));
  if (!width) return width.error();
  const Result<double> height = number_in(option, trim(items[1]));
  if (!height) return height.error();
  out = FigureSize{.width = *width, .height = *height};
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, DegreeCap& out) {
  const Result<std::string_view> text = single(option, raw);
  if (!text) return text.error();
  if (equals_ignoring_case(*text, "auto")) {
    out = DegreeCap{};
    return {};
  }
  std::uint32_t channels = 0;
  if (!parse_integer(option, raw, channels).ok()) return wrong(option, "auto or a whole number (0 = keep all)", *text);
  out = DegreeCap{.automatic = false, .channels = channels};
  return {};
}

Status parse_field(const Option& option, const RawValue& raw, CommunityAlgorithm& out) {
  return parse_choice<CommunityAlgorithm>(option, raw, kAlgorithms, out);
}
Status parse_field(const Option& option, const RawValue& raw, std::optional<EdgeWeight>& out) {
  return parse_choice<std::optional<EdgeWeight>>(option, raw, kWeights, out);
}
Status parse_field(const Option& option, const RawValue& raw, Theme& out) { return parse_choice<Theme>(option, raw, kThemes, out); }
Status parse_field(const Option& option, const RawValue& raw, LogLevel& out) { return parse_choice<LogLevel>(option, raw, kLevels, out); }
Status parse_field(const Option& option, const RawValue& raw, ColorChoice& out) {
  return parse_choice<ColorChoice>(option, raw, kColors, out);
}
Status parse_field(const Option& option, const RawValue& raw, StoreKind& out) {
  return parse_choice<StoreKind>(option, raw, kStoreKinds, out);
}
Status parse_field(const Option& option, const RawValue& raw, S3Addressing& out) {
  return parse_choice<S3Addressing>(option, raw, kAddressings, out);
}
Status parse_field(const Option& option, const RawValue& raw, S3Encryption& out) {
  return parse_choice<S3Encryption>(option, raw, kEncryptions, out);
}

Status parse_field(const Option& option, const RawValue& raw, CuratedPolicy& out) {
  return parse_choice<CuratedPolicy>(option, raw, kPolicies, out);
}

Status parse_field(const Option& option, const RawValue& raw, ChatMode& out) {
  return parse_choice<ChatMode>(option, raw, kChatModes, out);
}

Status parse_field(const Option& option, const RawValue& raw, std::vector<RoundFormat>& out) {
  std::vector<RoundFormat> formats;
  for (const std::string& item : list_items(raw)) {
    RoundFormat format{};
    if (Status status = parse_choice<RoundFormat>(option, RawValue{.items = {item}}, kRoundFormats, format); !status) return status;
    formats.push_back(format);
  }
  if (formats.empty()) return wrong(option, fmt::format("a {}, with at least one of them", option.field.kind), "");
  out = std::move(formats);
  return {};
}

std::string print_field(bool value) { return value ? "true" : "false"; }
std::string print_field(std::uint32_t value) { return fmt::format("{}", value); }
std::string print_field(std::uint64_t value) { return fmt::format("{}", value); }
std::string print_field(double value) { return fmt::format("{}", value); }
std::string print_field(const std::string& value) { return value; }
std::string print_field(const std::filesystem::path& value) { return value.string(); }

std::string print_field(const std::vector<std::string>& value) { return fmt::format("{}", fmt::join(value, ", ")); }

std::string print_field(const std::optional<UtcTime>& value) { return value ? format_iso(*value) : std::string(); }

std::string print_field(const std::optional<std::chrono::seconds>& value) {
  if (!value) return {};
  constexpr std::array<std::pair<std::int64_t, char>, 3> kUnits{{{86400, 'd'}, {3600, 'h'}, {60, 'm'}}};
  for (const auto& [seconds, unit] : kUnits) {
    if (value->count() % seconds == 0) return fmt::format("{}{}", value->count() / seconds, unit);
  }
  return fmt::format("{}s", value->count());
}

std::string print_field(const FigureSize& value) { return fmt::format("{}x{}", value.width, value.height); }
std::string print_field(const DegreeCap& value) { return value.automatic ? "auto" : fmt::format("{}", value.channels); }
std::string print_field(CommunityAlgorithm value) { return print_choice<CommunityAlgorithm>(kAlgorithms, value); }
std::string print_field(const std::optional<EdgeWeight>& value) { return print_choice<std::optional<EdgeWeight>>(kWeights, value); }
std::string print_field(Theme value) { return print_choice<Theme>(kThemes, value); }
std::string print_field(LogLevel value) { return print_choice<LogLevel>(kLevels, value); }
std::string print_field(ColorChoice value) { return print_choice<ColorChoice>(kColors, value); }
std::string print_field(StoreKind value) { return print_choice<StoreKind>(kStoreKinds, value); }
std::string print_field(S3Addressing value) { return print_choice<S3Addressing>(kAddressings, value); }
std::string print_field(S3Encryption value) { return print_choice<S3Encryption>(kEncryptions, value); }
std::string print_field(CuratedPolicy value) { return print_choice<CuratedPolicy>(kPolicies, value); }
std::string print_field(ChatMode value) { return print_choice<ChatMode>(kChatModes, value); }

std::string print_field(const std::vector<RoundFormat>& value) {
  std::vector<std::string> names;
  names.reserve(value.size());
  for (const RoundFormat format : value) names.push_back(print_choice<RoundFormat>(kRoundFormats, format));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string print_field(const PresetName& value) { return value.name; }
std::string print_field(UtcTime value) { return format_iso(value); }
std::string print_field(std::chrono::seconds value) { return print_field(std::optional(value)); }

std::string print_field(const std::vector<SnapshotFormat>& value) {
  std::vector<std::string_view> names;
  names.reserve(value.size());
  for (const SnapshotFormat format : value) names.push_back(name_of(format));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string print_field(const SimulateSettings& value) { return value.size.name; }

std::string print_field(const Secret& value) { return value.empty() ? "" : "(set)"; }
std::string print_field(const ShardChoice& value) { return fmt::format("{}/{}", value.index, value.count); }

}  // namespace vieweratlas
