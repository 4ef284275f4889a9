// Rows of the option table: which days of the lake.

#include <array>
#include <span>
#include <string_view>

#include "cli/option.h"
#include "cli/option_rows.h"

namespace vieweratlas {
namespace {

constexpr std::string_view kByDay = "compact, lake verify";

constexpr std::array kLake{
    Option{.key = "lake.date",
           .field = VA_FIELD(lake.date),
           .heading = "Lake",
           .help = "This day alone (UTC), also when it has not ended.",
           .commands = kByDay,
           .flat = false},
    Option{.key = "lake.since",
           .field = VA_FIELD(lake.since),
           .heading = "Lake",
           .help = "Days from this one on.",
           .commands = kByDay,
           .flat = false},
    Option{.key = "lake.until",
           .field = VA_FIELD(lake.until),
           .heading = "Lake",
           .help = "Days up to this one, included; unset, compact ends with yesterday.",
           .commands = kByDay,
           .flat = false},
    Option{.key = "lake.deep",
           .field = VA_FIELD(lake.deep),
           .heading = "Lake",
           .help = "Read the raw files of each day as well and compare every row.",
           .commands = "lake verify",
           .flat = false},
    Option{.key = "lake.older_than",
           .field = VA_FIELD(lake.older_than),
           .heading = "Lake",
           .help = "Days that ended so many days ago, or before this date, are removed; unset, collection.retention_days.",
           .commands = "lake purge",
           .flat = false},
};

}  // namespace

std::span<const Option> lake_options() { return kLake; }

}  // namespace vieweratlas
