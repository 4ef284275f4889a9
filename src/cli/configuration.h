#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// The values that a command runs with, each with the place that it comes from.
struct Configuration {
  Settings settings;
  std::vector<Origin> origins;  ///< one per row of option_table()
};

struct ConfigurationInputs {
  std::string base;  ///< a preset's name or a YAML file; empty = the preset default
  Environment environment;
  std::vector<GivenValue> flags;
  std::filesystem::path dotenv = ".env";  ///< read when it is there
};

/// default < preset < YAML < .env < environment < flag. Every value given is checked, also one that another overrides.
/// Errors: invalid_argument; the message has one line per problem, each with its place.
[[nodiscard]] Result<Configuration> load_configuration(const ConfigurationInputs& inputs);

/// The problems of one YAML file alone, as load_configuration would tell them; empty when it is right. Errors: not_found, denied.
[[nodiscard]] Result<std::vector<std::string>> validate_file(const std::filesystem::path& file);

/// True for a name that can only be a file: it ends in .yaml or .yml, or has a slash.
[[nodiscard]] bool is_configuration_file(const std::string& base);

}  // namespace vieweratlas
