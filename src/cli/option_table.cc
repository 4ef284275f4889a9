// The one table of options. Order matters: help, documentation and the provenance of a map follow it.

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option.h"
#include "cli/option_rows.h"

#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

std::vector<Option> join(std::initializer_list<std::span<const Option>> parts) {
  std::vector<Option> all;
  for (const std::span<const Option> part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

const std::vector<Option>& table() {
  static const std::vector<Option> kAll =
      join({analysis_input_options(), analysis_filter_options(), analysis_graph_options(), analysis_community_options(),
            analysis_picture_options(), analysis_output_options(), simulate_options(), talk_options(), collection_options(),
            storage_options(), lake_options(), vod_options()});
  return kAll;
}

std::string in_capitals(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    if (c == '.') c = '_';
  }
  return result;
}

}  // namespace

std::string_view Option::block() const {
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}

std::string_view Option::name() const {
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

std::string Option::flag_name() const {
  std::string result(flag.empty() ? name() : flag);
  std::replace(result.begin(), result.end(), '_', '-');
  return "--" + result;
}

std::vector<std::string> Option::environment_names() const {
  std::vector<std::string> names{"VIEWERATLAS_" + in_capitals(key)};
  if (environment.empty()) return names;
  for (const std::string_view historical : split(environment, ',')) names.emplace_back(historical);
  return names;
}

bool Option::used_by(std::string_view command) const {
  const std::vector<std::string_view> names = split(commands, ',');
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return trim(name) == command; });
}

std::span<const Option> option_table() { return table(); }

std::optional<std::size_t> find_option(std::string_view key) {
  const std::span<const Option> all = option_table();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Option& option) { return option.key == key; });
  if (found == all.end()) return std::nullopt;
  return static_cast<std::size_t>(found - all.begin());
}

std::span<const Preset> presets() {
  static constexpr std::array<Preset, 4> kPresets{{
      {"default", "every channel and every overlap", nullptr},
      {"rigorous", "strong overlaps and large communities only", &Option::rigorous},
      {"explorer", "finer communities", &Option::explorer},
      {"debug", "everything said aloud, few channels collected", &Option::debug},
  }};
  return kPresets;
}

std::span<const std::string_view> option_blocks() {
  static constexpr std::array<std::string_view, 6> kBlocks{"analysis", "collection", "storage", "lake", "vod", "simulate"};
  return kBlocks;
}

}  // namespace vieweratlas
