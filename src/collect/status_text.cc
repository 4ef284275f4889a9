// The status as JSON and as a line, and back.

#include <fmt/format.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <simdjson.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/collect/status.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas {
namespace {

class StatusWriter {
 public:
  explicit StatusWriter(const CollectorStatus& status) : status_(status), writer_(buffer_) {}

  std::string write() {
    writer_.StartObject();
    text("version", status_.version);
    number("pid", status_.pid);
    text("state", status_.stopped ? "stopped" : "running");
    text("mode", status_.mode);
    if (!status_.shard.empty()) text("shard", status_.shard);
    time("time", status_.now);
    time("started", status_.started);
    text("line", status_line(status_));
    write_health();
    write_chat();
    write_recorder();
    write_sources();
    number("clock_jumps", status_.clock_jumps);
    writer_.EndObject();
    return std::string(buffer_.GetString(), buffer_.GetSize()) + '\n';
  }

 private:
  void key(std::string_view name) { writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  void begin(std::string_view name) {
    key(name);
    writer_.StartObject();
  }
  void end() { writer_.EndObject(); }
  void text(std::string_view name, std::string_view value) {
    key(name);
    const std::string clean = sanitise_utf8(value);
    writer_.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
  }
  void number(std::string_view name, std::uint64_t value) {
    key(name);
    writer_.Uint64(value);
  }
  void number(std::string_view name, std::int64_t value) {
    key(name);
    writer_.Int64(value);
  }
  void time(std::string_view name, UtcMillis value) { text(name, format_iso(std::chrono::floor<std::chrono::seconds>(value))); }
  void counts(std::string_view name, const std::map<std::string, std::uint64_t>& values) {
    begin(name);
    for (const auto& [reason, count] : values) number(reason, count);
    end();
  }

  void write_health() {
    begin("health");
    const auto problems = health_problems(status_);
    key("ok");
    writer_.Bool(problems.empty());
    key("problems");
    writer_.StartArray();
    for (const std::string& problem : problems) {
      const std::string clean = printable(problem, 1000);
      writer_.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
    }
    writer_.EndArray();
    end();
  }

  void write_chat() {
    const ChatCounters& chat = status_.chat;
    begin("rooms");
    number("wanted", chat.rooms_wanted);
    number("target", status_.rooms_target);
    number("sent", chat.rooms_sent);
    number("confirmed", chat.rooms_confirmed);
    counts("failed", chat.rooms_failed);
    number("joins_sent", chat.joins_sent);
    number("join_tokens_left", chat.join_tokens_left);
    end();
    begin("connections");
    number("open", chat.connections_open);
    number("wanted", chat.connections_wanted);
    number("connects", chat.connects);
    counts("ends", chat.connection_ends);
    end();
    counts("lines", chat.lines);
    number("bytes", chat.bytes);
    number("lag_ms", chat.lag_ms);
    key("messages_per_second");
    writer_.Double(status_.messages_per_second);
    if (chat.last_message_ms >= 0) time("last_message", UtcMillis(std::chrono::milliseconds(chat.last_message_ms)));
  }

  void write_recorder() {
    const RecorderCounters& recorder = status_.recorder;
    begin("round");
    time("begin", status_.window.begin);
    time("end", status_.window.end);
    number("viewers", recorder.viewers_in_round);
    number("channels", recorder.channels_in_round);
    end();
    begin("recorder");
    number("sightings", recorder.sightings);
    number("duplicates", recorder.duplicates);
    number("late", recorder.late);
    number("refused", recorder.refused);
    counts("lost", recorder.lost);
    number("queue_depth", recorder.queue_depth);
    number("rounds_closed", recorder.rounds_closed);
    number("rounds_waiting", recorder.rounds_waiting);
    number("journal_bytes", recorder.journal_bytes);
    number("writer_lag_ms", recorder.writer_lag_ms);
    number("recovered_sightings", recorder.recovered_sightings);
    number("journal_bytes_torn", recorder.journal_bytes_torn);
    text("problem", recorder.problem);
    end();
  }

  void write_sources() {
    begin("roster");
    number("channels", status_.roster_channels);
    if (status_.roster_time) time("time", *status_.roster_time);
    text("problem", status_.roster_problem);
    end();
    begin("helix");
    number("requests", status_.helix.requests);
    number("retries", status_.helix.retries);
    number("rate_limited", status_.helix.rate_limited);
    number("points_left", status_.helix.points_left);
    end();
    begin("token");
    text("login", status_.token_login);
    text("problem", status_.token_problem);
    if (status_.until_token_validation) number("seconds_to_validation", std::int64_t{status_.until_token_validation->count()});
    end();
  }

  const CollectorStatus& status_;
  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_;
};

Error no_status() {
  return Error{ErrorCode::kCorruptData,
               "the collector's state/status.json cannot be read; it is written anew each few seconds while a "
               "collector runs"};
}

}  // namespace

std::string status_json(const CollectorStatus& status) { return StatusWriter(status).write(); }

std::string status_line(const CollectorStatus& status) {
  return fmt::format(
      "{} of {} rooms · {:.1f} messages/s · {} viewers in {} channels this round · {} joins left · lag {:.1f} s · rounds stored: {}",
      with_thousands(status.chat.rooms_confirmed), with_thousands(status.rooms_target), status.messages_per_second,
      with_thousands(status.recorder.viewers_in_round), with_thousands(status.recorder.channels_in_round), status.chat.join_tokens_left,
      static_cast<double>(status.chat.lag_ms) / 1000, with_thousands(status.recorder.rounds_closed));
}

Result<StoredStatus> parse_status(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return no_status();
  StoredStatus status;
  std::string_view time;
  std::string_view line;
  std::string_view state;
  simdjson::dom::array problems;
  const bool complete = root["time"].get(time) == simdjson::SUCCESS && root["pid"].get(status.pid) == simdjson::SUCCESS &&
                        root["line"].get(line) == simdjson::SUCCESS && root["state"].get(state) == simdjson::SUCCESS &&
                        root["health"]["problems"].get(problems) == simdjson::SUCCESS;
  const std::optional<UtcTime> moment = parse_time(time);
  if (!complete || !moment) return no_status();
  status.time = *moment;
  status.stopped = state == "stopped";
  status.line = line;
  for (const simdjson::dom::element problem : problems) {
    std::string_view sentence;
    if (problem.get(sentence) == simdjson::SUCCESS) status.problems.emplace_back(sentence);
  }
  return status;
}

}  // namespace vieweratlas
