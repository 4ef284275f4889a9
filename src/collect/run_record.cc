#include "collect/run_record.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collect/round.h"
#include "collect/round_view.h"

#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/snapshot.h"

namespace vieweratlas::collect_internal {
namespace {

/// Writes the members of one JSON object.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }
  ~Members() { out_ += '}'; }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  void text(std::string_view name, std::string_view text) {
    begin(name);
    append_json_string(out_, text);
  }
  void number(std::string_view name, std::uint64_t number) {
    begin(name);
    out_ += std::to_string(number);
  }
  void truth(std::string_view name) {
    begin(name);
    out_ += "true";
  }
  template <typename Counts>
  void counts(std::string_view name, const Counts& counts) {
    begin(name);
    Members members(out_);
    for (const auto& [reason, count] : counts) members.number(reason, count);
  }

 private:
  void begin(std::string_view name) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    append_json_string(out_, name);
    out_ += ':';
  }

  std::string& out_;
  bool is_first_ = true;
};

std::string time_text(UtcMillis time) { return format_iso(std::chrono::floor<std::chrono::seconds>(time)); }

}  // namespace

void append_run_record(std::string& out, const RoundView& view, const RunNumbers& numbers, bool is_membership) {
  const RoundHeader& header = view.round().header();
  {
    Members members(out);
    members.text("record", "round");
    members.number("version", 1);
    members.text("source", is_membership ? "membership" : "live");
    members.text("window_begin", time_text(header.window.begin));
    members.text("window_end", time_text(header.window.end));
    members.number("shard", header.shard);
    members.number("shards", header.shards);
    members.number("part", header.part);
    if (header.stores_logins) {
      members.truth("logins");
    } else {
      members.text("key", header.key_id);
    }
    members.number("channels", numbers.num_channels);
    members.number("viewers", view.num_viewers());
    members.number("chatters", numbers.num_chatters);
    if (!is_membership) members.number("messages", numbers.num_messages);
    members.number("seconds_observed", view.observed_ms() / 1000);
    if (const std::optional<RoundSummary>& summary = view.round().summary()) {
      members.number("channels_wanted", summary->channels_wanted);
      members.number("channels_confirmed", summary->channels_confirmed);
      members.counts("channels_failed", summary->channels_failed);
    }
    // What has a place of its own is no line lost.
    std::map<std::string, std::uint64_t, std::less<>> lost = view.losses();
    for (const auto& [reason, field] :
         {std::pair(kMirror, "mirrors"), std::pair(kDuplicate, "duplicates"), std::pair(kLate, "late"), std::pair(kRefused, "refused")}) {
      const auto counted = lost.find(reason);
      members.number(field, counted == lost.end() ? 0 : counted->second);
      if (counted != lost.end()) lost.erase(counted);
    }
    members.counts("lines_lost", lost);
  }
  out += '\n';
}

}  // namespace vieweratlas::collect_internal
