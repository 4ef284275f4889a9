#include "vieweratlas/collect/snapshot_importer.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "collect/roster_filter.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

constexpr std::string_view kPlatform = "twitch";
constexpr std::size_t kFrameBytes = std::size_t{8} << 20U;  // text of one zstd frame: bounds what is held uncompressed
constexpr std::size_t kFirstCompaction = 1024;

}  // namespace

SnapshotImporter::SnapshotImporter(ImportOptions options, const ViewerKey& viewers, const ForgottenList& forgotten)
    : options_(std::move(options)), key_(viewers), forgotten_(forgotten) {
  VA_CHECK(options_.bucket_length.count() >= 1);
}

SnapshotImporter::ChannelState& SnapshotImporter::channel_of(std::string_view login) {
  const auto known = channels_.find(login);
  if (known != channels_.end()) return known->second;
  return channels_.emplace(std::string(login), ChannelState{}).first->second;
}

void SnapshotImporter::facts(const ChannelFacts& facts, UtcMillis /*time*/) {
  ChannelState& channel = channel_of(facts.channel);
  if (!facts.channel_id.empty()) channel.facts.channel_id = facts.channel_id;
  if (!facts.display_name.empty()) channel.facts.display_name = facts.display_name;
}

void SnapshotImporter::observed(std::string_view channel, UtcMillis begin, UtcMillis end) {
  if (begin < end) channel_of(channel).observed.emplace_back(begin, end);
}

void SnapshotImporter::lost(std::string_view /*channel*/, std::string_view reason, std::uint64_t count) {
  if (count > 0) lost_[std::string(reason)] += count;
}

void SnapshotImporter::see(const Sighting& sighting) {
  const std::uint32_t viewer = viewer_of(sighting);
  if (viewers_[viewer].is_refused) return lost(sighting.channel, "forgotten", 1);
  ChannelState& channel = channel_of(sighting.channel);
  if (channel.facts.channel_id.empty()) channel.facts.channel_id = sighting.channel_id;
  Bucket& bucket = channel.buckets[piece_of(sighting.time)];
  if (num_rows_ >= options_.max_rows) {
    compact(bucket);
    const bool is_new = !std::binary_search(bucket.viewers.begin(), bucket.viewers.end(), viewer);
    if (is_new && num_rows_ >= options_.max_rows) return lost(sighting.channel, "memory_full", 1);
  }
  ++num_sightings_;
  bucket.viewers.push_back(viewer);
  ++num_rows_;
  if (bucket.viewers.size() >= std::max(kFirstCompaction, 2 * bucket.num_sorted)) compact(bucket);
}

/// Who writes much writes often: without this a bucket would hold each message.
void SnapshotImporter::compact(Bucket& bucket) {
  const std::size_t before = bucket.viewers.size();
  std::sort(bucket.viewers.begin(), bucket.viewers.end());
  bucket.viewers.erase(std::unique(bucket.viewers.begin(), bucket.viewers.end()), bucket.viewers.end());
  bucket.num_sorted = bucket.viewers.size();
  num_rows_ -= before - bucket.viewers.size();
}

std::uint32_t SnapshotImporter::viewer_of(const Sighting& sighting) {
  VA_CHECK(!sighting.viewer_id.empty() || !sighting.viewer_login.empty());
  const bool has_id = !sighting.viewer_id.empty();
  std::string text = has_id ? "i" : "l";  // an id and a login may be the same digits
  text += has_id ? sighting.viewer_id : sighting.viewer_login;
  const auto [place, is_new] = viewer_ids_.try_emplace(std::move(text), static_cast<std::uint32_t>(viewers_.size()));
  if (!is_new) return place->second;
  Viewer viewer;
  const bool has_login = !sighting.viewer_login.empty();
  const Pseudonym id = has_id ? key_.of_id(kPlatform, sighting.viewer_id) : Pseudonym{};
  const Pseudonym login = has_login ? key_.of_login(kPlatform, sighting.viewer_login) : Pseudonym{};
  viewer.is_refused = (has_id && forgotten_.holds_id(id)) || (has_login && forgotten_.holds_login(login));
  if (options_.store_logins && has_login) {
    viewer.name = sighting.viewer_login;
  } else {
    viewer.name = has_id ? id.hex() : login.hex();
    if (has_id && has_login) viewer.login = login.hex();
  }
  viewers_.push_back(std::move(viewer));
  return place->second;
}

std::int64_t SnapshotImporter::piece_of(UtcMillis time) const {
  const auto since = std::chrono::floor<std::chrono::seconds>(time) - origin_;
  const std::int64_t length = options_.bucket_length.count();
  const std::int64_t seconds = since.count();
  return seconds >= 0 ? seconds / length : -((-seconds + length - 1) / length);
}

std::uint64_t SnapshotImporter::seconds_observed(const ChannelState& channel, UtcTime begin) const {
  const UtcMillis end = begin + options_.bucket_length;
  std::int64_t total_ms = 0;
  for (const auto& [from, to] : channel.observed) {
    total_ms += std::max<std::int64_t>(0, (std::min<UtcMillis>(to, end) - std::max<UtcMillis>(from, begin)).count());
  }
  return static_cast<std::uint64_t>(total_ms) / 1000;
}

std::optional<UtcTime> SnapshotImporter::last_piece() const {
  std::optional<UtcTime> last;
  for (const auto& [login, channel] : channels_) {
    if (channel.buckets.empty()) continue;
    const UtcTime begin = origin_ + channel.buckets.rbegin()->first * options_.bucket_length;
    last = std::max(last.value_or(begin), begin);
  }
  return last;
}

/// By stored name, so that neither the order of sightings nor hashing shows in the file.
void SnapshotImporter::rank_viewers() {
  std::vector<std::uint32_t> order(viewers_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(viewers_[a].name, viewers_[a].login) < std::tie(viewers_[b].name, viewers_[b].login);
  });
  ranks_.assign(viewers_.size(), 0);
  std::vector<Viewer> sorted(viewers_.size());
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    ranks_[order[rank]] = rank;
    sorted[rank] = std::move(viewers_[order[rank]]);
  }
  viewers_ = std::move(sorted);
  viewer_ids_.clear();
}

void SnapshotImporter::append_channel(std::string& text, std::string_view login, ChannelState& channel, const ImportTarget& target,
                                      ImportReport& report) {
  std::vector<std::string_view> names;
  std::vector<std::string_view> logins;
  for (auto& [piece, bucket] : channel.buckets) {
    if (bucket.viewers.empty()) continue;
    for (std::uint32_t& viewer : bucket.viewers) viewer = ranks_[viewer];
    compact(bucket);
    names.clear();
    logins.clear();
    bool any_login = false;
    for (const std::uint32_t viewer : bucket.viewers) {
      // Under its login a viewer who was renamed to and fro is one name.
      if (!names.empty() && names.back() == viewers_[viewer].name) continue;
      names.push_back(viewers_[viewer].name);
      logins.push_back(viewers_[viewer].login);
      any_login = any_login || !viewers_[viewer].login.empty();
    }
    const UtcTime begin = origin_ + piece * options_.bucket_length;
    Snapshot snapshot{.channel = login,
                      .channel_id = channel.facts.channel_id,
                      .display_name = channel.facts.display_name,
                      .timestamp = begin,
                      .source = target.source,
                      .chatters = names,
                      .content_id = target.content_id,
                      .bucket_len_s = static_cast<std::uint64_t>(options_.bucket_length.count()),
                      .shared_chat_unfiltered = target.shared_chat_unfiltered};
    if (any_login) snapshot.logins = logins;
    if (target.origin && piece >= 0) snapshot.offset_s = static_cast<std::uint64_t>((begin - origin_).count());
    if (!channel.observed.empty()) snapshot.seconds_observed = seconds_observed(channel, begin);
    append_snapshot_json(text, snapshot);
    ++report.snapshots;
    report.rows += names.size();
    if (text.size() < kFrameBytes) continue;
    compressed_ += compress_zstd(text);
    text.clear();
  }
}

Result<std::function<bool(const ChannelFacts&)>> channels_opted_out(const std::filesystem::path& file) {
  auto list = collect_internal::read_opt_outs(file);
  if (!list) return std::move(list).error();
  return std::function<bool(const ChannelFacts&)>([list = *std::move(list)](const ChannelFacts& facts) { return list.has(facts); });
}

Result<ImportReport> SnapshotImporter::write(const ImportTarget& target) {
  VA_CHECK(!target.origin || *target.origin == origin_);
  ImportReport report{.sightings = num_sightings_, .lost = lost_};
  report.viewers =
      static_cast<std::uint64_t>(std::count_if(viewers_.begin(), viewers_.end(), [](const Viewer& viewer) { return !viewer.is_refused; }));
  rank_viewers();
  std::string text;
  compressed_.clear();
  for (auto& [login, channel] : channels_) {
    channel.facts.channel = login;
    if (options_.is_opted_out && options_.is_opted_out(channel.facts)) {
      for (const auto& [piece, bucket] : channel.buckets) report.lost["opted_out"] += bucket.viewers.size();
      continue;
    }
    const std::uint64_t before = report.snapshots;
    append_channel(text, login, channel, target, report);
    if (report.snapshots > before) ++report.channels;
  }
  if (report.snapshots == 0) return report;
  if (!text.empty()) compressed_ += compress_zstd(text);
  report.key = target.key;
  report.num_bytes = compressed_.size();
  LocalStore local(options_.data_dir);
  ObjectStore& store = options_.store != nullptr ? *options_.store : local;
  const auto earlier = store.get(target.key);  // who may not read what is there writes it again
  report.is_unchanged = earlier.ok() && *earlier == compressed_;
  if (report.is_unchanged) return report;
  if (Status written = store.put(target.key, compressed_); !written) return std::move(written).error();
  return report;
}

}  // namespace vieweratlas
