#include "cli/command_vod.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/json_writer.h"
#include "cli/option.h"
#include "cli/privacy_rules.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"

#include "vieweratlas/collect/chat_log_collector.h"
#include "vieweratlas/collect/snapshot_importer.h"
#include "vieweratlas/collect/vod_chat_collector.h"
#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

UtcTime now() { return std::chrono::floor<std::chrono::seconds>(SystemClock().utc()); }

/// "+02:00", "-5", "0530": hours, or hours and minutes.
Result<std::optional<std::chrono::seconds>> parse_utc_offset(std::string_view text) {
  text = trim(text);
  if (text.empty()) return std::optional<std::chrono::seconds>();
  const bool is_west = text.front() == '-';
  std::string digits;
  for (const char c : text.substr(is_west || text.front() == '+' ? 1 : 0)) {
    if (c != ':') digits += c;
  }
  const bool is_number = !digits.empty() && digits.size() <= 4 && digits.find_first_not_of("0123456789") == std::string::npos;
  if (is_number) {
    if (digits.size() % 2 == 1) digits.insert(0, "0");
    const int hours = std::stoi(digits.substr(0, 2));
    const int minutes = digits.size() > 2 ? std::stoi(digits.substr(2)) : 0;
    const std::chrono::seconds offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    if (hours <= 14 && minutes < 60) return std::optional(is_west ? -offset : offset);
  }
  return Error{ErrorCode::kInvalidArgument, "vod.utc_offset must be hours and minutes such as +02:00 or -5, not " + printable(text, 40)};
}

std::string losses_text(const std::map<std::string, std::uint64_t>& lost) {
  std::string text;
  for (const auto& [reason, count] : lost) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", with_thousands(count), reason);
  return text;
}

}  // namespace

bool VodCommand::is_default(std::string_view key) const {
  const auto row = find_option(key);
  return row && configuration_.origins[*row].kind == OriginKind::kDefault;
}

Status VodCommand::load(const CommandLine& line, const Environment& environment) {
  environment_ = environment;
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  if (configuration_.settings.storage.type == StoreKind::kFile) return {};
  Result<std::unique_ptr<ObjectStore>> store = store_for(configuration_.settings, environment, {});
  if (!store) return std::move(store).error();
  store_ = *std::move(store);
  return {};
}

/// Where nobody says otherwise, all lies in the data folder.
fs::path VodCommand::queue_file() const {
  return is_default("vod.queue_file") ? data_dir() / "state/vod_queue.json" : configuration_.settings.vod.queue_file;
}

fs::path VodCommand::raw_dir() const {
  return is_default("vod.raw_dir") ? data_dir() / "raw/vod_chat" : configuration_.settings.vod.raw_dir;
}

std::string VodCommand::place_of_queue() const { return store_ ? store_->uri("state/vod_queue/") : queue_file().string(); }

Result<VodQueue> VodCommand::queue(bool takes_over) const {
  if (!store_) return VodQueue(queue_file());
  if (Status reached = reach_store(configuration_.settings, environment_, StoreUse::kRead, {}); !reached) return std::move(reached).error();
  VodQueue queue(*store_);
  std::error_code problem;
  if (!takes_over || !fs::is_regular_file(queue_file(), problem)) return queue;
  if (const auto taken = queue.take_over(VodQueue(queue_file())); !taken) return taken.error();
  fs::path aside = queue_file();
  aside += ".moved";
  fs::rename(queue_file(), aside, problem);  // where that is denied it is taken over again, and nothing of it is new
  return queue;
}

Result<VodCommand::People> VodCommand::people() const {
  const Result<fs::path> path = viewer_key_path(configuration_.settings, environment_);
  if (!path) return path.error();
  Result<ViewerKey> key = ViewerKey::load_or_create(*path);
  if (!key) return std::move(key).error();
  if (store_) {
    if (Status reached = reach_store(configuration_.settings, environment_, StoreUse::kRead, {}); !reached)
      return std::move(reached).error();
    std::string seen;
    Status taken = take_over_forgotten(*store_, forgotten_path(data_dir()), key->id(), seen);
    if (!taken) return std::move(taken).error();
  }
  Result<ForgottenList> forgotten = ForgottenList::load(forgotten_path(data_dir()), key->id());
  if (!forgotten) return std::move(forgotten).error();
  return People{*std::move(key), *std::move(forgotten)};
}

Result<ImportOptions> VodCommand::import_options() const {
  auto opted_out = channels_opted_out(configuration_.settings.collection.opt_out_file);
  if (!opted_out) return std::move(opted_out).error();
  return ImportOptions{.data_dir = data_dir(),
                       .store = store_.get(),
                       .bucket_length = std::chrono::seconds(configuration_.settings.vod.bucket_length_s),
                       .store_logins = configuration_.settings.collection.store_logins,
                       .is_opted_out = *std::move(opted_out)};
}

struct CommandVodImport::Sums {
  std::uint64_t imported = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t damaged = 0;
  std::uint64_t failed = 0;
  std::uint64_t ignored = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t rows = 0;
  std::map<std::string, std::uint64_t> lost;

  [[nodiscard]] std::string text() const {
    return fmt::format(
        "imported {} files: {} snapshots, {} presence rows; {} were there already, {} ended too early, {} failed, {} of other kinds\n",
        with_thousands(imported), with_thousands(snapshots), with_thousands(rows), with_thousands(unchanged), with_thousands(damaged),
        with_thousands(failed), with_thousands(ignored));
  }
  [[nodiscard]] std::string as_json() const {
    JsonWriter json;
    json.begin_object();
    json.field("status", failed == 0 ? "ok" : "incomplete");
    json.field("imported", imported);
    json.field("unchanged", unchanged);
    json.field("damaged", damaged);
    json.field("failed", failed);
    json.field("ignored", ignored);
    json.field("snapshots", snapshots);
    json.field("presence_rows", rows);
    json.begin_object("lost");
    for (const auto& [reason, count] : lost) json.field(reason, count);
    json.end_object();
    json.end_object();
    return json.finish();
  }
};

Status CommandVodImport::setup(const CommandLine& line, const Environment& environment) {
  CommandLine rest = line;
  rest.arguments.clear();
  for (const std::string& word : line.arguments) {
    if (word.ends_with(".yaml") || word.ends_with(".yml")) {
      rest.arguments.push_back(word);
    } else {
      arguments_.emplace_back(word);
    }
  }
  if (rest.arguments.size() > 1) return Error{ErrorCode::kInvalidArgument, "vod import takes one configuration file"};
  if (arguments_.empty())
    return Error{ErrorCode::kInvalidArgument, "vod import needs files or folders; usage: vieweratlas vod import FILE|FOLDER..."};
  if (Status loaded = load(rest, environment); !loaded) return loaded;
  auto offset = parse_utc_offset(configuration_.settings.vod.utc_offset);
  if (!offset) return std::move(offset).error();
  utc_offset_ = *offset;
  if (configuration_.settings.vod.channels.size() > 1) return Error{ErrorCode::kInvalidArgument, "vod import takes one --channel"};
  return {};
}

Result<std::vector<CommandVodImport::Found>> CommandVodImport::find() const {
  std::vector<Found> found;
  for (const fs::path& argument : arguments_) {
    std::error_code problem;
    if (!fs::is_directory(argument, problem)) {
      found.push_back({argument, true});
      continue;
    }
    const auto files = list_files(argument);
    if (!files) return files.error();
    for (const FileEntry& file : *files) found.push_back({file.path, false});
  }
  return found;
}

Result<ImportReport> CommandVodImport::import(const Found& file, const ImportOptions& options, const People& people,
                                              const std::stop_token& stop) const {
  const auto kind = import_kind_of(file.path);
  if (!kind) return kind.error();
  const VodSettings& vod = configuration_.settings.vod;
  const std::string channel = vod.channels.empty() ? std::string() : vod.channels.front();
  if (*kind == ImportKind::kVodChat) {
    return import_vod_chat({.path = file.path, .channel = channel, .vod_id = {}}, vod.keep_damaged, options, people.key, people.forgotten,
                           stop);
  }
  if (*kind == ImportKind::kChatLog) {
    return import_chat_log({.path = file.path, .channel = channel, .utc_offset = utc_offset_}, vod.keep_damaged, options, people.key,
                           people.forgotten, stop);
  }
  return Error{ErrorCode::kNoData,
               printable(file.path.string(), 400) + " is neither a recorded chat nor a chat log; docs/sources.md lists what is read"};
}

void CommandVodImport::take(const Found& file, const Result<ImportReport>& report, Console& console, Sums& sums) const {
  if (!report && report.error().code == ErrorCode::kNoData && !file.is_named) {
    ++sums.ignored;
    return;
  }
  if (!report) {
    ++sums.failed;
    console.error(report.error().message);
    return;
  }
  ++(report->is_unchanged ? sums.unchanged : sums.imported);
  if (!report->problem.empty()) {
    ++sums.damaged;
    console.warning(report->problem + "; what came before is kept");
  }
  sums.snapshots += report->snapshots;
  sums.rows += report->rows;
  for (const auto& [reason, count] : report->lost) sums.lost[reason] += count;
  console.info(fmt::format("{}: {} snapshots of {} viewers in {}{}", printable(file.path.string(), 300), with_thousands(report->snapshots),
                           with_thousands(report->viewers), report->key.empty() ? std::string("nothing") : printable(report->key, 300),
                           report->lost.empty() ? std::string() : "; not counted: " + losses_text(report->lost)));
}

Status CommandVodImport::run() {
  const auto files = find();
  if (!files) return files.error();
  if (configuration_.settings.talk.dry_run) {
    for (const Found& file : *files) {
      const auto kind = import_kind_of(file.path);
      if (kind.ok() && *kind == ImportKind::kUnknown) continue;
      print_result(fmt::format("would import {}\n", printable(file.path.string(), 4000)));
    }
    return {};
  }
  Session session(configuration_, environment_, "stopped");
  std::stop_source stop;
  const Interrupt::Serving serving(session.interrupt(), stop, [&] { session.console().warning("stopping"); });
  session.open_log_file();
  session.tell_settings();
  const auto who = people();
  if (!who) return who.error();
  const auto options = import_options();
  if (!options) return options.error();
  Sums sums;
  for (const Found& file : *files) {
    const auto report = import(file, *options, *who, stop.get_token());
    if (!report && (report.error().code == ErrorCode::kCancelled || report.error().code == ErrorCode::kLimitExceeded))
      return report.error();
    take(file, report, session.console(), sums);
  }
  print_result(wants_json() ? sums.as_json() : sums.text());
  if (sums.failed > 0) return Error{ErrorCode::kCorruptData, fmt::format("{} files could not be imported", with_thousands(sums.failed))};
  if (sums.imported + sums.unchanged == 0) {
    return Error{ErrorCode::kNoData, "there is neither a recorded chat nor a chat log; docs/sources.md lists what is read"};
  }
  return {};
}

Status CommandVodQueue::setup(const CommandLine& line, const Environment& environment) {
  if (Status loaded = load(line, environment); !loaded) return loaded;
  if (!adds_) return {};
  const VodSettings& vod = configuration_.settings.vod;
  if (vod.vod_ids.empty() || vod.channels.size() != 1) {
    return Error{ErrorCode::kInvalidArgument, "vod add needs a recording and its channel: vieweratlas vod add --vod-id ID --channel LOGIN"};
  }
  return {};
}

Status CommandVodQueue::run() { return adds_ ? add() : tell(); }

Status CommandVodQueue::add() {
  const VodSettings& vod = configuration_.settings.vod;
  std::vector<VodItem> items;
  items.reserve(vod.vod_ids.size());
  for (const std::string& id : vod.vod_ids) items.push_back({.vod_id = id, .channel = to_lower(trim(vod.channels.front()))});
  if (configuration_.settings.talk.dry_run) {
    print_result(fmt::format("would add {} to {}\n", fmt::join(vod.vod_ids, ", "), printable(place_of_queue(), 4000)));
    return {};
  }
  Result<VodQueue> queue = this->queue(true);
  if (!queue) return std::move(queue).error();
  const auto added = queue->add(items, now());
  if (!added) return added.error();
  if (wants_json()) {
    JsonWriter json;
    json.begin_object();
    json.field("status", "ok");
    json.field("added", static_cast<std::uint64_t>(*added));
    json.field("known", static_cast<std::uint64_t>(items.size() - *added));
    json.end_object();
    print_result(json.finish());
  } else {
    print_result(fmt::format("added {}, {} known already\n", *added, items.size() - *added));
  }
  return {};
}

Status CommandVodQueue::tell() const {
  const Result<VodQueue> queue = this->queue(true);
  if (!queue) return queue.error();
  const auto stats = queue->stats(now());
  if (!stats) return stats.error();
  const std::array<std::pair<std::string_view, std::uint64_t>, 7> counts{{{"total", stats->total},
                                                                          {"pending", stats->pending},
                                                                          {"processing", stats->processing},
                                                                          {"completed", stats->completed},
                                                                          {"retrying", stats->retrying},
                                                                          {"given_up", stats->given_up},
                                                                          {"due", stats->due}}};
  if (!wants_json()) {
    std::string text;
    for (const auto& [name, count] : counts) text += fmt::format("{:<12}{:>10}\n", name, with_thousands(count));
    if (stats->next_due) text += fmt::format("{:<12}{}\n", "next due", format_iso(*stats->next_due));
    print_result(text);
    return {};
  }
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, count] : counts) json.field(name, count);
  json.field("failed", stats->retrying + stats->given_up);
  if (stats->next_due) json.field("next_due", format_iso(*stats->next_due));
  json.end_object();
  print_result(json.finish());
  return {};
}

}  // namespace vieweratlas
