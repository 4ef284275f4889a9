#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

/// Which channels have a snapshot of which UTC day, for those who want one a day: state/daily_collection_state.json in the store
/// (daily_collection_state_shard-1-of-4.json for one of several collectors, which begins as that),
/// {"live":{"<channel>":"2026-11-22"},"vod":{...},"last_round":"<key>"}. What others keep in it stays.
class DailyState {
 public:
  /// A missing object is an empty state. Errors: corrupt_data, those of reading.
  [[nodiscard]] static Result<DailyState> load(const ObjectStore& store, std::uint32_t shard = 0, std::uint32_t shards = 1);

  [[nodiscard]] bool has(std::string_view channel, std::string_view day) const;
  /// The round stored last: storing it again must not leave out the channels that it brought itself.
  [[nodiscard]] const std::string& last_round() const { return last_round_; }
  /// Marks `channels` as done on `day` ("2026-11-22") by `round`, after the round is stored, and replaces the object. Channels not seen
  /// for a week are dropped. Errors: those of writing; the marks are kept then, to be saved the next time.
  [[nodiscard]] Status mark(std::span<const std::string> channels, std::string_view day, std::string_view round, ObjectStore& store);

 private:
  std::map<std::string, std::string, std::less<>> live_;    // channel -> day
  std::map<std::string, std::string, std::less<>> others_;  // member -> JSON
  std::string last_round_;
  std::string key_ = "state/daily_collection_state.json";
};

}  // namespace vieweratlas::collect_internal
