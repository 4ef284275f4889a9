#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vieweratlas/twitch/helix.h"

namespace vieweratlas {

/// Why no further page is asked for.
enum class PagerStop : std::uint8_t {
  kLimit,           ///< enough streams
  kMinViewers,      ///< the list has come down to streams with too few viewers
  kEnd,             ///< the platform says that there is no more
  kRepeatedCursor,  ///< the list would begin again
  kNoNewChannels,   ///< a page of known streams only
  kViewersRise,     ///< the list has jumped back to its head
  kPageBudget,
};
[[nodiscard]] std::string_view name_of(PagerStop stop);

/// Walks through the pages of the live streams, most watched first. The list changes while it is read: pages overlap and skip,
/// and cursors have been seen to lead back to the first page, so that the end of the list alone is no safe end. Streams are merged
/// by user id. Sans-IO: the owner asks for `next()` and hands what comes to `take()`. Thread-compatible.
class StreamsPager {
 public:
  /// Walks until `limit` streams (> 0) are there, in at most ceil(limit / 100) + 5 pages, or until they have fewer than `min_viewers`.
  StreamsPager(StreamsQuery query, std::uint64_t limit, std::uint64_t min_viewers);

  /// The next page to ask for; empty when the walk is over.
  [[nodiscard]] std::optional<StreamsQuery> next() const;
  void take(HelixPage<HelixStream> page);

  [[nodiscard]] std::optional<PagerStop> stopped_by() const { return stop_; }
  [[nodiscard]] std::uint64_t num_pages() const { return num_pages_; }
  /// Streams seen again.
  [[nodiscard]] std::uint64_t num_duplicates() const { return num_duplicates_; }
  [[nodiscard]] std::uint64_t num_unusable() const { return num_unusable_; }
  /// All that were seen, so somewhat more than the limit, by falling viewers, then by user id. Of a stream that was seen twice the
  /// later facts count.
  [[nodiscard]] std::vector<HelixStream> take_streams() &&;

 private:
  /// Adds a stream; true when it is new.
  bool merge(HelixStream stream);
  void look_for_end(const HelixPage<HelixStream>& page, std::uint64_t num_new);
  [[nodiscard]] bool rises(const HelixPage<HelixStream>& page) const;

  StreamsQuery query_;
  std::uint64_t limit_;
  std::uint64_t min_viewers_;
  std::uint64_t max_pages_;
  std::uint64_t num_pages_ = 0;
  std::uint64_t num_duplicates_ = 0;
  std::uint64_t num_unusable_ = 0;
  std::vector<HelixStream> streams_;
  std::unordered_map<std::string, std::size_t> index_;  // by user id
  std::set<std::string> cursors_;
  std::optional<std::uint64_t> fewest_;  // viewers of the last stream of the page before
  std::optional<PagerStop> stop_;
};

}  // namespace vieweratlas
