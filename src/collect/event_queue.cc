#include "collect/event_queue.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collect/bytes.h"

#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas::collect_internal {
namespace {

enum class Kind : std::uint8_t { kFacts, kSighting, kObserved, kLost, kSummary };

// Nobody's name, id or title is longer; a source that says so is not to fill the queue.
constexpr std::size_t kMaxTextBytes = 1024;
constexpr std::size_t kMaxReasons = 256;

std::string_view cut(std::string_view text) { return text.substr(0, kMaxTextBytes); }

std::int64_t count_of(UtcMillis time) { return time.time_since_epoch().count(); }
UtcMillis time_of(std::int64_t count) { return UtcMillis(std::chrono::milliseconds(count)); }

void tell_facts(ByteReader& in, EventTaker& taker) {
  const UtcMillis time = time_of(in.signed_number());
  ChannelFacts facts;
  facts.channel = in.text();
  facts.channel_id = in.text();
  facts.display_name = in.text();
  facts.game_name = in.text();
  facts.language = in.text();
  facts.title = in.text();
  if (in.byte() != 0) facts.viewer_count = in.number();
  if (in.byte() != 0) facts.started_at = time_of(in.signed_number());
  taker.facts(facts, time);
}

void tell_sighting(ByteReader& in, EventTaker& taker) {
  Sighting sighting;
  sighting.kind = static_cast<SightingKind>(in.byte());
  sighting.time = time_of(in.signed_number());
  sighting.channel = in.text();
  sighting.channel_id = in.text();
  sighting.viewer_id = in.text();
  sighting.viewer_login = in.text();
  sighting.message_id = in.text();
  taker.see(sighting);
}

void tell_summary(ByteReader& in, EventTaker& taker) {
  RoundSummary summary;
  summary.channels_wanted = in.number();
  summary.channels_confirmed = in.number();
  for (std::uint64_t left = in.number(); left > 0; --left) {
    const std::string_view reason = in.text();
    summary.channels_failed.emplace(reason, in.number());
  }
  taker.summarise(summary);
}

}  // namespace

void tell(const EventBatch& batch, EventTaker& taker) {
  ByteReader in(batch.bytes);
  while (!in.at_end()) {
    switch (static_cast<Kind>(in.byte())) {
      case Kind::kFacts: tell_facts(in, taker); break;
      case Kind::kSighting: tell_sighting(in, taker); break;
      case Kind::kSummary: tell_summary(in, taker); break;
      case Kind::kObserved: {
        const std::string_view channel = in.text();
        const UtcMillis begin = time_of(in.signed_number());
        taker.observed(channel, begin, time_of(in.signed_number()));
        break;
      }
      case Kind::kLost: {
        const std::string_view channel = in.text();
        const std::string_view reason = in.text();
        taker.lost(channel, reason, in.number());
        break;
      }
    }
    VA_CHECK(in.ok());
  }
  for (const auto& [reason, count] : batch.losses) taker.lost("", reason, count);
}

template <typename Write>
void EventQueue::add(const Write& write) {
  bool is_urgent = false;
  {
    const std::lock_guard lock(mutex_);
    if (batch_.bytes.size() >= max_bytes_) {
      refuse("queue_full", 1);
      return;
    }
    if (batch_.num_events++ == 0) batch_.oldest = clock_.steady();
    const bool was_urgent = is_filling();
    ByteWriter out(batch_.bytes);
    write(out);
    is_urgent = !was_urgent && is_filling();
  }
  if (is_urgent) filled_.notify_one();
}

/// The caller holds the lock.
void EventQueue::refuse(std::string_view reason, std::uint64_t count) {
  // Reasons are few; a source that makes them up must not fill the memory.
  const bool is_known = batch_.losses.size() < kMaxReasons || batch_.losses.contains(std::string(reason));
  batch_.losses[is_known ? std::string(reason) : "other"] += count;
}

void EventQueue::facts(const ChannelFacts& facts, UtcMillis time) {
  add([&](ByteWriter& out) {
    out.byte(static_cast<std::uint8_t>(Kind::kFacts));
    out.signed_number(count_of(time));
    for (const std::string* text :
         {&facts.channel, &facts.channel_id, &facts.display_name, &facts.game_name, &facts.language, &facts.title}) {
      out.text(cut(*text));
    }
    out.byte(facts.viewer_count ? 1 : 0);
    if (facts.viewer_count) out.number(*facts.viewer_count);
    out.byte(facts.started_at ? 1 : 0);
    if (facts.started_at) out.signed_number(count_of(*facts.started_at));
  });
}

void EventQueue::see(const Sighting& sighting) {
  add([&](ByteWriter& out) {
    out.byte(static_cast<std::uint8_t>(Kind::kSighting));
    out.byte(static_cast<std::uint8_t>(sighting.kind));
    out.signed_number(count_of(sighting.time));
    for (const std::string_view text :
         {sighting.channel, sighting.channel_id, sighting.viewer_id, sighting.viewer_login, sighting.message_id}) {
      out.text(cut(text));
    }
  });
}

void EventQueue::observed(std::string_view channel, UtcMillis begin, UtcMillis end) {
  add([&](ByteWriter& out) {
    out.byte(static_cast<std::uint8_t>(Kind::kObserved));
    out.text(cut(channel));
    out.signed_number(count_of(begin));
    out.signed_number(count_of(end));
  });
}

void EventQueue::lost(std::string_view channel, std::string_view reason, std::uint64_t count) {
  {
    // A loss is a number: it is kept even when there is no room for anything else.
    const std::lock_guard lock(mutex_);
    if (batch_.bytes.size() >= max_bytes_) {
      refuse(cut(reason), count);
      return;
    }
  }
  add([&](ByteWriter& out) {
    out.byte(static_cast<std::uint8_t>(Kind::kLost));
    out.text(cut(channel));
    out.text(cut(reason));
    out.number(count);
  });
}

void EventQueue::summarise(const RoundSummary& summary) {
  add([&](ByteWriter& out) {
    out.byte(static_cast<std::uint8_t>(Kind::kSummary));
    out.number(summary.channels_wanted);
    out.number(summary.channels_confirmed);
    out.number(summary.channels_failed.size());
    for (const auto& [reason, count] : summary.channels_failed) {
      out.text(cut(reason));
      out.number(count);
    }
  });
}

void EventQueue::take(EventBatch& batch, std::chrono::milliseconds patience) {
  batch.bytes.clear();
  batch.num_events = 0;
  batch.losses.clear();
  std::unique_lock lock(mutex_);
  filled_.wait_for(lock, patience, [this] { return is_woken_ || is_filling(); });
  is_woken_ = false;
  std::swap(batch, batch_);
}

void EventQueue::wake() {
  const std::lock_guard lock(mutex_);
  is_woken_ = true;
  filled_.notify_one();
}

std::uint64_t EventQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return batch_.num_events;
}

std::int64_t EventQueue::lag_ms() const {
  const std::lock_guard lock(mutex_);
  return batch_.num_events == 0 ? 0 : (clock_.steady() - batch_.oldest).count();
}

}  // namespace vieweratlas::collect_internal
