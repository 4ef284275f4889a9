#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

/// One of the numbered versions of a queue in a store.
struct VodQueueVersion {
  std::uint64_t number = 0;  ///< 0 = there is none
  std::string writing;       ///< tells this writing from each other one
  std::string before;        ///< `writing` of the version that this one was made from; empty for the first
  std::vector<VodItem> items;
};

/// "state/vod_queue/0000000012.json.zst"
[[nodiscard]] std::string vod_queue_version_key(std::string_view prefix, std::uint64_t number);
/// 0 when `key` is none.
[[nodiscard]] std::uint64_t vod_queue_version_number(std::string_view prefix, std::string_view key);

[[nodiscard]] std::string print_vod_queue_version(const VodQueueVersion& version);
/// Errors: not_found, corrupt_data, those of the store.
[[nodiscard]] Result<VodQueueVersion> get_vod_queue_version(const ObjectStore& store, std::string_view prefix, std::uint64_t number);
/// That of the highest number; number 0 when there is none. Errors: corrupt_data, those of the store.
[[nodiscard]] Result<VodQueueVersion> last_vod_queue_version(const ObjectStore& store, std::string_view prefix);

}  // namespace vieweratlas::collect_internal
