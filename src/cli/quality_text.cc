#include "cli/quality_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/json_writer.h"

#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/quality.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {
namespace {

class Lines {
 public:
  void add(std::string_view name, std::string_view value) { text_ += fmt::format("{:<34}{}\n", name, value); }
  void add(std::string_view name, std::uint64_t value) { add(name, std::string_view(with_thousands(value))); }
  void heading(std::string_view name) { text_ += fmt::format("\n{}\n", name); }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

/// Advice that follows from the numbers; nothing when the data is good.
std::string advice(const QualityReport& quality, const ReadReport& read) {
  // Three days of hourly samples of some hundred channels are the least from which communities come out steadily.
  constexpr std::uint64_t kEnoughHours = 72;
  constexpr std::uint32_t kEnoughChannels = 200;
  constexpr double kManyOneOff = 90;
  std::string text;
  if (quality.hours_covered < kEnoughHours) text += "- fewer than 72 hours are covered: collect for three to five days\n";
  if (quality.total_channels < kEnoughChannels) text += "- fewer than 200 channels: the map will be small; 1,000 make a good one\n";
  if (quality.one_off_percentage > kManyOneOff)
    text += "- most viewers were seen in one channel only: they link nothing; collect for longer\n";
  if (quality.suspected_bots > 0)
    text += "- suspected bots are left out of maps by max_channels_per_viewer: auto; a bot_list names known ones\n";
  if (!read.losses.empty()) text += "- some input could not be used; --strict makes that an error\n";
  return text;
}

}  // namespace

std::string quality_text(const QualityReport& quality, const ReadReport& read) {
  Lines lines;
  lines.add("channels", quality.total_channels);
  lines.add("unique viewers", quality.total_unique_viewers);
  lines.add("snapshots", quality.total_snapshots);
  lines.add("presence rows", read.num_presence_rows);
  if (read.first && read.last) lines.add("window", fmt::format("{} to {}", format_iso(*read.first), format_iso(*read.last)));
  lines.add("hours covered", fmt::format("{} of {}", with_thousands(quality.hours_covered), with_thousands(quality.hours_in_window)));
  lines.add("longest gap", fmt::format("{} hours", with_thousands(quality.longest_gap_hours)));
  if (quality.snapshots_observed > 0) {
    lines.add("listened", fmt::format("{:.1f} channel hours in {} snapshots", quality.channel_hours_observed,
                                      with_thousands(quality.snapshots_observed)));
  }
  lines.heading("Viewers per channel");
  lines.add("average", fmt::format("{:.1f}", quality.avg_viewers));
  lines.add("median", fmt::format("{:.1f}", quality.median_viewers));
  lines.add("largest", quality.max_viewers);
  lines.add("smallest", quality.min_viewers);
  lines.heading("Channels per viewer");
  lines.add("average", fmt::format("{:.2f}", quality.avg_channels_per_viewer));
  lines.add("viewers of one channel", fmt::format("{} ({:.1f} %)", with_thousands(quality.one_off_viewers), quality.one_off_percentage));
  lines.add("viewers of two or more", quality.repeat_viewers_2plus);
  lines.add("viewers of three or more", quality.repeat_viewers_3plus);
  lines.add("suspected bots", fmt::format("{} (in more than {} channels)", with_thousands(quality.suspected_bots),
                                          with_thousands(quality.suspected_bot_degree)));
  lines.heading("Largest channels");
  for (const ChannelAudience& channel : quality.top_channels_by_viewers) lines.add(printable(channel.channel, 32), channel.viewers);
  lines.heading("Input");
  for (const auto& [source, count] : read.snapshot_sources) lines.add(fmt::format("snapshots of {}", printable(source, 20)), count);
  if (read.num_outside_window > 0) lines.add("snapshots outside of the window", read.num_outside_window);
  if (read.num_duplicate_rows > 0) lines.add("duplicate rows", read.num_duplicate_rows);
  for (const auto& [reason, entry] : read.losses.by_reason()) {
    lines.add(fmt::format("skipped: {}", reason), fmt::format("{}, such as {}", with_thousands(entry.count), printable(entry.example)));
  }
  if (read.losses.empty()) lines.add("skipped", "nothing");
  std::string text = std::move(lines).take();
  const std::string remarks = advice(quality, read);
  return remarks.empty() ? text : text + "\nRemarks\n" + remarks;
}

std::string quality_json(const QualityReport& quality, const ReadReport& read) {
  JsonWriter json;
  json.begin_object();
  json.field("status", "ok");
  json.field("total_channels", std::uint64_t{quality.total_channels});
  json.field("total_unique_viewers", quality.total_unique_viewers);
  json.field("total_viewers_per_channel", quality.total_viewers_per_channel);
  json.field("total_snapshots", quality.total_snapshots);
  json.field("total_presence_rows", read.num_presence_rows);
  json.field("avg_viewers", quality.avg_viewers);
  json.field("median_viewers", quality.median_viewers);
  json.field("max_viewers", quality.max_viewers);
  json.field("min_viewers", quality.min_viewers);
  json.field("avg_channels_per_viewer", quality.avg_channels_per_viewer);
  json.field("repeat_viewers_2plus", quality.repeat_viewers_2plus);
  json.field("repeat_viewers_3plus", quality.repeat_viewers_3plus);
  json.field("one_off_viewers", quality.one_off_viewers);
  json.field("one_off_percentage", quality.one_off_percentage);
  json.field("suspected_bots", quality.suspected_bots);
  json.field("suspected_bot_degree", std::uint64_t{quality.suspected_bot_degree});
  if (read.first && read.last) {
    json.field("window_begin", format_iso(*read.first));
    json.field("window_end", format_iso(*read.last));
  }
  json.field("hours_in_window", quality.hours_in_window);
  json.field("hours_covered", quality.hours_covered);
  json.field("longest_gap_hours", quality.longest_gap_hours);
  if (quality.snapshots_observed > 0) {
    json.field("snapshots_observed", quality.snapshots_observed);
    json.field("channel_hours_observed", quality.channel_hours_observed);
  }
  json.begin_object("top_channels_by_viewers");
  for (const ChannelAudience& channel : quality.top_channels_by_viewers) json.field(channel.channel, channel.viewers);
  json.end_object();
  json.begin_object("snapshot_sources");
  for (const auto& [source, count] : read.snapshot_sources) json.field(source, count);
  json.end_object();
  json.begin_object("skipped");
  for (const auto& [reason, entry] : read.losses.by_reason()) {
    json.begin_object(reason);
    json.field("count", entry.count);
    json.field("example", entry.example);
    json.end_object();
  }
  json.end_object();
  json.field("snapshots_outside_window", read.num_outside_window);
  json.field("duplicate_rows", read.num_duplicate_rows);
  json.field("input_digest", read.input_digest);
  json.end_object();
  return json.finish();
}

}  // namespace vieweratlas
