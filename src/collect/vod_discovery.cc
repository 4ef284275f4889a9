#include "vieweratlas/collect/vod_discovery.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "collect/channel_list.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/twitch/helix.h"

namespace vieweratlas {
namespace {

/// The recordings of one channel that are wanted.
std::vector<VodItem> wanted(const std::vector<HelixVideo>& videos, const std::string& login, const VodDiscoverOptions& options, UtcTime now,
                            VodDiscoverReport& report) {
  std::vector<VodItem> items;
  for (const HelixVideo& video : videos) {
    ++report.found;
    if (!is_vod_id(video.id)) continue;
    std::optional<UtcTime> created;
    if (video.created_at) created = std::chrono::floor<std::chrono::seconds>(*video.created_at);
    if (created && *created < now - options.max_age) {
      ++report.too_old;
    } else if (video.view_count.value_or(0) < options.min_views) {
      ++report.too_few_views;
    } else {
      items.push_back({.vod_id = video.id, .channel = login, .vod_created = created});
    }
  }
  return items;
}

}  // namespace

Result<std::vector<HelixVideo>> HelixVodLister::newest(const std::string& login, std::uint32_t limit, const std::stop_token& stop) {
  const auto users = helix_.users({login}, {}, stop);
  if (!users) return users.error();
  if (users->items.empty()) return Error{ErrorCode::kNotFound, "there is no channel " + printable(login, 80)};
  VideosQuery query{.user_id = users->items.front().id};
  std::vector<HelixVideo> videos;
  while (videos.size() < limit) {
    query.first = std::min<std::uint32_t>(kHelixBatch, limit - static_cast<std::uint32_t>(videos.size()));
    auto page = helix_.videos(query, stop);
    if (!page) return std::move(page).error();
    const bool is_last = page->items.empty() || page->cursor.empty() || page->cursor == query.after;
    for (HelixVideo& video : page->items) videos.push_back(std::move(video));
    if (is_last) break;
    query.after = page->cursor;
  }
  if (videos.size() > limit) videos.resize(limit);
  return videos;
}

Result<std::vector<std::string>> discovery_channels(const RosterOptions& options) {
  collect_internal::ChannelList list = collect_internal::channel_list(options.channels);
  if (options.channels.empty() && !options.channels_file.empty()) {
    const auto text = read_file(options.channels_file);
    if (!text) return text.error();
    list = collect_internal::parse_channel_list(*text);
  }
  if (list.num_wrong > 0) return Error{ErrorCode::kInvalidArgument, list.first_wrong + " is no channel's login"};
  if (list.logins.empty()) {
    return Error{ErrorCode::kInvalidArgument, "no channel is named; name some with --channel or a file of them with --channels-file"};
  }
  return std::move(list.logins);
}

Result<VodDiscoverReport> discover_vods(VodLister& lister, VodQueue& queue, const VodDiscoverOptions& options, UtcTime now,
                                        Sleeper& sleeper, const std::stop_token& stop) {
  VodDiscoverReport report;
  for (const std::string& login : options.channels) {
    if (report.channels > 0 && !sleeper.sleep(options.delay, stop)) {
      report.is_stopped = true;
      return report;
    }
    ++report.channels;
    const auto videos = lister.newest(login, options.limit_per_channel, stop);
    if (!videos && videos.error().code == ErrorCode::kNotFound) {
      ++report.unknown_channels;
      continue;
    }
    if (!videos && videos.error().code == ErrorCode::kCancelled) {
      report.is_stopped = true;
      return report;
    }
    if (!videos) return videos.error();
    const auto added = queue.add(wanted(*videos, login, options, now, report), now);
    if (!added) return added.error();
    report.added += *added;
  }
  return report;
}

}  // namespace vieweratlas
