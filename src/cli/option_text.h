#pragma once

#include <string>

#include "cli/option.h"

namespace vieweratlas {

/// What may be written for an option: "whole number from 1 to 1000", "yes or no", ...
[[nodiscard]] std::string value_text(const Option& option);

/// The default as text; "none" where there is no value.
[[nodiscard]] std::string default_text(const Option& option);

/// docs/configuration.md: how values come together, and one table per heading with flag, environment, key, range, presets.
[[nodiscard]] std::string configuration_docs();

}  // namespace vieweratlas
