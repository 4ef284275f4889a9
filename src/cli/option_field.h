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
[[nodiscard]] constexpr std::string_view kind_of() {
  if constexpr (std::is_same_v<T, bool>) return "yes or no";
  if constexpr (std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t>) return "whole number";
  if constexpr (std::is_same_v<T, double>) return "number";
  if constexpr (std::is_same_v<T, std::string>) return "text";
  if constexpr (std::is_same_v<T, std::filesystem::path>) return "path";
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return "list";
  if constexpr (std::is_same_v<T, std::optional<UtcTime>> || std::is_same_v<T, UtcTime>) return "time";
  if constexpr (std::is_same_v<T, std::optional<std::chrono::seconds>> || std::is_same_v<T, std::chrono::seconds>) return "length of time";
  if constexpr (std::is_same_v<T, FigureSize>) return "[width, height]";
  if constexpr (std::is_same_v<T, DegreeCap>) return "whole number or auto";
  if constexpr (std::is_same_v<T, CommunityAlgorithm>) return "leiden, louvain or greedy";
  if constexpr (std::is_same_v<T, std::optional<EdgeWeight>>) return "auto, shared, newman, cosine, jaccard or association";
  if constexpr (std::is_same_v<T, Theme>) return "dark or light";
  if constexpr (std::is_same_v<T, LogLevel>) return "debug, info, warning or error";
  if constexpr (std::is_same_v<T, ColorChoice>) return "auto, always or never";
  if constexpr (std::is_same_v<T, StoreKind>) return "file, s3 or sqlite";
  if constexpr (std::is_same_v<T, S3Addressing>) return "auto, path or virtual";
  if constexpr (std::is_same_v<T, S3Encryption>) return "aes256, kms or none";
  if constexpr (std::is_same_v<T, CuratedPolicy>) return "auto, off or only";
  if constexpr (std::is_same_v<T, std::vector<SnapshotFormat>>) return "list of json, ndjson, ndjson.zst and csv";
  if constexpr (std::is_same_v<T, PresetName>) return "default, rigorous, explorer or debug";
  if constexpr (std::is_same_v<T, Secret>) return "text";
  if constexpr (std::is_same_v<T, ShardChoice>) return "i/N";
  if constexpr (std::is_same_v<T, ChatMode>) return "account or anonymous";
  if constexpr (std::is_same_v<T, std::vector<RoundFormat>>) return "list of ndjson.zst, json and csv";
  if constexpr (std::is_same_v<T, SimulateSettings>) return "S, M or L";
}

/// The Field for the member that `Access` (a lambda without captures) picks out of Settings.
template <auto Access>
[[nodiscard]] constexpr Field field_of() {
  using T = std::remove_cvref_t<decltype(Access(std::declval<Settings&>()))>;
  return Field{
      .parse = [](const Option& option, const RawValue& raw, Settings& settings) { return parse_field(option, raw, Access(settings)); },
      .print = [](const Settings& settings) { return print_field(Access(settings)); },
      .kind = kind_of<T>(),
      .is_switch = std::is_same_v<T, bool>,
      .is_list = std::is_same_v<T, std::vector<std::string>> || std::is_same_v<T, FigureSize> ||
                 std::is_same_v<T, std::vector<SnapshotFormat>> || std::is_same_v<T, std::vector<RoundFormat>>,
  };
}

}  // namespace vieweratlas
