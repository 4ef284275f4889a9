#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!equals_ignoring_case(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// A line without its comment: a # that a blank follows begins one, and in the middle of a line one that follows a blank.
std::string_view entry_of(std::string_view line) {
  line = trim(line);
  if (line.starts_with('#') && (line.size() == 1 || line.find_first_of(" \t") != std::string_view::npos)) return {};
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] == '#' && is_blank(line[at - 1])) return trim(line.substr(0, at));
  }
  return line;
}

/// The name in an entry; empty when it is none.
std::string name_of_entry(std::string_view entry) {
  const bool is_address = take_prefix(entry, "https://") || take_prefix(entry, "http://");
  for (const std::string_view host : {"www.twitch.tv/", "m.twitch.tv/", "twitch.tv/"}) {
    if (!take_prefix(entry, host)) continue;
    return to_lower(entry.substr(0, entry.find_first_of("/?#")));
  }
  if (entry.starts_with('#') || entry.starts_with('@')) entry.remove_prefix(1);
  const bool is_name = !is_address && std::none_of(entry.begin(), entry.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || std::string_view("/\\\"<>|,;").find(c) != std::string_view::npos;
  });
  return is_name ? std::string(entry) : std::string();
}

}  // namespace

Result<std::vector<std::string>> read_channel_list(const std::filesystem::path& file) {
  const Result<std::string> text = read_file(file);
  if (!text) return text.error();
  std::vector<std::string> names;
  std::string_view rest = *text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  for (const std::string_view line : split(rest, '\n')) {
    const std::string_view entry = entry_of(line);
    if (entry.empty()) continue;
    std::string name = name_of_entry(entry);
    if (name.empty()) {
      return Error{ErrorCode::kInvalidArgument, printable(file.string()) + ": \"" + printable(entry, 60) +
                                                    "\" is no channel's name or id; correct it, so that no wish gets lost"};
    }
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace vieweratlas
