#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option.h"

#include "vieweratlas/core/secret.h"

namespace vieweratlas {

/// Where a value comes from, by rising precedence.
enum class OriginKind { kDefault, kPreset, kFile, kDotEnv, kEnvironment, kFlag };

struct Origin {
  OriginKind kind = OriginKind::kDefault;
  std::string where = "default";  ///< "preset rigorous", "map.yaml:12", ".env:3", "RESOLUTION", "--resolution"
};

/// One option as one source gave it, not checked yet.
struct GivenValue {
  std::size_t option = 0;  ///< index into option_table()
  RawValue value;
  Origin origin;
};

/// What one source gave, and what is wrong with the source itself: each problem is "FILE:LINE: one sentence".
struct SourceValues {
  std::vector<GivenValue> values;
  std::vector<std::string> problems;
};

using Environment = std::map<std::string, std::string, std::less<>>;

/// The values of a preset that differ from the defaults. `name` must be one of presets().
[[nodiscard]] std::vector<GivenValue> preset_values(std::string_view name);

/// Reads a configuration file: blocks (`analysis:`) with keys, or keys at the top level. Unknown and duplicate keys, merge
/// keys, nested values and several documents are problems; values are not looked at.
[[nodiscard]] SourceValues read_yaml(std::string_view text, std::string_view file_name);

/// Reads lines of NAME=VALUE (also `export NAME=VALUE`, quoted values, # comments). Names that no option has are passed
/// over, since such files serve other programs too.
[[nodiscard]] SourceValues read_dotenv(std::string_view text, std::string_view file_name);

/// The values of AWS_... in such lines, for the store: the last of each name counts, empty ones and lines with problems do not.
[[nodiscard]] std::map<std::string, Secret> read_dotenv_aws(std::string_view text);

/// Empty values count as not set. A name of ours that no option has (VIEWERATLAS_ANALYSIS_...) is a problem.
[[nodiscard]] SourceValues read_environment(const Environment& environment);

}  // namespace vieweratlas
