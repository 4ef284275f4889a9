#include "presence/resolve.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "presence/intake.h"

#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::presence_internal {
namespace {

/// Keeps the value with the latest time; of equal times the smallest value.
struct Latest {
  std::int64_t time_s = std::numeric_limits<std::int64_t>::min();
  std::uint32_t text = 0;

  void offer(std::int64_t new_time_s, std::uint32_t new_text) {
    if (new_text == 0 || new_time_s < time_s) return;
    if (text != 0 && new_time_s == time_s && new_text > text) return;
    time_s = new_time_s;
    text = new_text;
  }
};

/// Replaces each record's channel by the login under which the channel is known at the end.
void follow_renames(std::vector<Record>& records) {
  std::unordered_map<std::uint32_t, Latest> id_of_login;
  std::unordered_map<std::uint32_t, Latest> login_of_id;
  for (const Record& record : records) {
    if (record.channel_id == 0) continue;
    id_of_login[record.channel].offer(record.time_s, record.channel_id);
    login_of_id[record.channel_id].offer(record.time_s, record.channel);
  }
  if (login_of_id.empty()) return;
  for (Record& record : records) {
    std::uint32_t id = record.channel_id;
    if (id == 0) {
      const auto known = id_of_login.find(record.channel);
      if (known == id_of_login.end()) continue;
      id = known->second.text;
    }
    record.channel = login_of_id.find(id)->second.text;
  }
}

/// Marks the channels that are on `excluded` by login, by an earlier login or by id. `names` are the channels as the records spelled
/// them, before renames were followed.
std::unordered_set<std::uint32_t> find_excluded(const std::vector<Record>& records, const std::vector<std::uint32_t>& names,
                                                const std::vector<std::string>& texts, std::span<const std::string> excluded) {
  std::unordered_set<std::uint32_t> numbers;
  for (const std::string& name : excluded) {
    // Ids keep their case (YouTube's tell it apart), logins have none.
    for (const std::string& text : {to_lower(trim(name)), std::string(trim(name))}) {
      const auto at = std::lower_bound(texts.begin(), texts.end(), text);
      if (!text.empty() && at != texts.end() && *at == text) numbers.insert(static_cast<std::uint32_t>(at - texts.begin()));
    }
  }
  std::unordered_set<std::uint32_t> channels;
  if (numbers.empty()) return channels;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Record& record = records[i];
    const bool by_id = record.channel_id != 0 && numbers.contains(record.channel_id);
    if (by_id || numbers.contains(names[i]) || numbers.contains(record.channel)) channels.insert(record.channel);
  }
  return channels;
}

/// What makes two records the same snapshot. `source` is the class: rows that name none are live.
auto identity(const Record& record, std::uint32_t live) {
  return std::tuple(record.channel, record.time_s, record.source == 0 ? live : record.source, record.content);
}

UtcTime utc(std::int64_t seconds) { return UtcTime(std::chrono::seconds(seconds)); }

class Resolver {
 public:
  Resolver(Records records, std::uint32_t num_records, const Window& window) : records_(std::move(records.records)) {
    result_.snapshot_of_record.assign(num_records + std::size_t{1}, kOutside);
    result_.texts = std::move(records.texts);
    live_ = static_cast<std::uint32_t>(std::lower_bound(result_.texts.begin(), result_.texts.end(), "live") - result_.texts.begin());
    for (const Record& record : records_) {
      const UtcTime time = utc(record.time_s);
      result_.first_in_input = std::min(result_.first_in_input.value_or(time), time);
      result_.last_in_input = std::max(result_.last_in_input.value_or(time), time);
    }
    if (window.since) since_s_ = window.since->time_since_epoch().count();
    if (window.until) until_s_ = window.until->time_since_epoch().count();
    if (window.last && result_.last_in_input) since_s_ = first_second_of_last(*result_.last_in_input, *window.last);
  }

  Resolution run(std::span<const std::string> excluded) && {
    exclude(excluded);
    const std::uint32_t live = live_class();
    std::sort(records_.begin(), records_.end(), [live](const Record& a, const Record& b) { return identity(a, live) < identity(b, live); });
    for (std::size_t begin = 0; begin < records_.size();) {
      std::size_t end = begin + 1;
      while (end < records_.size() && identity(records_[end], live) == identity(records_[begin], live)) ++end;
      add_group(begin, end);
      begin = end;
    }
    finish_channel();
    return std::move(result_);
  }

 private:
  /// Follows renames and takes the records of unwanted channels out.
  void exclude(std::span<const std::string> excluded) {
    std::vector<std::uint32_t> names;
    if (!excluded.empty()) {
      for (const Record& record : records_) names.push_back(record.channel);
    }
    follow_renames(records_);
    if (excluded.empty()) return;
    const std::unordered_set<std::uint32_t> channels = find_excluded(records_, names, result_.texts, excluded);
    result_.num_excluded_channels = channels.size();
    std::erase_if(records_, [&channels](const Record& record) { return channels.contains(record.channel); });
  }

  /// The number of "live", or one that no text has: only equality and a fixed order matter.
  [[nodiscard]] std::uint32_t live_class() const {
    const bool exists = live_ < result_.texts.size() && result_.texts[live_] == "live";
    return exists ? live_ : static_cast<std::uint32_t>(result_.texts.size());
  }

  void add_group(std::size_t begin, std::size_t end) {
    Record merged = records_[begin];
    for (std::size_t i = begin + 1; i < end; ++i) merge_records(merged, records_[i]);
    if (merged.time_s < since_s_ || merged.time_s >= until_s_) {
      ++result_.num_outside_window;
      return;
    }
    if (result_.channels.empty() || channel_text_ != merged.channel) {
      finish_channel();
      channel_text_ = merged.channel;
      result_.channels.push_back({.login = result_.texts[merged.channel]});
    }
    ++result_.channels.back().num_snapshots;
    display_name_.offer(merged.time_s, merged.display_name);
    platform_id_.offer(merged.time_s, merged.channel_id);
    if (merged.viewer_count != kNoViewerCount) {
      result_.channels.back().viewer_count = std::max(result_.channels.back().viewer_count, merged.viewer_count);
    }
    ++result_.sources[merged.source == 0 ? "csv" : result_.texts[merged.source]];
    for (std::size_t i = begin; i < end; ++i) {
      result_.snapshot_of_record[records_[i].number] = static_cast<std::uint32_t>(result_.snapshots.size());
    }
    result_.snapshots.push_back({.time_s = merged.time_s,
                                 .viewer_count = merged.viewer_count,
                                 .seconds_observed = merged.seconds_observed,
                                 .channel = static_cast<std::uint32_t>(result_.channels.size() - 1),
                                 .game = merged.game,
                                 .language = merged.language,
                                 .title = merged.title,
                                 .source = merged.source});
  }

  void finish_channel() {
    if (result_.channels.empty()) return;
    Channel& channel = result_.channels.back();
    channel.display_name = display_name_.text == 0 ? channel.login : result_.texts[display_name_.text];
    channel.platform_id = result_.texts[platform_id_.text];
    display_name_ = {};
    platform_id_ = {};
  }

  Resolution result_;
  std::vector<Record> records_;
  std::uint32_t live_ = 0;
  std::int64_t since_s_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t until_s_ = std::numeric_limits<std::int64_t>::max();
  // Of the channel at the back of result_.channels.
  std::uint32_t channel_text_ = 0;
  Latest display_name_;
  Latest platform_id_;
};

}  // namespace

Records gather(std::span<const Intake* const> intakes) {
  Records result;
  std::vector<std::string>& texts = result.texts;
  for (const Intake* intake : intakes) {
    for (const std::string* text : intake->texts().texts()) texts.push_back(*text);
  }
  texts.emplace_back();
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  for (const Intake* intake : intakes) {
    std::vector<std::uint32_t> number_of;
    for (const std::string* text : intake->texts().texts()) {
      number_of.push_back(static_cast<std::uint32_t>(std::lower_bound(texts.begin(), texts.end(), *text) - texts.begin()));
    }
    for (Record record : intake->records()) {
      for (std::uint32_t* text :
           {&record.channel, &record.channel_id, &record.display_name, &record.game, &record.language, &record.title, &record.source}) {
        *text = number_of[*text];
      }
      result.records.push_back(record);
    }
  }
  return result;
}

void merge_records(Record& merged, const Record& record) {
  if (record.viewer_count != kNoViewerCount && (merged.viewer_count == kNoViewerCount || record.viewer_count > merged.viewer_count)) {
    merged.viewer_count = record.viewer_count;
  }
  if (record.seconds_observed != kNotObserved &&
      (merged.seconds_observed == kNotObserved || record.seconds_observed > merged.seconds_observed)) {
    merged.seconds_observed = record.seconds_observed;
  }
  const auto take = [&](std::uint32_t Record::* text) {
    if (record.*text != 0 && (merged.*text == 0 || record.*text < merged.*text)) merged.*text = record.*text;
  };
  take(&Record::channel_id);
  take(&Record::display_name);
  take(&Record::game);
  take(&Record::language);
  take(&Record::title);
  take(&Record::source);
}

Resolution resolve(Records records, std::uint32_t num_records, const Window& window, std::span<const std::string> excluded) {
  return Resolver(std::move(records), num_records, window).run(excluded);
}

}  // namespace vieweratlas::presence_internal
