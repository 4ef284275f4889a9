#include "collect/round_view.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>

#include "collect/pair_counts.h"
#include "collect/round.h"
#include "collect/viewer_names.h"

#include "vieweratlas/collect/round_schedule.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::size_t kHexBytes = 24;

void append_hex(std::string& out, const Pseudonym& pseudonym) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : pseudonym.bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
}

UtcTime seconds_of(UtcMillis time) { return std::chrono::floor<std::chrono::seconds>(time); }

}  // namespace

RoundView::RoundView(const Round& round, const ForgottenList& forgotten) : round_(round), order_(round.channels().size()) {
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return round.channels()[a].login < round.channels()[b].login; });
  losses_ = round.losses();
  for (const ChannelRound& channel : round.channels()) {
    for (const auto& [reason, count] : channel.losses) losses_[reason] += count;
    observed_ms_ += static_cast<std::uint64_t>(channel.observed_ms);
    has_members_ = has_members_ || channel.members.size() > 0;
  }
  num_viewers_ = round.viewers().size();
  if (forgotten.empty()) return;
  is_left_out_.resize(round.viewers().size());
  for (std::uint32_t v = 0; v < round.viewers().size(); ++v) {
    const ViewerNames& names = round.viewers()[v];
    is_left_out_[v] = forgotten.holds(names.id, names.login) ? 1 : 0;
    num_viewers_ -= is_left_out_[v];
  }
}

bool RoundView::prepare(std::uint32_t channel, bool is_membership) {
  const ChannelRound& seen = round_.channels()[channel];
  gather(is_membership ? seen.members : seen.chat);
  if (pairs_.empty() && (is_membership || seen.observed_ms == 0)) return false;
  if (round_.header().stores_logins) {
    name_by_login();
  } else {
    name_by_pseudonym();
  }
  channel_losses_.assign(seen.losses.begin(), seen.losses.end());
  const RoundWindow& window = round_.header().window;
  snapshot_ = {.channel = seen.login,
               .channel_id = seen.id,
               .display_name = seen.facts.display_name,
               .timestamp = seconds_of(window.begin),
               .viewer_count = seen.facts.viewer_count,
               .game_name = seen.facts.game_name,
               .language = seen.facts.language,
               .title = seen.facts.title,
               .source = is_membership ? "membership" : "live",
               .chatters = chatters_,
               .window_begin = seconds_of(window.begin),
               .window_end = seconds_of(window.end),
               .seconds_observed = static_cast<std::uint64_t>(seen.observed_ms) / 1000,
               .logins = logins_,
               .losses = channel_losses_};
  if (seen.facts.started_at) snapshot_.started_at = seconds_of(*seen.facts.started_at);
  if (!is_membership) snapshot_.messages = messages_;
  return true;
}

void RoundView::gather(const PairCounts& pairs) {
  pairs_.clear();
  pairs.for_each([&](std::uint32_t viewer, std::uint32_t count) {
    if (is_left_out_.empty() || is_left_out_[viewer] == 0) pairs_.emplace_back(viewer, count);
  });
  chatters_.clear();
  logins_.clear();
  messages_.clear();
}

void RoundView::name_by_pseudonym() {
  const ViewerIndex& viewers = round_.viewers();
  std::sort(pairs_.begin(), pairs_.end(), [&](const auto& a, const auto& b) { return viewers[a.first].key() < viewers[b.first].key(); });
  hex_.clear();
  for (const auto& [viewer, count] : pairs_) {
    append_hex(hex_, viewers[viewer].key());
    append_hex(hex_, viewers[viewer].login);
    messages_.push_back(count);
  }
  // A viewer who is known by the login alone needs no second name.
  bool any_login = false;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const ViewerNames& names = viewers[pairs_[i].first];
    const std::string_view both(hex_.data() + 2 * i * kHexBytes, 2 * kHexBytes);
    const bool has_both = names.has_id() && names.has_login();
    chatters_.push_back(both.substr(0, kHexBytes));
    logins_.push_back(has_both ? both.substr(kHexBytes) : std::string_view());
    any_login = any_login || has_both;
  }
  if (!any_login) logins_.clear();
}

void RoundView::name_by_login() {
  const ViewerIndex& viewers = round_.viewers();
  const auto name = [&](std::uint32_t viewer) { return viewers.login_text(viewer); };
  std::sort(pairs_.begin(), pairs_.end(), [&](const auto& a, const auto& b) {
    return name(a.first) != name(b.first) ? name(a.first) < name(b.first) : a.second < b.second;
  });
  for (const auto& [viewer, count] : pairs_) {
    // A login that went from one id to another within the round is one name.
    if (!chatters_.empty() && chatters_.back() == name(viewer)) {
      messages_.back() += count;
    } else {
      chatters_.push_back(name(viewer));
      messages_.push_back(count);
    }
  }
}

}  // namespace vieweratlas::collect_internal
