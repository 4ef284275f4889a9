#include "vieweratlas/twitch/streams_pager.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/check.h"
#include "vieweratlas/twitch/helix.h"

namespace vieweratlas {

std::string_view name_of(PagerStop stop) {
  switch (stop) {
    case PagerStop::kLimit: return "limit";
    case PagerStop::kMinViewers: return "min_viewers";
    case PagerStop::kEnd: return "end";
    case PagerStop::kRepeatedCursor: return "repeated_cursor";
    case PagerStop::kNoNewChannels: return "no_new_channels";
    case PagerStop::kViewersRise: return "viewers_rise";
    case PagerStop::kPageBudget: return "page_budget";
  }
  return "end";
}

StreamsPager::StreamsPager(StreamsQuery query, std::uint64_t limit, std::uint64_t min_viewers)
    : query_(std::move(query)), limit_(limit), min_viewers_(min_viewers) {
  constexpr std::uint64_t kSparePages = 5;  // for overlaps and short pages
  VA_CHECK(limit > 0);
  max_pages_ = (limit + kHelixBatch - 1) / kHelixBatch + kSparePages;
}

std::optional<StreamsQuery> StreamsPager::next() const {
  if (stop_) return std::nullopt;
  return query_;
}

void StreamsPager::take(HelixPage<HelixStream> page) {
  VA_CHECK(!stop_);
  ++num_pages_;
  num_unusable_ += page.num_unusable;
  if (rises(page)) {  // its streams are known, or stood higher up: nothing is lost with them
    stop_ = PagerStop::kViewersRise;
    return;
  }
  std::uint64_t num_new = 0;
  for (HelixStream& stream : page.items) {
    if (stream.viewer_count) fewest_ = stream.viewer_count;
    if (merge(std::move(stream))) ++num_new;
  }
  look_for_end(page, num_new);
  query_.after = page.cursor;
}

bool StreamsPager::merge(HelixStream stream) {
  const auto [at, is_new] = index_.try_emplace(stream.user_id, streams_.size());
  if (is_new) {
    streams_.push_back(std::move(stream));
  } else {
    ++num_duplicates_;
    streams_[at->second] = std::move(stream);
  }
  return is_new;
}

void StreamsPager::look_for_end(const HelixPage<HelixStream>& page, std::uint64_t num_new) {
  if (streams_.size() >= limit_) {
    stop_ = PagerStop::kLimit;
  } else if (page.cursor.empty()) {
    stop_ = PagerStop::kEnd;
  } else if (!cursors_.insert(page.cursor).second) {
    stop_ = PagerStop::kRepeatedCursor;
  } else if (!page.items.empty() && num_new == 0) {  // an empty page in the middle has been seen and means nothing
    stop_ = PagerStop::kNoNewChannels;
  } else if (fewest_ && *fewest_ < min_viewers_) {
    stop_ = PagerStop::kMinViewers;
  } else if (num_pages_ >= max_pages_) {
    stop_ = PagerStop::kPageBudget;
  }
}

/// The middle of the page decides: a single stream that grows while the list is read stands anywhere. Among streams of a handful
/// of viewers a fifth is one person, so some more are granted.
bool StreamsPager::rises(const HelixPage<HelixStream>& page) const {
  constexpr double kRise = 1.2;
  constexpr double kGranted = 10;
  if (!fewest_) return false;
  std::vector<std::uint64_t> viewers;
  for (const HelixStream& stream : page.items) {
    if (stream.viewer_count) viewers.push_back(*stream.viewer_count);
  }
  if (viewers.empty()) return false;
  const auto middle = viewers.begin() + static_cast<std::ptrdiff_t>(viewers.size() / 2);
  std::nth_element(viewers.begin(), middle, viewers.end());
  return static_cast<double>(*middle) > static_cast<double>(*fewest_) * kRise + kGranted;
}

std::vector<HelixStream> StreamsPager::take_streams() && {
  std::sort(streams_.begin(), streams_.end(), [](const HelixStream& a, const HelixStream& b) {
    const std::uint64_t viewers_a = a.viewer_count.value_or(0);
    const std::uint64_t viewers_b = b.viewer_count.value_or(0);
    return viewers_a != viewers_b ? viewers_a > viewers_b : a.user_id < b.user_id;
  });
  return std::move(streams_);
}

}  // namespace vieweratlas
