#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/option.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

struct EnvironmentName {
  std::string name;
  std::size_t option = 0;
};

/// All names that options read, canonical before historical.
std::vector<EnvironmentName> known_names() {
  std::vector<EnvironmentName> names;
  const std::span<const Option> options = option_table();
  for (std::size_t i = 0; i < options.size(); ++i) {
    for (std::string& name : options[i].environment_names()) names.push_back({.name = std::move(name), .option = i});
  }
  return names;
}

/// VIEWERATLAS_ANALYSIS_..., VIEWERATLAS_VOD_...: names that can only be meant for the option table.
bool is_of_a_block(std::string_view name) {
  const auto blocks = option_blocks();
  return std::any_of(blocks.begin(), blocks.end(), [&](std::string_view block) {
    const std::string prefix = fmt::format("vieweratlas_{}_", block);
    return to_lower(name).starts_with(prefix);
  });
}

std::string unknown_name(std::string_view name, const std::vector<EnvironmentName>& known) {
  std::vector<std::string_view> candidates;
  candidates.reserve(known.size());
  for (const EnvironmentName& candidate : known) candidates.push_back(candidate.name);
  const std::string near = nearest(name, candidates);
  return fmt::format("there is no option with the environment name {}{}", printable(name, 80),
                     near.empty() ? "; `vieweratlas config docs` lists them" : "; did you mean " + near + "?");
}

/// One line of a .env file, taken apart.
struct Assignment {
  std::string_view name;
  std::string value;
};

bool is_name(std::string_view text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

/// The value after '=': quoted ("..." with \n, \t, \", \\ and \$; '...' as it stands) or plain up to " #". Empty optional: an
/// open quote, or text after the closing one.
std::optional<std::string> unquoted(std::string_view text) {
  text = trim(text);
  if (text.empty() || (text.front() != '"' && text.front() != '\'')) {
    if (text.starts_with('#')) return std::string();
    return std::string(trim(text.substr(0, std::min(text.find(" #"), text.find("\t#")))));
  }
  const char quote = text.front();
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == quote) {
      const std::string_view rest = trim(text.substr(at + 1));
      if (rest.empty() || rest.front() == '#') return value;
      return std::nullopt;
    }
    if (quote == '"' && text[at] == '\\' && at + 1 < text.size()) {
      const char next = text[++at];
      value += next == 'n' ? '\n' : next == 't' ? '\t' : next;
      continue;
    }
    value += text[at];
  }
  return std::nullopt;
}

std::optional<Assignment> parse_assignment(std::string_view line) {
  if (line.starts_with("export ")) line = trim(line.substr(7));
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || !is_name(trim(line.substr(0, equals)))) return std::nullopt;
  std::optional<std::string> value = unquoted(line.substr(equals + 1));
  if (!value) return std::nullopt;
  return Assignment{.name = trim(line.substr(0, equals)), .value = *std::move(value)};
}

RawValue one(std::string text) { return RawValue{.items = {std::move(text)}}; }

}  // namespace

std::vector<GivenValue> preset_values(std::string_view name) {
  std::vector<GivenValue> values;
  const auto all = presets();
  const auto preset = std::find_if(all.begin(), all.end(), [&](const Preset& candidate) { return candidate.name == name; });
  if (preset == all.end() || preset->column == nullptr) return values;
  const std::span<const Option> options = option_table();
  for (std::size_t i = 0; i < options.size(); ++i) {
    const std::string_view text = options[i].*(preset->column);
    if (text.empty()) continue;
    values.push_back({.option = i,
                      .value = one(std::string(text)),
                      .origin = {.kind = OriginKind::kPreset, .where = fmt::format("preset {}", preset->name)}});
  }
  return values;
}

SourceValues read_environment(const Environment& environment) {
  SourceValues source;
  const std::vector<EnvironmentName> known = known_names();
  std::vector<bool> taken(option_table().size(), false);
  for (const EnvironmentName& candidate : known) {
    const auto found = environment.find(candidate.name);
    if (found == environment.end() || trim(found->second).empty() || taken[candidate.option]) continue;
    taken[candidate.option] = true;
    source.values.push_back(
        {.option = candidate.option, .value = one(found->second), .origin = {.kind = OriginKind::kEnvironment, .where = candidate.name}});
  }
  for (const auto& [name, value] : environment) {
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const EnvironmentName& k) { return k.name == name; });
    if (!is_known && is_of_a_block(name)) source.problems.push_back("environment: " + unknown_name(name, known));
  }
  return source;
}

SourceValues read_dotenv(std::string_view text, std::string_view file_name) {
  SourceValues source;
  const std::vector<EnvironmentName> known = known_names();
  Environment seen;  // name -> where
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::uint64_t line_number = 0;
  for (const std::string_view raw_line : split(text, '\n')) {
    ++line_number;
    const std::string_view line = trim(raw_line);
    if (line.empty() || line.front() == '#') continue;
    const std::string where = fmt::format("{}:{}", file_name, line_number);
    const std::optional<Assignment> assignment = parse_assignment(line);
    if (!assignment) {
      source.problems.push_back(where + ": this is not NAME=VALUE; quotes must be closed, and comments begin with #");
      continue;
    }
    const auto match = std::find_if(known.begin(), known.end(), [&](const EnvironmentName& k) { return k.name == assignment->name; });
    if (match == known.end()) {
      if (is_of_a_block(assignment->name)) source.problems.push_back(where + ": " + unknown_name(assignment->name, known));
      continue;
    }
    const auto [first, is_new] = seen.try_emplace(match->name, where);
    if (!is_new) {
      source.problems.push_back(fmt::format("{}: {} is set twice, first in {}; keep one of the lines", where, match->name, first->second));
      continue;
    }
    if (trim(assignment->value).empty()) continue;
    source.values.push_back(
        {.option = match->option, .value = one(assignment->value), .origin = {.kind = OriginKind::kDotEnv, .where = where}});
  }
  return source;
}

std::map<std::string, Secret> read_dotenv_aws(std::string_view text) {
  std::map<std::string, Secret> values;
  for (const std::string_view line : split(text, '\n')) {
    const std::optional<Assignment> assignment = parse_assignment(trim(line));
    if (!assignment || !assignment->name.starts_with("AWS_") || trim(assignment->value).empty()) continue;
    values.insert_or_assign(std::string(assignment->name), Secret(assignment->value));
  }
  return values;
}

}  // namespace vieweratlas
