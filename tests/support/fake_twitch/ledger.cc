#include "support/fake_twitch/ledger.h"

#include <map>

#include "support/fake_twitch/json.h"

namespace fake_twitch {
namespace {

struct KindRow {
  std::string_view name;
  bool counts;
};

constexpr std::array<KindRow, kNumLineKinds> kKinds{{
    {"message", true},      {"action", true},         {"notice", true},     {"native", true},     {"no_id", true},     {"skewed", true},
    {"mirror", false},      {"mirror_notice", false}, {"duplicate", false}, {"anonymous", false}, {"gift", true},      {"raid", false},
    {"broadcaster", false}, {"no_user_id", false},    {"no_room", false},   {"malformed", false}, {"overlong", false}, {"empty", false},
    {"other", false},       {"membership", false},    {"raw", false},
}};

void write_counts(JsonWriter& out, std::string_view name, const std::array<std::uint64_t, kNumLineKinds>& counts) {
  out.key(name).open('{');
  for (std::size_t i = 0; i < kNumLineKinds; ++i) {
    out.field(kKinds[i].name, static_cast<std::int64_t>(counts[i]));
  }
  out.close('}');
}

}  // namespace

std::string_view name_of(LineKind kind) { return kKinds[static_cast<std::size_t>(kind)].name; }

std::optional<LineKind> line_kind(std::string_view name) {
  for (std::size_t i = 0; i < kNumLineKinds; ++i) {
    if (kKinds[i].name == name) {
      return static_cast<LineKind>(i);
    }
  }
  return std::nullopt;
}

bool counts(LineKind kind) { return kKinds[static_cast<std::size_t>(kind)].counts; }

std::size_t Ledger::queued(const SentLine& line) {
  lines_.push_back(line);
  queued(line.kind, 1, line.bytes);
  return lines_.size() - 1;
}

void Ledger::wrote(std::size_t number, Millis time) {
  lines_[number].written = time;
  wrote(lines_[number].kind, 1);
}

void Ledger::queued(LineKind kind, std::uint64_t lines, std::uint64_t bytes) {
  queued_[static_cast<std::size_t>(kind)] += lines;
  bytes_ += bytes;
}

std::uint64_t Ledger::written_total() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t one : written_) {
    sum += one;
  }
  return sum;
}

std::string Ledger::truth_json(Millis from, Millis to, Millis until) const {
  std::map<std::uint32_t, std::map<std::uint32_t, std::int64_t>> seen;
  for (const SentLine& line : lines_) {
    if (counts(line.kind) && line.written >= 0 && line.written <= until && line.sent >= from && line.sent < to) {
      ++seen[line.channel][line.viewer];
    }
  }
  JsonWriter out;
  out.open('{').key("channels").open('{');
  for (const auto& [channel, viewers] : seen) {
    out.key(world_.channels[channel].login).open('{').field("id", world_.channels[channel].id).key("viewers").open('{');
    for (const auto& [viewer, messages] : viewers) {
      out.key(world_.viewers[viewer].id).open('{').field("login", world_.viewers[viewer].login).field("messages", messages).close('}');
    }
    out.close('}').close('}');
  }
  out.close('}');
  write_counts(out, "queued", queued_);
  write_counts(out, "written", written_);
  out.field("bytes", static_cast<std::int64_t>(bytes_)).field("written_total", static_cast<std::int64_t>(written_total())).close('}');
  return out.take();
}

std::string Ledger::lines_json(std::size_t since) const {
  JsonWriter out;
  out.open('[');
  for (std::size_t i = since; i < lines_.size(); ++i) {
    const SentLine& line = lines_[i];
    out.open('[').number(line.sent).number(line.written).number(line.connection);
    out.text(line.channel == kNobody ? "" : world_.channels[line.channel].login);
    out.text(line.viewer == kNobody ? "" : world_.viewers[line.viewer].id).text(name_of(line.kind)).close(']');
  }
  out.close(']');
  return out.take();
}

}  // namespace fake_twitch
