#include "cli/lake_command.h"

#include <fmt/format.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/privacy_rules.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/store_input.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_cache.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return printable(name.data());
}

UtcTime now() { return std::chrono::floor<std::chrono::seconds>(SystemClock().utc()); }

}  // namespace

Result<LakeTools> open_lake(const Settings& settings, const Environment& environment) {
  Settings of_lake = settings;
  of_lake.collection.logs_dir = settings.analysis.folder;
  if (Status reached = reach_store(of_lake, environment, StoreUse::kRead, {}); !reached) return std::move(reached).error();
  LakeTools tools;
  Result<std::unique_ptr<ObjectStore>> store = store_for(of_lake, environment, std::stop_token());
  if (!store) return std::move(store).error();
  tools.store = *std::move(store);
  Result<std::unique_ptr<ScratchFolder>> scratch = ScratchFolder::make();
  if (!scratch) return std::move(scratch).error();
  tools.scratch = *std::move(scratch);
  if (settings.storage.type == StoreKind::kFile) {
    std::error_code ignored;
    if (!fs::is_directory(settings.analysis.folder, ignored)) {
      return Error{ErrorCode::kNotFound,
                   "there is no data folder " + printable(settings.analysis.folder.string()) + "; name it with --logs-dir"};
    }
    tools.raw = folder_input(settings.analysis.folder);
    return tools;
  }
  Result<fs::path> folder = cache_dir_of(settings.storage, environment);
  if (!folder) return std::move(folder).error();
  constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
  Result<std::unique_ptr<ObjectCache>> cache =
      ObjectCache::open(*tools.store, {.folder = *folder,
                                       .max_bytes = static_cast<std::uint64_t>(settings.storage.cache_max_gib * kGib),
                                       .num_fetchers = settings.storage.parallel});
  if (!cache) return std::move(cache).error();
  tools.cache = *std::move(cache);
  tools.raw = store_input(*tools.store, *tools.cache);
  return tools;
}

std::string lock_owner() { return fmt::format("{}, process {}", host_name(), ::getpid()); }

bool lock_owner_is_gone(std::string_view owner) {
  const std::string here = host_name() + ", process ";
  if (!owner.starts_with(here)) return false;
  const std::string_view digits = owner.substr(here.size());
  int pid = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  if (problem != std::errc() || end != digits.data() + digits.size() || pid <= 0) return false;
  // A container's first process has the same number each time: what it finds under its own number is of an earlier life.
  return pid == ::getpid() || (::kill(pid, 0) != 0 && errno == ESRCH);
}

LakeChangeOptions lake_change_options(const Settings& settings, const LakeTools& tools) {
  return {.now = now,
          .owner = lock_owner(),
          .owner_is_gone = lock_owner_is_gone,
          .scratch = tools.scratch->path(),
          .platform = std::string(kPlatform),
          .dry_run = settings.talk.dry_run,
          .cancelled = {}};
}

Result<ViewerKey> lake_key(const Settings& settings, const Environment& environment) {
  const Result<fs::path> path = viewer_key_path(settings, environment);
  if (!path) return path.error();
  if (!settings.talk.dry_run) return ViewerKey::load_or_create(*path);
  Result<ViewerKey> key = ViewerKey::load(*path);
  if (key.ok() || key.error().code != ErrorCode::kNotFound) return key;
  return ViewerKey::from_bytes(std::array<std::uint8_t, 32>{});
}

Result<ForgottenList> forgotten_of(const Settings& settings, const ObjectStore& store, const ViewerKey& key) {
  return settings.storage.type == StoreKind::kFile ? ForgottenList::load(forgotten_path(settings.analysis.folder), key.id())
                                                   : load_forgotten(store, key.id());
}

Result<std::optional<DayNumber>> day_of_setting(const std::optional<UtcTime>& time, std::string_view flag) {
  if (!time) return std::optional<DayNumber>();
  const auto day = std::chrono::floor<std::chrono::days>(*time);
  if (day != *time) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("{} takes a day, such as {}", flag, format_iso(day).substr(0, 10))};
  }
  return std::optional(static_cast<DayNumber>(day.time_since_epoch().count()));
}

Result<DayRange> day_range(const LakeSettings& settings) {
  const Result<std::optional<DayNumber>> date = day_of_setting(settings.date, "--date");
  const Result<std::optional<DayNumber>> since = day_of_setting(settings.since, "--since");
  const Result<std::optional<DayNumber>> until = day_of_setting(settings.until, "--until");
  for (const auto* given : {&date, &since, &until}) {
    if (!*given) return given->error();
  }
  if (*date && (*since || *until)) {
    return Error{ErrorCode::kInvalidArgument, "--date names one day; give it alone, or --since and --until"};
  }
  if (*date) return DayRange{.since = *date, .until = *date};
  if (*since && *until && **until < **since) return Error{ErrorCode::kInvalidArgument, "--until is before --since"};
  return DayRange{.since = *since, .until = *until};
}

Status LakeCommand::setup(const CommandLine& line, const Environment& environment) {
  environment_ = environment;
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  const Result<DayRange> range = day_range(settings().lake);
  if (!range) return range.error();
  range_ = *range;
  return {};
}

}  // namespace vieweratlas
