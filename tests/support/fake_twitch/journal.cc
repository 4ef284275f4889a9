#include "support/fake_twitch/journal.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "support/fake_twitch/json.h"

namespace fake_twitch {
namespace {

constexpr std::size_t kMaxEntries = 400'000;
constexpr Millis kWindow = 10'000;

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 2000));
  std::replace_if(out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

/// The most that fell into any ten seconds.
std::int64_t most_in_window(const std::vector<Millis>& times) {
  std::size_t most = 0;
  for (std::size_t begin = 0, end = 0; end < times.size(); ++end) {
    while (times[end] - times[begin] >= kWindow) {
      ++begin;
    }
    most = std::max(most, end - begin + 1);
  }
  return static_cast<std::int64_t>(most);
}

}  // namespace

void Journal::add(std::uint64_t connection, std::string_view what, std::string_view detail) {
  entries_.push_back(Entry{now_ms(), connection, printable(what), printable(detail)});
  if (entries_.size() > kMaxEntries) {
    entries_.pop_front();
    ++forgotten_;
  }
}

std::string Journal::json(std::uint64_t since) const {
  JsonWriter out;
  out.open('{').field("next", static_cast<std::int64_t>(forgotten_ + entries_.size())).key("entries").open('[');
  for (std::size_t i = since > forgotten_ ? since - forgotten_ : 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    out.open('[').number(entry.time).number(static_cast<std::int64_t>(entry.connection)).text(entry.what).text(entry.detail).close(']');
  }
  out.close(']').key("identities").open('{');
  std::set<std::string> names;
  for (const auto* times : {&joins_, &auths_}) {
    for (const auto& [name, list] : *times) {
      names.insert(name);
    }
  }
  for (const std::string& name : names) {
    static const std::vector<Millis> kNone;
    const auto joins = joins_.find(name);
    const auto auths = auths_.find(name);
    const auto& join_times = joins == joins_.end() ? kNone : joins->second;
    const auto& auth_times = auths == auths_.end() ? kNone : auths->second;
    out.key(name).open('{').field("joins", static_cast<std::int64_t>(join_times.size()));
    out.field("auths", static_cast<std::int64_t>(auth_times.size())).field("max_joins_10s", most_in_window(join_times));
    out.field("max_auths_10s", most_in_window(auth_times)).close('}');
  }
  out.close('}').key("counters").open('{');
  for (const auto& [name, value] : counters_) {
    out.field(name, value);
  }
  out.close('}').close('}');
  return out.take();
}

}  // namespace fake_twitch
