#include "collect/round_records.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "collect/bytes.h"
#include "collect/round.h"
#include "collect/viewer_names.h"

#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas::collect_internal {
namespace records {
namespace {

ByteWriter begin(std::string& out, Kind kind) {
  ByteWriter writer(out);
  writer.byte(static_cast<std::uint8_t>(kind));
  return writer;
}

}  // namespace

void append_channel(std::string& out, std::string_view login) { begin(out, Kind::kChannel).text(login); }

void append_channel_id(std::string& out, std::uint32_t channel, std::string_view id) {
  ByteWriter writer = begin(out, Kind::kChannelId);
  writer.number(channel);
  writer.text(id);
}

void append_viewer(std::string& out, const ViewerNames& names, std::string_view login) {
  ByteWriter writer = begin(out, Kind::kViewer);
  writer.byte(
      static_cast<std::uint8_t>((names.has_id() ? kHasId : 0) | (names.has_login() ? kHasLogin : 0) | (login.empty() ? 0 : kHasText)));
  if (names.has_id()) writer.bytes(names.id.bytes);
  if (names.has_login()) writer.bytes(names.login.bytes);
  if (!login.empty()) writer.text(login);
}

void append_rename(std::string& out, std::uint32_t viewer, const Pseudonym& login, std::string_view text) {
  ByteWriter writer = begin(out, Kind::kRename);
  writer.number(viewer);
  writer.bytes(login.bytes);
  writer.text(text);
}

void append_sighting(std::string& out, const SightingRecord& sighting) {
  const bool is_message = sighting.message != 0 && sighting.count == 1 && !sighting.is_member;
  ByteWriter writer = begin(out, is_message ? Kind::kMessage : sighting.is_member ? Kind::kMembers : Kind::kSightings);
  writer.number(sighting.channel);
  writer.number(sighting.viewer);
  if (is_message) {
    writer.fixed64(sighting.message);
  } else {
    writer.number(sighting.count);
  }
}

void append_facts(std::string& out, std::uint32_t channel, const ChannelFacts& facts, UtcMillis time) {
  ByteWriter writer = begin(out, Kind::kFacts);
  writer.number(channel);
  writer.signed_number(time.time_since_epoch().count());
  for (const std::string* text : {&facts.channel_id, &facts.display_name, &facts.game_name, &facts.language, &facts.title}) {
    writer.text(*text);
  }
  writer.byte(static_cast<std::uint8_t>((facts.viewer_count ? kHasViewerCount : 0) | (facts.started_at ? kHasStart : 0)));
  if (facts.viewer_count) writer.number(*facts.viewer_count);
  if (facts.started_at) writer.signed_number(facts.started_at->time_since_epoch().count());
}

void append_observed(std::string& out, std::uint32_t channel, std::int64_t length_ms) {
  ByteWriter writer = begin(out, Kind::kObserved);
  writer.number(channel);
  writer.number(static_cast<std::uint64_t>(length_ms));
}

void append_loss(std::string& out, std::optional<std::uint32_t> channel, std::string_view reason, std::uint64_t count) {
  ByteWriter writer = begin(out, Kind::kLoss);
  writer.number(channel ? std::uint64_t{*channel} + 1 : 0);
  writer.text(reason);
  writer.number(count);
}

void append_summary(std::string& out, const RoundSummary& summary) {
  ByteWriter writer = begin(out, Kind::kSummary);
  writer.number(summary.channels_wanted);
  writer.number(summary.channels_confirmed);
  writer.number(summary.channels_failed.size());
  for (const auto& [reason, count] : summary.channels_failed) {
    writer.text(reason);
    writer.number(count);
  }
}

}  // namespace records

namespace {

using records::Kind;

/// Applies one record after the other. Nothing is believed: a number that means nothing yet ends it.
class Applier {
 public:
  Applier(std::string_view bytes, Round& round, const std::function<void(std::uint64_t)>& on_message)
      : in_(bytes), round_(round), on_message_(on_message) {}

  bool run() {
    while (!in_.at_end()) {
      if (!apply(static_cast<Kind>(in_.byte()))) return false;
    }
    return true;
  }

 private:
  bool apply(Kind kind) {
    switch (kind) {
      case Kind::kChannel: return apply_channel();
      case Kind::kChannelId: return apply_channel_id();
      case Kind::kViewer: return apply_viewer();
      case Kind::kRename: return apply_rename();
      case Kind::kMessage:
      case Kind::kSightings:
      case Kind::kMembers: return apply_sighting(kind);
      case Kind::kFacts: return apply_facts();
      case Kind::kObserved: return apply_observed();
      case Kind::kLoss: return apply_loss();
      case Kind::kSummary: return apply_summary();
    }
    return false;
  }

  /// A number that is the place of something in a list of `size`.
  bool index(std::size_t size, std::uint32_t& number) {
    const std::uint64_t value = in_.number();
    if (!in_.ok() || value >= size) return false;
    number = static_cast<std::uint32_t>(value);
    return true;
  }
  bool channel_index(std::uint32_t& number) { return index(round_.channels().size(), number); }

  bool apply_channel() {
    const std::string_view login = in_.text();
    if (!in_.ok() || round_.find_channel(login)) return false;
    round_.channel(login, {});
    return true;
  }

  bool apply_channel_id() {
    std::uint32_t channel = 0;
    if (!channel_index(channel)) return false;
    const std::string_view id = in_.text();
    if (!in_.ok()) return false;
    round_.channel(std::string(round_.channels()[channel].login), id);
    return true;
  }

  bool apply_viewer() {
    const std::uint8_t flags = in_.byte();
    ViewerNames names;
    if ((flags & records::kHasId) != 0) names.id.bytes = in_.bytes<12>();
    if ((flags & records::kHasLogin) != 0) names.login.bytes = in_.bytes<12>();
    const std::string_view text = (flags & records::kHasText) != 0 ? in_.text() : std::string_view();
    if (!in_.ok() || names.key() == Pseudonym() || round_.viewers().find(names.key())) return false;
    return round_.viewer(names, text, true).has_value();
  }

  bool apply_rename() {
    std::uint32_t viewer = 0;
    if (!index(round_.viewers().size(), viewer)) return false;
    ViewerNames names{.id = round_.viewers()[viewer].id, .login = {.bytes = in_.bytes<12>()}};
    const std::string_view text = in_.text();
    if (!in_.ok() || !names.has_id() || !names.has_login()) return false;
    round_.viewer(names, text, false);
    return true;
  }

  bool apply_sighting(Kind kind) {
    std::uint32_t channel = 0;
    std::uint32_t viewer = 0;
    if (!channel_index(channel) || !index(round_.viewers().size(), viewer)) return false;
    const std::uint64_t message = kind == Kind::kMessage ? in_.fixed64() : 0;
    const std::uint64_t count = kind == Kind::kMessage ? 1 : in_.number();
    if (!in_.ok() || count == 0 || count > std::numeric_limits<std::uint32_t>::max()) return false;
    round_.see(channel, viewer, kind == Kind::kMembers, static_cast<std::uint32_t>(count), message);
    if (message != 0 && on_message_) on_message_(message);
    return true;
  }

  bool apply_facts() {
    std::uint32_t channel = 0;
    if (!channel_index(channel)) return false;
    const UtcMillis time{std::chrono::milliseconds(in_.signed_number())};
    ChannelFacts facts;
    for (std::string* text : {&facts.channel_id, &facts.display_name, &facts.game_name, &facts.language, &facts.title}) {
      *text = in_.text();
    }
    const std::uint8_t flags = in_.byte();
    if ((flags & records::kHasViewerCount) != 0) facts.viewer_count = in_.number();
    if ((flags & records::kHasStart) != 0) facts.started_at = UtcMillis(std::chrono::milliseconds(in_.signed_number()));
    if (!in_.ok()) return false;
    round_.facts(channel, facts, time);
    return true;
  }

  bool apply_observed() {
    std::uint32_t channel = 0;
    if (!channel_index(channel)) return false;
    const std::uint64_t length = in_.number();
    if (!in_.ok() || length > static_cast<std::uint64_t>(kMaxObservedMs)) return false;
    round_.observe(channel, static_cast<std::int64_t>(length));
    return true;
  }

  bool apply_loss() {
    std::uint32_t channel = 0;
    if (!index(round_.channels().size() + 1, channel)) return false;
    const std::string_view reason = in_.text();
    const std::uint64_t count = in_.number();
    if (!in_.ok()) return false;
    round_.lose(channel == 0 ? std::nullopt : std::optional(channel - 1), reason, count);
    return true;
  }

  bool apply_summary() {
    RoundSummary summary;
    summary.channels_wanted = in_.number();
    summary.channels_confirmed = in_.number();
    for (std::uint64_t left = in_.number(); left > 0 && in_.ok(); --left) {
      const std::string_view reason = in_.text();
      summary.channels_failed[std::string(reason)] = in_.number();
    }
    if (!in_.ok()) return false;
    round_.summarise(summary);
    return true;
  }

  ByteReader in_;
  Round& round_;
  const std::function<void(std::uint64_t)>& on_message_;
};

}  // namespace

bool apply_records(std::string_view records, Round& round, const std::function<void(std::uint64_t)>& on_message) {
  return Applier(records, round, on_message).run();
}

}  // namespace vieweratlas::collect_internal
