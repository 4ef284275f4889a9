#include "cli/command_channels.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/json_writer.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/roster.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

std::string as_json(const Roster& roster, const std::string& file) {
  JsonWriter json;
  json.begin_object();
  json.field("status", "ok");
  json.field("file", file);
  json.field("channels", static_cast<std::uint64_t>(roster.channels.size()));
  json.field("pages", roster.num_pages);
  json.field("duplicates", roster.num_duplicates);
  json.field("opted_out", roster.num_opted_out);
  json.field("filtered", roster.num_filtered);
  json.field("stopped_by", roster.stopped_by);
  json.end_object();
  return json.finish();
}

}  // namespace

Status CommandChannelsUpdate::setup(const CommandLine& line, const Environment& environment) {
  if (Status status = TwitchCommand::setup(line, environment); !status) return status;
  // The list is made, not read; and it is one list for all shards.
  options_.roster.channels.clear();
  options_.roster.channels_file.clear();
  options_.roster.shard = 0;
  options_.roster.shards = 1;
  return {};
}

Status CommandChannelsUpdate::run() {
  const std::filesystem::path& output = configuration_.settings.collection.channels_output;
  const std::string file = printable(output.string(), 4000);
  if (configuration_.settings.talk.dry_run) {
    print_result(fmt::format("would write the {} most watched channels to {}\n", with_thousands(options_.roster.top_channels), file));
    return {};
  }
  Session session(configuration_, environment_, "stopped; an earlier list is untouched");
  Console& console = session.console();
  session.open_log_file();
  session.tell_settings();
  Result<std::unique_ptr<HttpClient>> http = make_http_client({.ca_file = options_.endpoints.ca_file});
  if (!http) return std::move(http).error();
  const SystemClock clock;
  TokenKeeper tokens(options_, **http, clock, console);
  if (Status started = tokens.start(false, {}); !started.ok()) return started;
  RosterSource source(options_, **http, tokens, clock, console);
  const Result<Roster> roster = source.refresh({});
  if (!roster) return roster.error();
  if (roster->channels.empty()) {
    return Error{ErrorCode::kNotFound, "no channel that is asked for is live; " + file + " stays as it was"};
  }
  std::string text;
  for (const ChannelFacts& channel : roster->channels) text += channel.channel + "\n";
  if (Status written = write_file_atomic(output, text); !written.ok()) return written;
  console.info(fmt::format("{} channels written to {} ({} pages, {})", with_thousands(roster->channels.size()), file, roster->num_pages,
                           roster->stopped_by));
  print_result(wants_json() ? as_json(*roster, output.string()) : file + "\n");
  return {};
}

}  // namespace vieweratlas
