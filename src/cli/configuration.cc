#include "cli/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/option.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

constexpr double kMinSidePx = 512;
constexpr double kMaxSidePx = 16384;

/// Collects values of all sources and keeps, for each option, the one nearest to the user.
class Resolver {
 public:
  Resolver() : winners_(option_table().size()) {}

  void add(SourceValues source) {
    problems_.insert(problems_.end(), source.problems.begin(), source.problems.end());
    for (GivenValue& given : source.values) add(std::move(given));
  }

  void add(GivenValue given) {
    const Option& option = option_table()[given.option];
    Settings scratch;
    if (Status parsed = option.field.parse(option, given.value, scratch); !parsed.ok()) {
      problems_.push_back(fmt::format("{}: {}", given.origin.where, parsed.error().message));
      return;
    }
    std::optional<GivenValue>& winner = winners_[given.option];
    if (!winner || winner->origin.kind <= given.origin.kind) winner = std::move(given);
  }

  [[nodiscard]] const std::optional<GivenValue>& winner(std::string_view key) const {
    const std::optional<std::size_t> index = find_option(key);
    VA_CHECK(index.has_value());
    return winners_[*index];
  }
  [[nodiscard]] std::vector<std::string>& problems() { return problems_; }

  /// Sets all fields in table order, so that a row may rely on those above it.
  [[nodiscard]] Configuration apply() const {
    Configuration result;
    const std::span<const Option> options = option_table();
    for (std::size_t i = 0; i < options.size(); ++i) {
      const std::optional<GivenValue>& given = inherited(i);
      result.origins.push_back(given ? given->origin : Origin{});
      if (given) VA_CHECK(options[i].field.parse(options[i], given->value, result.settings).ok());
    }
    return result;
  }

 private:
  /// The value of option `i`, or of the option that it inherits from when that one was set nearer to the user.
  [[nodiscard]] const std::optional<GivenValue>& inherited(std::size_t i) const {
    const Option& option = option_table()[i];
    if (option.inherits.empty()) return winners_[i];
    const std::optional<GivenValue>& parent = winner(option.inherits);
    return parent && (!winners_[i] || winners_[i]->origin.kind < parent->origin.kind) ? parent : winners_[i];
  }

  std::vector<std::optional<GivenValue>> winners_;
  std::vector<std::string> problems_;
};

/// Looks at values that are right alone and may be wrong together.
class CombinationCheck {
 public:
  CombinationCheck(const Configuration& configuration, std::vector<std::string>& problems)
      : settings_(configuration.settings), origins_(configuration.origins), problems_(problems) {}

  void run() {
    check_window();
    if (settings_.analysis.edges.empty() && !settings_.analysis.nodes.empty()) {
      problem("analysis.nodes", "nodes belong to a measured graph; give its edges, too");
    }
    if (settings_.storage.type == StoreKind::kS3) {
      if (const auto wrong = storage_problem(settings_.storage, true)) problem(wrong->first, wrong->second);
    }
    if (is_set("collection.collection_interval") && is_set("collection.collection_interval_minutes")) {
      problem("collection.collection_interval_minutes", "set collection_interval or collection_interval_minutes, not both");
    }
    check_figure();
  }

 private:
  [[nodiscard]] const Origin& origin(std::string_view key) const {
    const std::optional<std::size_t> index = find_option(key);
    VA_CHECK(index.has_value());
    return origins_[*index];
  }
  [[nodiscard]] bool is_set(std::string_view key) const { return origin(key).kind != OriginKind::kDefault; }
  void problem(std::string_view key, std::string_view sentence) { problems_.push_back(fmt::format("{}: {}", origin(key).where, sentence)); }

  void check_window() {
    const ReadOptions& read = settings_.analysis.read;
    if (read.since && read.until && *read.since >= *read.until) problem("analysis.until", "until must be later than since");
    if (read.last && (read.since || read.until)) problem("analysis.last", "last cannot be used together with since or until");
  }

  void check_figure() {
    const FigureSize& figure = settings_.pictures.figure;
    const double dpi = settings_.analysis.poster.dpi;
    for (const double side : {figure.width * dpi, figure.height * dpi}) {
      if (side >= kMinSidePx && side <= kMaxSidePx) continue;
      const std::string_view key = is_set("analysis.static_viz_figsize") ? "analysis.static_viz_figsize" : "analysis.static_viz_dpi";
      problem(key,
              fmt::format("a side of the poster would be {:.0f} pixels (inches x dpi); it must be {} to {}", side, kMinSidePx, kMaxSidePx));
      return;
    }
  }

  const Settings& settings_;
  const std::vector<Origin>& origins_;
  std::vector<std::string>& problems_;
};

/// Fills what follows from other settings.
void derive(Configuration& configuration) {
  Settings& settings = configuration.settings;
  PosterOptions& poster = settings.analysis.poster;
  poster.width_px = static_cast<std::uint32_t>(std::lround(settings.pictures.figure.width * poster.dpi));
  poster.height_px = static_cast<std::uint32_t>(std::lround(settings.pictures.figure.height * poster.dpi));
  poster.prominent_labels = settings.pictures.label_top_n_nodes;
  poster.max_labels = settings.pictures.label_only_top ? settings.pictures.label_top_n_nodes : 0;
  if (settings.pictures.label_only_top && settings.pictures.label_top_n_nodes == 0) poster.show_labels = false;
  for (const Option& option : option_table()) {
    if (option.shapes_result) settings.analysis.options.emplace_back(option.name(), option.field.print(settings));
  }
}

Result<SourceValues> read_source(const std::filesystem::path& file, SourceValues (*read)(std::string_view, std::string_view)) {
  const Result<std::string> text = read_file(file);
  if (!text) return text.error();
  return read(*text, file.string());
}

Error unknown_base(const std::string& base) {
  std::vector<std::string_view> names;
  for (const Preset& preset : presets()) names.push_back(preset.name);
  const std::string near = nearest(base, names);
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("there is no preset {}{}; the presets are {}, and a configuration file ends in .yaml or .yml",
                           printable(base, 80), near.empty() ? "" : " (did you mean " + near + "?)", fmt::join(names, ", "))};
}

/// Adds the file or preset named on the command line.
Status add_base(const std::string& base, Resolver& resolver) {
  if (base.empty()) return {};
  if (is_configuration_file(base)) {
    Result<SourceValues> file = read_source(base, read_yaml);
    if (!file)
      return Error{ErrorCode::kInvalidArgument, "the configuration file " + printable(base) + " cannot be read: " + file.error().message};
    resolver.add(*std::move(file));
    return {};
  }
  const auto all = presets();
  if (std::none_of(all.begin(), all.end(), [&](const Preset& preset) { return preset.name == base; })) return unknown_base(base);
  const std::optional<std::size_t> index = find_option("preset");
  VA_CHECK(index.has_value());
  resolver.add(GivenValue{
      .option = *index, .value = {.items = {base}}, .origin = {.kind = OriginKind::kFlag, .where = fmt::format("argument {}", base)}});
  return {};
}

Error all_problems(const std::vector<std::string>& problems) {
  return Error{ErrorCode::kInvalidArgument, fmt::format("{}", fmt::join(problems, "\n"))};
}

}  // namespace

bool is_configuration_file(const std::string& base) {
  return base.ends_with(".yaml") || base.ends_with(".yml") || base.find('/') != std::string::npos;
}

Result<Configuration> load_configuration(const ConfigurationInputs& inputs) {
  Resolver resolver;
  if (Status status = add_base(inputs.base, resolver); !status.ok()) return std::move(status).error();
  std::error_code ignored;
  std::map<std::string, Secret> aws;
  if (std::filesystem::exists(inputs.dotenv, ignored)) {
    const Result<std::string> text = read_file(inputs.dotenv);
    if (!text) return Error{ErrorCode::kInvalidArgument, text.error().message};
    resolver.add(read_dotenv(*text, inputs.dotenv.string()));
    aws = read_dotenv_aws(*text);
  }
  resolver.add(read_environment(inputs.environment));
  for (const GivenValue& flag : inputs.flags) resolver.add(flag);

  const std::optional<GivenValue>& preset = resolver.winner("preset");
  if (preset) {
    for (GivenValue& given : preset_values(trim(preset->value.items.front()))) resolver.add(std::move(given));
  }
  if (!resolver.problems().empty()) return all_problems(resolver.problems());

  Configuration configuration = resolver.apply();
  configuration.settings.storage.dotenv = std::move(aws);
  CombinationCheck(configuration, resolver.problems()).run();
  if (!resolver.problems().empty()) return all_problems(resolver.problems());
  derive(configuration);
  return configuration;
}

Result<std::vector<std::string>> validate_file(const std::filesystem::path& file) {
  Result<SourceValues> source = read_source(file, read_yaml);
  if (!source) return std::move(source).error();
  Resolver resolver;
  resolver.add(*std::move(source));
  if (resolver.problems().empty()) {
    const Configuration configuration = resolver.apply();
    CombinationCheck(configuration, resolver.problems()).run();
  }
  return resolver.problems();
}

}  // namespace vieweratlas
