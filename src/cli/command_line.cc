// The command line, straight from the option table: a flag exists because its row does, and errors name the nearest flag.

#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/option.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

constexpr std::array kCommands{
    CommandInfo{.name = "analyze",
                .arguments = "[default|rigorous|explorer|debug|FILE.yaml]",
                .summary = "Turns presence logs, or a measured graph, into a map of communities.",
                .max_arguments = 1},
    CommandInfo{.name = "simulate",
                .arguments = "[FILE.yaml]",
                .summary = "Writes the logs of an invented world whose communities are known.",
                .max_arguments = 1},
    CommandInfo{.name = "quality",
                .arguments = "[default|rigorous|explorer|debug|FILE.yaml]",
                .summary = "Reports how good the presence logs are.",
                .max_arguments = 1},
    CommandInfo{.name = "forget",
                .arguments = "[USER...] [FILE.yaml]",
                .summary = "Takes viewers (logins, or ids such as id:1234) out of all stored data and never records them again; without a "
                           "USER, those already forgotten, such as after a backup came back.",
                .max_arguments = 100000},
    CommandInfo{.name = "purge",
                .arguments = "[FILE.yaml]",
                .summary = "Removes presence that is older than so many days, by the dates in its paths.",
                .max_arguments = 1},
    CommandInfo{.name = "compact",
                .arguments = "[FILE.yaml]",
                .summary = "Turns raw days into Parquet tables: the lake, which analyses read instead. All ended days, or those you name.",
                .max_arguments = 1},
    CommandInfo{.name = "lake stats",
                .arguments = "[FILE.yaml]",
                .summary = "Tells which days the lake has, how large they are, and which are missing or stale.",
                .max_arguments = 1},
    CommandInfo{.name = "lake verify",
                .arguments = "[FILE.yaml]",
                .summary = "Reads every table of the lake and checks it; exit code 1 and the reasons where something is damaged.",
                .max_arguments = 1},
    CommandInfo{.name = "lake purge",
                .arguments = "[FILE.yaml]",
                .summary = "Removes days of the lake, and raw files, that are older than so many days or a date.",
                .max_arguments = 1},
    CommandInfo{.name = "config show",
                .arguments = "[default|rigorous|explorer|debug|FILE.yaml]",
                .summary = "Prints the values in effect; with --origin, where each comes from.",
                .max_arguments = 1},
    CommandInfo{.name = "config validate",
                .arguments = "FILE.yaml",
                .summary = "Checks a configuration file and prints every problem with its line.",
                .max_arguments = 1},
    CommandInfo{.name = "config docs", .arguments = "", .summary = "Prints the reference of all options as Markdown."},
    CommandInfo{.name = "version", .arguments = "", .summary = "Prints the version."},
    CommandInfo{.name = "login",
                .arguments = "[CONFIGURATION]",
                .summary = "Lets the program ask Twitch in your name: shows a code to enter in a browser and keeps the token.",
                .max_arguments = 1},
    CommandInfo{.name = "channels update",
                .arguments = "[CONFIGURATION]",
                .summary = "Writes the most watched channels into a file, one per line.",
                .max_arguments = 1},
    CommandInfo{.name = "collect",
                .arguments = "[CONFIGURATION]",
                .summary = "Listens to live chats and writes who was present; docs/collecting.md and docs/data-policy.md say what to mind.",
                .max_arguments = 1},
    CommandInfo{.name = "continuous",
                .arguments = "[CONFIGURATION]",
                .summary = "Collects without a pause and analyses beside it, now and then.",
                .max_arguments = 1},
    CommandInfo{.name = "doctor",
                .arguments = "[CONFIGURATION]",
                .summary = "Tries all that collecting needs (token, clock, network, a join, disk) and says what to do about each failure.",
                .max_arguments = 1},
    CommandInfo{
        .name = "status", .arguments = "[CONFIGURATION]", .summary = "Tells what the collector of a folder does.", .max_arguments = 1},
    CommandInfo{.name = "health",
                .arguments = "[CONFIGURATION]",
                .summary = "Exit code 0 when the collector of a folder is well, 1 and the reasons when it is not.",
                .max_arguments = 1},
    CommandInfo{.name = "vod add", .arguments = "[CONFIGURATION]", .summary = "Puts recordings into the queue.", .max_arguments = 1},
    CommandInfo{.name = "vod discover",
                .arguments = "[CONFIGURATION]",
                .summary = "Asks Twitch for new recordings of channels and puts them into the queue.",
                .max_arguments = 1},
    CommandInfo{.name = "vod process",
                .arguments = "[CONFIGURATION]",
                .summary = "Works through the queue: imports downloaded chats, and has a program of yours download those that are missing.",
                .max_arguments = 1},
    CommandInfo{.name = "vod stats", .arguments = "[CONFIGURATION]", .summary = "Tells how the queue is.", .max_arguments = 1},
    CommandInfo{.name = "vod import",
                .arguments = "FILE|FOLDER... [FILE.yaml]",
                .summary = "Turns recorded chats and chat logs of other tools into presence; docs/sources.md lists what is read.",
                .max_arguments = 100000},
    CommandInfo{.name = "preprocess_vods",
                .arguments = "[CONFIGURATION] [MAX_VODS]",
                .summary = "vod discover and vod process in turn, as a configuration file says.",
                .max_arguments = 2},
    CommandInfo{.name = "storage export",
                .arguments = "--to PLACE [CONFIGURATION]",
                .summary = "Copies the store to another place, checked; may be stopped and goes on where it was.",
                .max_arguments = 1},
    CommandInfo{.name = "storage import",
                .arguments = "--from PLACE [CONFIGURATION]",
                .summary = "Copies another place into the store, checked; may be stopped and goes on where it was.",
                .max_arguments = 1},
    CommandInfo{.name = "storage list",
                .arguments = "[PREFIX]",
                .summary = "Lists the objects of the store: bytes, time, name.",
                .max_arguments = 1},
    CommandInfo{
        .name = "storage get", .arguments = "NAME FILE", .summary = "Copies an object of the store into a file.", .max_arguments = 2},
    CommandInfo{.name = "storage put", .arguments = "FILE NAME", .summary = "Copies a file into the store.", .max_arguments = 2},
    CommandInfo{
        .name = "serve", .arguments = "[CONFIGURATION]", .summary = "Serves finished maps.", .max_arguments = 1, .in_this_release = false},
};

/// A flag as it may be written for one command.
struct KnownFlag {
  std::string text;  ///< "--overlap-threshold", "-o", "--no-strict"
  std::size_t option = 0;
  bool negates = false;
};

bool has_flag(const Option& option, std::string_view command) {
  // `config show` looks at the values of any command but those of the simulator, the lake and copying, whose flags have the names of
  // others.
  const bool has_own = option.block() == "simulate" || option.block() == "lake" || option.key.starts_with("storage.transfer_");
  if (command == "config show") return !has_own;
  return option.used_by(command);
}

std::vector<KnownFlag> flags_of(std::string_view command) {
  std::vector<KnownFlag> flags;
  const std::span<const Option> options = option_table();
  for (std::size_t i = 0; i < options.size(); ++i) {
    const Option& option = options[i];
    if (!has_flag(option, command)) continue;
    flags.push_back({.text = option.flag_name(), .option = i});
    if (option.field.is_switch) flags.push_back({.text = "--no-" + option.flag_name().substr(2), .option = i, .negates = true});
    if (option.more_flags.empty()) continue;
    for (const std::string_view more : split(option.more_flags, ',')) flags.push_back({.text = std::string(more), .option = i});
  }
  return flags;
}

Error usage_error(std::string sentence) { return Error{ErrorCode::kInvalidArgument, std::move(sentence)}; }

Error unknown_command(std::string_view word) {
  std::vector<std::string_view> names(kCommands.size());
  std::transform(kCommands.begin(), kCommands.end(), names.begin(), [](const CommandInfo& command) { return command.name; });
  const std::string near = nearest(word, names);
  std::string hint = near.empty() ? std::string("`vieweratlas --help` lists them") : fmt::format("did you mean {}?", near);
  const auto all = presets();
  if (word.ends_with(".yaml") || word.ends_with(".yml") ||
      std::any_of(all.begin(), all.end(), [&](const Preset& preset) { return preset.name == word; })) {
    hint = fmt::format("did you mean `vieweratlas analyze {}`?", printable(word, 80));
  }
  return usage_error(fmt::format("there is no command {}; {}", printable(word, 80), hint));
}

/// The second words of the commands that begin with `group`: "show", "validate" and "docs" of "config".
std::vector<std::string_view> members_of(std::string_view group) {
  std::vector<std::string_view> members;
  for (const CommandInfo& command : kCommands) {
    if (command.name.size() > group.size() && command.name.starts_with(group) && command.name[group.size()] == ' ') {
      members.push_back(command.name.substr(group.size() + 1));
    }
  }
  return members;
}

/// How many of the first words name the command: two where the first is a group's. Errors: invalid_argument.
Result<std::size_t> command_length(std::span<const std::string> words) {
  const std::string& first = words.front();
  const std::vector<std::string_view> members = members_of(first);
  if (members.empty()) {
    if (find_command(first) == nullptr) return unknown_command(first);
    return std::size_t{1};
  }
  if (words.size() < 2 || words[1].starts_with('-')) {
    return usage_error(fmt::format("{} needs to know what to do: vieweratlas {} {}", first, first, fmt::join(members, "|")));
  }
  const std::string name = fmt::format("{} {}", first, words[1]);
  if (find_command(name) == nullptr) return unknown_command(name);
  return std::size_t{2};
}

class Parser {
 public:
  Parser(std::span<const std::string> words, CommandLine line) : words_(words), line_(std::move(line)), known_(flags_of(line_.command)) {}

  Result<CommandLine> parse() && {
    bool only_arguments = false;
    while (at_ < words_.size()) {
      const std::string& word = words_[at_++];
      if (!only_arguments && word == "--") {
        only_arguments = true;
      } else if (only_arguments || word.size() < 2 || word.front() != '-') {
        line_.arguments.push_back(word);
      } else if (Status status = take_flag(word); !status.ok()) {
        return std::move(status).error();
      }
      if (line_.help) return std::move(line_);
    }
    if (Status status = check_arguments(); !status.ok()) return std::move(status).error();
    return std::move(line_);
  }

 private:
  Status take_flag(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    std::optional<std::string> value;
    if (equals != std::string::npos) value = word.substr(equals + 1);
    if (name == "--help" || name == "-h") {
      line_.help = true;
      return {};
    }
    if (line_.command == "config show" && name == "--origin" && !value) {
      line_.show_origin = true;
      return {};
    }
    const auto flag = std::find_if(known_.begin(), known_.end(), [&](const KnownFlag& k) { return k.text == name; });
    if (flag == known_.end()) return unknown_flag(name);
    return take_value(*flag, std::move(value));
  }

  Status take_value(const KnownFlag& flag, std::optional<std::string> value) {
    const Option& option = option_table()[flag.option];
    if (option.secret) {
      return usage_error(
          fmt::format("{} is not taken from the command line, which every user of the machine can read; set {} in the environment, "
                      "in .env or in a file",
                      flag.text, option.environment_names().back()));
    }
    if (option.field.is_switch) {
      if (flag.negates && value) return usage_error(fmt::format("{} takes no value", flag.text));
      if (!value) value = flag.negates ? "false" : "true";
    } else if (!value) {
      if (at_ == words_.size()) return usage_error(fmt::format("{} needs a value: {}", flag.text, option.field.kind));
      value = words_[at_++];
    }
    const auto earlier =
        std::find_if(line_.flags.begin(), line_.flags.end(), [&](const GivenValue& given) { return given.option == flag.option; });
    if (earlier == line_.flags.end()) {
      line_.flags.push_back(
          {.option = flag.option, .value = {.items = {*std::move(value)}}, .origin = {.kind = OriginKind::kFlag, .where = flag.text}});
      return {};
    }
    if (!option.field.is_list) return usage_error(fmt::format("{} is given twice", flag.text));
    earlier->value.items.push_back(*std::move(value));  // each occurrence is one item of the list
    earlier->value.is_list = true;
    return {};
  }

  Status unknown_flag(const std::string& name) const {
    std::vector<std::string_view> names{"--help"};
    for (const KnownFlag& flag : known_) names.push_back(flag.text);
    const std::string near = nearest(name, names);
    return usage_error(near.empty() ? fmt::format("{} has no flag {}; `vieweratlas {} --help` lists them", line_.command,
                                                  printable(name, 80), line_.command)
                                    : fmt::format("{} has no flag {}; did you mean {}?", line_.command, printable(name, 80), near));
  }

  Status check_arguments() const {
    const CommandInfo* command = find_command(line_.command);
    if (command != nullptr && line_.arguments.size() > command->max_arguments) {
      return usage_error(fmt::format("{} does not know what to do with {}; usage: vieweratlas {} {}", command->name,
                                     printable(line_.arguments[command->max_arguments], 80), command->name, command->arguments));
    }
    return {};
  }

  std::span<const std::string> words_;
  std::size_t at_ = 0;
  CommandLine line_;
  std::vector<KnownFlag> known_;
};

}  // namespace

std::span<const CommandInfo> commands() { return kCommands; }

const CommandInfo* find_command(std::string_view name) {
  const auto* found = std::find_if(kCommands.begin(), kCommands.end(), [&](const CommandInfo& command) { return command.name == name; });
  return found == kCommands.end() ? nullptr : found;
}

Result<CommandLine> parse_command_line(std::span<const std::string> words) {
  CommandLine line;
  if (words.empty()) {
    line.command = "analyze";
    return line;
  }
  const std::string& first = words.front();
  if (first == "--help" || first == "-h" || first == "help") {
    line.help = true;
    if (first == "help" && words.size() > 1) line.command = fmt::format("{}", fmt::join(words.subspan(1), " "));
    if (!line.command.empty() && find_command(line.command) == nullptr) return unknown_command(line.command);
    return line;
  }
  if (first == "--version") {
    line.command = "version";
    return line;
  }
  if (first.starts_with('-')) {
    line.command = "analyze";
    return Parser(words, std::move(line)).parse();
  }
  const Result<std::size_t> length = command_length(words);
  if (!length) return length.error();
  line.command = fmt::format("{}", fmt::join(words.first(*length), " "));
  return Parser(words.subspan(*length), std::move(line)).parse();
}

}  // namespace vieweratlas
