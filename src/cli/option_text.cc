#include "cli/option_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/option.h"
#include "cli/settings.h"

#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

constexpr std::string_view kOpening = R"(# Configuration

<!-- Made by `vieweratlas config docs` from the option table. Do not edit: a test compares. -->

Every option can be given in four ways, and in a preset. What stands nearer to you wins:

**default < preset < YAML file < `.env` < environment < flag**

```sh
vieweratlas analyze                                   # the preset default
vieweratlas analyze rigorous --last 30d               # a preset, and a flag
vieweratlas analyze map.yaml                          # a file
VIEWERATLAS_ANALYSIS_RESOLUTION=2 vieweratlas analyze # the environment
vieweratlas config show map.yaml --origin             # every value in effect, and where it comes from
vieweratlas config validate map.yaml                  # every problem of a file, with its line
```

A YAML file has blocks, or the same keys without their block where the tables below say *flat*:

```yaml
preset: rigorous
analysis:
  logs_dir: logs
  overlap_threshold: 100
  exclude_games: [Special Events, Slots]
log_level: INFO
```

- Unknown and duplicate keys, wrong types and values out of range are errors that name file, line and the nearest key (exit code 2).
- Truth is written `true`/`false`, `yes`/`no`, `on`/`off` or `1`/`0`. Whole numbers have no leading zeros: `010` means eight to
  some programs. Merge keys (`<<`) are not supported.
- A list is a YAML list, or one text with commas. A flag that takes a list may be repeated.
- Times are UTC: `2026-11-22`, `2026-11-22T10:00:00Z`. Lengths of time: `90s`, `15m`, `36h`, `30d`, `2w`.
- Paths are relative to the folder in which the program runs. `none` is no path.
- An environment variable with an empty value counts as not set. A `.env` file in the working directory is read like the
  environment; the real environment wins.
- `analysis.logs_dir` and `simulate.output_dir` follow `collection.logs_dir` (and so `LOGS_DIR`) unless set themselves.
)";

constexpr std::string_view kClosing = R"(
## Files that a run leaves

`analyze` writes into `output_dir` only after everything has been made: files appear together under their names, and a run that
fails or is stopped leaves the earlier result as it was. Nothing is deleted: an output that is switched off now but lies there
from an earlier run is left, and named in a warning. The log file goes to `log_file`; when it cannot be written the run goes on
with a warning. `dry_run` writes nothing at all.

Results (what to use elsewhere: paths, reports, `--json`) go to stdout, everything else to stderr. Progress is a bar on a
terminal and a line now and then elsewhere. `NO_COLOR` switches colours off.
)";

std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

void append_presets(std::string& out) {
  out += "\n## Presets\n\n| preset | for | values that differ from the default |\n|---|---|---|\n";
  for (const Preset& preset : presets()) {
    std::vector<std::string> values;
    for (const Option& option : option_table()) {
      if (preset.column == nullptr || (option.*(preset.column)).empty()) continue;
      values.push_back(fmt::format("`{}: {}`", option.key, option.*(preset.column)));
    }
    out += fmt::format("| `{}` | {} | {} |\n", preset.name, preset.help, values.empty() ? "–" : fmt::format("{}", fmt::join(values, ", ")));
  }
}

std::string key_cell(const Option& option) {
  return fmt::format("`{}`{}", option.key, option.flat && !option.block().empty() ? " *flat*" : "");
}

void append_option(std::string& out, const Option& option) {
  std::string flags = option.secret ? std::string("none: others can read command lines") : fmt::format("`{}`", option.flag_name());
  if (!option.more_flags.empty()) {
    for (const std::string_view more : split(option.more_flags, ',')) flags += fmt::format(" `{}`", more);
  }
  std::string names;
  for (const std::string& name : option.environment_names()) names += fmt::format("{}`{}`", names.empty() ? "" : " ", name);
  std::string users(option.commands);
  const std::span<const CommandInfo> all = commands();
  if (std::none_of(all.begin(), all.end(), [&](const CommandInfo& c) { return c.in_this_release && option.used_by(c.name); })) {
    users += " (later)";
  }
  out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", key_cell(option), cell(option.help), cell(value_text(option)),
                     cell(default_text(option)), flags, names, users);
}

}  // namespace

std::string value_text(const Option& option) {
  std::string text(option.field.kind);
  const bool has_range = text == "number" || text == "whole number" || text == "[width, height]";
  if (has_range && option.min == std::numeric_limits<double>::denorm_min()) {
    text += std::isfinite(option.max) ? fmt::format(" above 0, up to {}", option.max) : " above 0";
  } else if (has_range && std::isfinite(option.max)) {
    text += fmt::format(" from {} to {}", option.min, option.max);
  } else if (has_range && option.min > 0) {
    text += fmt::format(" of at least {}", option.min);
  }
  if (!option.unit.empty()) text += fmt::format(" ({})", option.unit);
  return text;
}

std::string default_text(const Option& option) {
  const std::string text = option.field.print(Settings{});
  return text.empty() ? "none" : text;
}

std::string configuration_docs() {
  std::string out(kOpening);
  append_presets(out);
  std::string_view heading;
  for (const Option& option : option_table()) {
    if (option.heading != heading) {
      out +=
          fmt::format("\n## {}\n\n| key | what it does | value | default | flag | environment | used by |\n|---|---|---|---|---|---|---|\n",
                      option.heading);
    }
    heading = option.heading;
    append_option(out, option);
  }
  out += "\n## Exit codes\n\n| code | meaning |\n|---|---|\n";
  for (const ExitCodeInfo& code : exit_codes()) out += fmt::format("| {} | {} |\n", code.code, code.meaning);
  out += kClosing;
  return out;
}

}  // namespace vieweratlas
