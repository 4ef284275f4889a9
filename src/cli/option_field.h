// Text to typed value and back, one overload pair per type that an option can have. The type of a row of the option table is
// the type of the field of Settings that it names: no second declaration that could disagree.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cli/option.h"
#include "cli/settings.h"
#include "cli/store_choice.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas {

[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, bool& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::uint32_t& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::uint64_t& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, double& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::string& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::filesystem::path& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::vector<std::string>& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::optional<UtcTime>& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::optional<std::chrono::seconds>& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, FigureSize& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, DegreeCap& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, CommunityAlgorithm& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::optional<EdgeWeight>& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, Theme& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, LogLevel& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, ColorChoice& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, StoreKind& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, S3Addressing& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, S3Encryption& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, CuratedPolicy& out);

[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, PresetName& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, UtcTime& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::chrono::seconds& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::vector<SnapshotFormat>& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, Secret& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, ShardChoice& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, ChatMode& out);
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, std::vector<RoundFormat>& out);
/// Sets the whole world to the size of that name: options of single values must be applied after it.
[[nodiscard]] Status parse_field(const Option& option, const RawValue& raw, SimulateSettings& out);

[[nodiscard]] std::string print_field(bool value);
[[nodiscard]] std::string print_field(std::uint32_t value);
[[nodiscard]] std::string print_field(std::uint64_t value);
[[nodiscard]] std::string print_field(double value);
[[nodiscard]] std::string print_field(const std::string& value);
[[nodiscard]] std::string print_field(const std::filesystem::path& value);
[[nodiscard]] std::string print_field(const std::vector<std::string>& value);
[[nodiscard]] std::string print_field(const std::optional<UtcTime>& value);
[[nodiscard]] std::string print_field(const std::optional<std::chrono::seconds>& value);
[[nodiscard]] std::string print_field(const FigureSize& value);
[[nodiscard]] std::string print_field(const DegreeCap& value);
[[nodiscard]] std::string print_field(CommunityAlgorithm value);
[[nodiscard]] std::string print_field(const std::optional<EdgeWeight>& value);
[[nodiscard]] std::string print_field(Theme value);
[[nodiscard]] std::string print_field(LogLevel value);
[[nodiscard]] std::string print_field(ColorChoice value);
[[nodiscard]] std::string print_field(StoreKind value);
[[nodiscard]] std::string print_field(S3Addressing value);
[[nodiscard]] std::string print_field(S3Encryption value);
[[nodiscard]] std::string print_field(CuratedPolicy value);
[[nodiscard]] std::string print_field(const PresetName& value);
[[nodiscard]] std::string print_field(UtcTime value);
[[nodiscard]] std::string print_field(std::chrono::seconds value);
[[nodiscard]] std::string print_field(const std::vector<SnapshotFormat>& value);
[[nodiscard]] std::string print_field(const SimulateSettings& value);
/// "(set)" or nothing: no text that could be shown by mistake.
[[nodiscard]] std::string print_field(const Secret& value);
[[nodiscard]] std::string print_field(const ShardChoice& value);
[[nodiscard]] std::string print_field(ChatMode value);
[[nodiscard]] std::string print_field(const std::vector<RoundFormat>& value);

/// What to write for a field of type T, for help and messages.
template <typename T>
inline constexpr std::string_view kKindOf;
template <>
inline constexpr std::string_view kKindOf<bool> = "yes or no";
template <>
inline constexpr std::string_view kKindOf<std::uint32_t> = "whole number";
template <>
inline constexpr std::string_view kKindOf<std::uint64_t> = "whole number";
template <>
inline constexpr std::string_view kKindOf<double> = "number";
template <>
inline constexpr std::string_view kKindOf<std::string> = "text";
template <>
inline constexpr std::string_view kKindOf<std::filesystem::path> = "path";
template <>
inline constexpr std::string_view kKindOf<std::vector<std::string>> = "list";
template <>
inline constexpr std::string_view kKindOf<std::optional<UtcTime>> = "time";
template <>
inline constexpr std::string_view kKindOf<UtcTime> = "time";
template <>
inline constexpr std::string_view kKindOf<std::optional<std::chrono::seconds>> = "length of time";
template <>
inline constexpr std::string_view kKindOf<std::chrono::seconds> = "length of time";
template <>
inline constexpr std::string_view kKindOf<FigureSize> = "[width, height]";
template <>
inline constexpr std::string_view kKindOf<DegreeCap> = "whole number or auto";
template <>
inline constexpr std::string_view kKindOf<CommunityAlgorithm> = "leiden, louvain or greedy";
template <>
inline constexpr std::string_view kKindOf<std::optional<EdgeWeight>> = "auto, shared, newman, cosine, jaccard or association";
template <>
inline constexpr std::string_view kKindOf<Theme> = "dark or light";
template <>
inline constexpr std::string_view kKindOf<LogLevel> = "debug, info, warning or error";
template <>
inline constexpr std::string_view kKindOf<ColorChoice> = "auto, always or never";
template <>
inline constexpr std::string_view kKindOf<StoreKind> = "file, s3 or sqlite";
template <>
inline constexpr std::string_view kKindOf<S3Addressing> = "auto, path or virtual";
template <>
inline constexpr std::string_view kKindOf<S3Encryption> = "aes256, kms or none";
template <>
inline constexpr std::string_view kKindOf<CuratedPolicy> = "auto, off or only";
template <>
inline constexpr std::string_view kKindOf<std::vector<SnapshotFormat>> = "list of json, ndjson, ndjson.zst and csv";
template <>
inline constexpr std::string_view kKindOf<PresetName> = "default, rigorous, explorer or debug";
template <>
inline constexpr std::string_view kKindOf<Secret> = "text";
template <>
inline constexpr std::string_view kKindOf<ShardChoice> = "i/N";
template <>
inline constexpr std::string_view kKindOf<ChatMode> = "account or anonymous";
template <>
inline constexpr std::string_view kKindOf<std::vector<RoundFormat>> = "list of ndjson.zst, json and csv";
template <>
inline constexpr std::string_view kKindOf<SimulateSettings> = "S, M or L";

/// The Field for the member that `Access` (a lambda without captures) picks out of Settings.
template <auto Access>
[[nodiscard]] constexpr Field field_of() {
  using T = std::remove_cvref_t<decltype(Access(std::declval<Settings&>()))>;
  return Field{
      .parse = [](const Option& option, const RawValue& raw, Settings& settings) { return parse_field(option, raw, Access(settings)); },
      .print = [](const Settings& settings) { return print_field(Access(settings)); },
      .kind = kKindOf<T>,
      .is_switch = std::is_same_v<T, bool>,
      .is_list = std::is_same_v<T, std::vector<std::string>> || std::is_same_v<T, FigureSize> ||
                 std::is_same_v<T, std::vector<SnapshotFormat>> || std::is_same_v<T, std::vector<RoundFormat>>,
  };
}

}  // namespace vieweratlas
