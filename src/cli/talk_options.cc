// Rows of the option table: running and talking.

#include <array>
#include <span>

#include "cli/option.h"
#include "cli/option_rows.h"

namespace vieweratlas {
namespace {

constexpr std::array kTalk{
    Option{.key = "preset",
           .field = VA_FIELD(talk.preset),
           .heading = "Running and talking",
           .help = "Values to start from, for all that is not set elsewhere.",
           .commands = kReaders},
    Option{.key = "threads",
           .field = VA_FIELD(talk.threads),
           .heading = "Running and talking",
           .help = "Threads to use; 0 takes all processors. The result does not depend on it.",
           .max = 1024,
           .more_flags = "-j",
           .commands = "analyze, quality, simulate, collect, continuous, forget"},
    Option{.key = "log_level",
           .field = VA_FIELD(talk.log_level),
           .heading = "Running and talking",
           .help = "Least important messages shown and written to the log file.",
           .environment = "LOG_LEVEL",
           .explorer = "debug",
           .debug = "debug",
           .commands = kEvery},
    Option{.key = "log_format",
           .field = VA_FIELD(talk.log_format),
           .heading = "Running and talking",
           .help = "Form of a line of the log file, in the style of Python's logging: %(asctime)s, %(levelname)s, %(name)s, %(message)s.",
           .commands = kEvery},
    Option{.key = "log_file",
           .field = VA_FIELD(talk.log_file),
           .heading = "Running and talking",
           .help = "Log file, rotated at 10 MB, five files kept; none writes no log file.",
           .commands = kEvery},
    Option{.key = "color",
           .field = VA_FIELD(talk.color),
           .heading = "Running and talking",
           .help = "Colours on the terminal; auto obeys NO_COLOR.",
           .commands = kTalkers},
    Option{.key = "verbose",
           .field = VA_FIELD(talk.verbose),
           .heading = "Running and talking",
           .help = "Show more: every warning's count, options in effect, seconds of each part.",
           .more_flags = "-v",
           .explorer = "true",
           .debug = "true",
           .commands = kTalkers},
    Option{.key = "quiet",
           .field = VA_FIELD(talk.quiet),
           .heading = "Running and talking",
           .help = "Show warnings and errors only.",
           .more_flags = "-q",
           .commands = kTalkers},
    Option{.key = "dry_run",
           .field = VA_FIELD(talk.dry_run),
           .heading = "Running and talking",
           .help = "Say what would be read and written, and do nothing.",
           .more_flags = "-n",
           .commands = "analyze, quality, simulate, collect, continuous, channels update, forget, purge, compact, lake purge, storage "
                       "export, storage import, vod add, vod discover, vod process, vod import, preprocess_vods"},
    Option{.key = "json",
           .field = VA_FIELD(talk.json),
           .heading = "Running and talking",
           .help = "Print the result as one JSON document.",
           .commands = kTalkers},
};

}  // namespace

std::span<const Option> talk_options() { return kTalk; }

}  // namespace vieweratlas
