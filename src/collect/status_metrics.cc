// The status as Prometheus metrics. Values are taken from one CollectorStatus, so that all of a scrape belong together.

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/collect/status.h"

namespace vieweratlas {
namespace {

using Labelled = std::vector<std::pair<std::string, double>>;

Labelled labelled(const std::map<std::string, std::uint64_t>& values) {
  Labelled result;
  for (const auto& [name, value] : values) result.emplace_back(name, static_cast<double>(value));
  return result;
}

class Families {
 public:
  void counter(std::string name, std::string help, std::uint64_t value) {
    add(std::move(name), std::move(help), prometheus::MetricType::Counter, "", {{"", static_cast<double>(value)}});
  }
  void counters(std::string name, std::string help, std::string label, const Labelled& values) {
    add(std::move(name), std::move(help), prometheus::MetricType::Counter, label, values);
  }
  void gauge(std::string name, std::string help, double value) {
    add(std::move(name), std::move(help), prometheus::MetricType::Gauge, "", {{"", value}});
  }
  void gauges(std::string name, std::string help, std::string label, const Labelled& values) {
    add(std::move(name), std::move(help), prometheus::MetricType::Gauge, label, values);
  }

  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return std::move(out).str();
  }

 private:
  void add(std::string name, std::string help, prometheus::MetricType type, const std::string& label, const Labelled& values) {
    prometheus::MetricFamily family{.name = "vieweratlas_" + name, .help = std::move(help), .type = type, .metric = {}};
    for (const auto& [label_value, value] : values) {
      prometheus::ClientMetric metric;
      if (!label.empty()) metric.label.push_back({.name = label, .value = label_value});
      (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
      family.metric.push_back(std::move(metric));
    }
    families_.push_back(std::move(family));
  }

  std::vector<prometheus::MetricFamily> families_;
};

void add_chat(const CollectorStatus& status, Families& to) {
  const ChatCounters& chat = status.chat;
  to.gauges("rooms", "Rooms by state: wanted, allowed by the limits (target), JOIN sent, confirmed.", "state",
            {{"wanted", static_cast<double>(chat.rooms_wanted)},
             {"target", static_cast<double>(status.rooms_target)},
             {"sent", static_cast<double>(chat.rooms_sent)},
             {"confirmed", static_cast<double>(chat.rooms_confirmed)}});
  to.gauges("rooms_failed", "Rooms that cannot be joined, by reason.", "reason", labelled(chat.rooms_failed));
  to.counter("joins_sent_total", "Channels in JOIN commands.", chat.joins_sent);
  to.gauge("join_tokens_left", "JOINs that may be sent at once.", static_cast<double>(chat.join_tokens_left));
  to.gauges("connections", "Chat connections by state.", "state",
            {{"open", static_cast<double>(chat.connections_open)}, {"wanted", static_cast<double>(chat.connections_wanted)}});
  to.counter("connects_total", "Attempts to connect.", chat.connects);
  to.counters("connection_ends_total", "Ends of connections, by reason.", "reason", labelled(chat.connection_ends));
  to.counters("lines_total", "Lines received, by command.", "command", labelled(chat.lines));
  to.counter("received_bytes_total", "Bytes received from chats.", chat.bytes);
  to.gauge("message_lag_seconds", "Own clock less the time that the newest message was sent at.", static_cast<double>(chat.lag_ms) / 1000);
  if (chat.last_message_ms >= 0) {
    to.gauge("last_message_timestamp_seconds", "Unix time of the newest message.", static_cast<double>(chat.last_message_ms) / 1000);
  }
}

void add_recorder(const RecorderCounters& recorder, Families& to) {
  to.counter("sightings_total", "Lines that counted as presence.", recorder.sightings);
  to.counter("duplicates_total", "Messages that came more than once.", recorder.duplicates);
  to.counter("late_total", "Messages whose round had closed.", recorder.late);
  to.counter("refused_total", "Lines of people to forget.", recorder.refused);
  to.counters("lost_total", "Lines that did not count, by reason.", "reason", labelled(recorder.lost));
  to.gauge("queue_depth", "Events that wait for the writer.", static_cast<double>(recorder.queue_depth));
  to.gauge("round_viewers", "Viewers of the open round.", static_cast<double>(recorder.viewers_in_round));
  to.gauge("round_channels", "Channels of the open round.", static_cast<double>(recorder.channels_in_round));
  to.counter("rounds_stored_total", "Rounds that are stored.", recorder.rounds_closed);
  to.gauge("rounds_waiting", "Rounds that are closed and cannot be stored yet.", static_cast<double>(recorder.rounds_waiting));
  to.gauge("journal_bytes", "Size of the journal.", static_cast<double>(recorder.journal_bytes));
  to.gauge("writer_lag_seconds", "Age of the oldest event that is not in the journal.", static_cast<double>(recorder.writer_lag_ms) / 1000);
  to.counter("recovered_sightings_total", "Sightings read back from a journal at the start.", recorder.recovered_sightings);
}

void add_sources(const CollectorStatus& status, Families& to) {
  to.gauge("roster_channels", "Channels of the roster.", static_cast<double>(status.roster_channels));
  to.counter("helix_requests_total", "Requests to Helix.", status.helix.requests);
  to.counter("helix_retries_total", "Requests to Helix that were repeated.", status.helix.retries);
  to.counter("helix_rate_limited_total", "Answers 429 of Helix.", status.helix.rate_limited);
  if (status.helix.points_left >= 0) {
    to.gauge("helix_points_left", "Points left of Helix's rate limit.", static_cast<double>(status.helix.points_left));
  }
  if (status.until_token_validation) {
    to.gauge("token_validation_seconds", "Seconds to the next validation of the token.",
             static_cast<double>(status.until_token_validation->count()));
  }
  to.counter("clock_jumps_total", "Jumps of the machine's clock by more than a second.", status.clock_jumps);
}

}  // namespace

std::string metrics_text(const CollectorStatus& status) {
  Families families;
  families.gauge("healthy", "1 when no rule of the health check is broken.", health_problems(status).empty() ? 1 : 0);
  families.gauge("start_timestamp_seconds", "Unix time of the start.",
                 static_cast<double>(status.started.time_since_epoch().count()) / 1000);
  add_chat(status, families);
  add_recorder(status.recorder, families);
  add_sources(status, families);
  return families.text();
}

}  // namespace vieweratlas
