#include "collect/round.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "collect/pair_counts.h"
#include "collect/round_records.h"
#include "collect/viewer_names.h"

#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas::collect_internal {
namespace {

// Reasons are few; a source that makes them up must not fill the memory.
constexpr std::size_t kMaxReasons = 256;

void count(std::map<std::string, std::uint64_t, std::less<>>& losses, std::string_view reason, std::uint64_t number) {
  const auto known = losses.find(reason);
  if (known != losses.end()) {
    known->second += number;
  } else {
    losses[losses.size() < kMaxReasons ? std::string(reason) : "other"] += number;
  }
}

}  // namespace

std::string name_of(const RoundHeader& header) {
  std::string name = "round_" + format_compact(std::chrono::floor<std::chrono::seconds>(header.window.begin));
  if (header.shards > 1) name += "_shard-" + std::to_string(header.shard) + "-of-" + std::to_string(header.shards);
  if (header.part > 1) name += "_part-" + std::to_string(header.part);
  return name;
}

std::optional<std::uint32_t> Round::find_channel(std::string_view login) const {
  const auto known = number_of_channel_.find(login);
  if (known == number_of_channel_.end()) return std::nullopt;
  return known->second;
}

std::uint32_t Round::channel(std::string_view login, std::string_view id) {
  std::optional<std::uint32_t> number = find_channel(login);
  if (!number) {
    number = static_cast<std::uint32_t>(channels_.size());
    channels_.emplace_back().login = login;
    number_of_channel_.emplace(login, *number);
    if (log_ != nullptr) records::append_channel(*log_, login);
  }
  if (!id.empty() && channels_[*number].id != id) {
    channels_[*number].id = id;
    if (log_ != nullptr) records::append_channel_id(*log_, *number, id);
  }
  return *number;
}

std::optional<std::uint32_t> Round::viewer(const ViewerNames& names, std::string_view login, bool has_room) {
  if (const auto known = viewers_.find(names.key())) {
    const bool is_renamed = names.has_login() && viewers_[*known].login != names.login;
    if (!is_renamed) return known;
    viewers_.rename(*known, names.login, login);
    if (log_ != nullptr) records::append_rename(*log_, *known, names.login, login);
    return known;
  }
  if (!has_room) return std::nullopt;
  if (log_ != nullptr) records::append_viewer(*log_, names, login);
  return viewers_.add(names, login);
}

void Round::see(std::uint32_t channel, std::uint32_t viewer, bool is_member, std::uint32_t count, std::uint64_t message) {
  ChannelRound& seen = channels_[channel];
  PairCounts& pairs = is_member ? seen.members : seen.chat;
  if (pairs.add(viewer, count)) ++num_pairs_;
  if (!is_member) seen.messages += count;
  num_sightings_ += count;
  if (log_ != nullptr) records::append_sighting(*log_, {channel, viewer, is_member, count, message});
}

void Round::facts(std::uint32_t channel, const ChannelFacts& facts, UtcMillis time) {
  ChannelRound& known = channels_[channel];
  const bool is_stale = known.facts_time && time < *known.facts_time;
  const std::optional<std::uint64_t> earlier_count = known.facts.viewer_count;
  // What was known before the window began stands only until something is told in it.
  const bool replaces = !known.facts_time || *known.facts_time < header_.window.begin;
  if (!is_stale) {
    known.facts = facts;
    known.facts.channel.clear();  // known as login
    known.facts_time = time;
  }
  if (!replaces && (!is_stale || time >= header_.window.begin)) {
    const std::optional<std::uint64_t> other = is_stale ? facts.viewer_count : earlier_count;
    if (other) known.facts.viewer_count = std::max(known.facts.viewer_count.value_or(0), *other);
  }
  if (log_ != nullptr) records::append_facts(*log_, channel, facts, time);
}

void Round::observe(std::uint32_t channel, std::int64_t length_ms) {
  std::int64_t& observed_ms = channels_[channel].observed_ms;
  observed_ms = std::min(observed_ms + length_ms, kMaxObservedMs);
  if (log_ != nullptr) records::append_observed(*log_, channel, length_ms);
}

void Round::lose(std::optional<std::uint32_t> channel, std::string_view reason, std::uint64_t number) {
  count(channel ? channels_[*channel].losses : losses_, reason, number);
  if (log_ != nullptr) records::append_loss(*log_, channel, reason, number);
}

void Round::summarise(const RoundSummary& summary) {
  summary_ = summary;
  if (log_ != nullptr) records::append_summary(*log_, summary);
}

void Round::append_checkpoint(std::string& out, const std::function<void()>& after_record) const {
  for (std::uint32_t v = 0; v < viewers_.size(); ++v) {
    records::append_viewer(out, viewers_[v], viewers_.login_text(v));
    after_record();
  }
  for (std::uint32_t c = 0; c < channels_.size(); ++c) {
    const ChannelRound& channel = channels_[c];
    records::append_channel(out, channel.login);
    if (!channel.id.empty()) records::append_channel_id(out, c, channel.id);
    if (channel.facts_time) records::append_facts(out, c, channel.facts, *channel.facts_time);
    if (channel.observed_ms > 0) records::append_observed(out, c, channel.observed_ms);
    for (const auto& [reason, number] : channel.losses) records::append_loss(out, c, reason, number);
    for (const bool is_member : {false, true}) {
      (is_member ? channel.members : channel.chat).for_each([&](std::uint32_t viewer, std::uint32_t number) {
        records::append_sighting(out, {c, viewer, is_member, number, 0});
        after_record();
      });
    }
    after_record();
  }
  for (const auto& [reason, number] : losses_) records::append_loss(out, std::nullopt, reason, number);
  if (summary_) records::append_summary(out, *summary_);
  after_record();
}

std::size_t Round::memory_bytes() const {
  std::size_t bytes = viewers_.memory_bytes() + channels_.capacity() * sizeof(ChannelRound);
  for (const ChannelRound& channel : channels_) bytes += channel.chat.memory_bytes() + channel.members.memory_bytes();
  return bytes;
}

}  // namespace vieweratlas::collect_internal
