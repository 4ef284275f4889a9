#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/settings.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// A value as somebody wrote it: one item, or the items of a list. Where a list is wanted, one item is split at commas.
struct RawValue {
  std::vector<std::string> items;
  bool is_list = false;
};

struct Option;

/// The way between text and one field of `Settings`.
struct Field {
  Status (*parse)(const Option& option, const RawValue& raw, Settings& settings) = nullptr;
  /// Canonical text: parsing it again gives the same value.
  std::string (*print)(const Settings& settings) = nullptr;
  std::string_view kind;  ///< "number", "whole number", "yes or no", ...
  bool is_switch = false;
  bool is_list = false;
};

/// One row of the option table: flag, environment names, YAML keys, checks, help and documentation all come from it.
struct Option {
  std::string_view key;  ///< "analysis.resolution"; without a block: a key of the top level
  Field field;
  std::string_view heading;  ///< under which help and documentation show it
  std::string_view help;
  std::string_view unit;
  double min = 0;
  double max = std::numeric_limits<double>::infinity();
  std::string_view min_reason;   ///< why there is nothing below `min`, where that is not plain
  std::string_view flag;         ///< without dashes; empty = the key's name with '-' for '_'
  std::string_view more_flags;   ///< as written, separated by commas: "--input,-i"
  std::string_view environment;  ///< further names, separated by commas; the canonical one is made from the key
  std::string_view rigorous;     ///< values of the presets, as text; empty = the default
  std::string_view explorer;
  std::string_view debug;
  std::string_view commands;   ///< that read it, separated by blanks; each of them has the flag
  std::string_view inherits;   ///< key whose value stands in when that one was set nearer to the user
  bool shapes_result = false;  ///< goes into the provenance of a map
  bool secret = false;         ///< shown as "(set)"
  bool flat = true;            ///< may also stand at the top level of a file, without its block

  /// "analysis" of "analysis.resolution"; empty for a key of the top level.
  [[nodiscard]] std::string_view block() const;
  [[nodiscard]] std::string_view name() const;
  /// "--resolution".
  [[nodiscard]] std::string flag_name() const;
  /// "VIEWERATLAS_ANALYSIS_RESOLUTION" first, then the historical names, by falling precedence.
  [[nodiscard]] std::vector<std::string> environment_names() const;
  [[nodiscard]] bool used_by(std::string_view command) const;
};

struct Preset {
  std::string_view name;
  std::string_view help;
  std::string_view Option::* column;  ///< nullptr: the defaults
};

/// All options in the order in which help, documentation and provenance show them. The table is built once.
[[nodiscard]] std::span<const Option> option_table();
/// Index into option_table().
[[nodiscard]] std::optional<std::size_t> find_option(std::string_view key);
/// default, rigorous, explorer, debug.
[[nodiscard]] std::span<const Preset> presets();
/// The blocks of a configuration file: analysis, collection, ...
[[nodiscard]] std::span<const std::string_view> option_blocks();

}  // namespace vieweratlas
