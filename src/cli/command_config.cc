#include "cli/command_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/json_writer.h"
#include "cli/option.h"
#include "cli/option_text.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

std::string shown_value(const Option& option, const Settings& settings) {
  const std::string text = option.field.print(settings);
  if (text.empty()) return "none";
  return option.secret ? "(set)" : printable(text, 4000);
}

std::string as_json(const Configuration& configuration) {
  JsonWriter json;
  json.begin_object();
  const std::span<const Option> options = option_table();
  for (std::size_t i = 0; i < options.size(); ++i) {
    json.begin_object(options[i].key);
    json.field("value", shown_value(options[i], configuration.settings));
    json.field("origin", configuration.origins[i].where);
    json.end_object();
  }
  json.end_object();
  return json.finish();
}

std::string as_text(const Configuration& configuration, bool show_origin) {
  std::string out;
  const std::span<const Option> options = option_table();
  std::size_t width = 0;
  for (const Option& option : options) width = std::max(width, option.key.size());
  for (std::size_t i = 0; i < options.size(); ++i) {
    const std::string value = shown_value(options[i], configuration.settings);
    if (show_origin) {
      out += fmt::format("{:<{}}  {:<24}  {}\n", options[i].key, width, value, configuration.origins[i].where);
    } else {
      out += fmt::format("{:<{}}  {}\n", options[i].key, width, value);
    }
  }
  return out;
}

}  // namespace

Status CommandConfigShow::setup(const CommandLine& line, const Environment& environment) {
  show_origin_ = line.show_origin;
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  return {};
}

Status CommandConfigShow::run() {
  print_result(wants_json() ? as_json(configuration_) : as_text(configuration_, show_origin_));
  return {};
}

Status CommandConfigValidate::setup(const CommandLine& line, const Environment& /*environment*/) {
  if (line.arguments.empty())
    return Error{ErrorCode::kInvalidArgument, "config validate needs a file: vieweratlas config validate FILE.yaml"};
  file_ = line.arguments.front();
  return {};
}

Status CommandConfigValidate::run() {
  const Result<std::vector<std::string>> problems = validate_file(file_);
  if (!problems) return Error{ErrorCode::kInvalidArgument, problems.error().message};
  if (!problems->empty()) return Error{ErrorCode::kInvalidArgument, fmt::format("{}", fmt::join(*problems, "\n"))};
  print_result(printable(file_.string()) + ": ok\n");
  return {};
}

Status CommandConfigDocs::setup(const CommandLine& /*line*/, const Environment& /*environment*/) { return {}; }

Status CommandConfigDocs::run() {
  print_result(configuration_docs());
  return {};
}

}  // namespace vieweratlas
