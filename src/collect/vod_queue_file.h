#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas::collect_internal {

/// The items of a queue file: an array of objects, or an object whose member "items" or "queue" is one. Errors: corrupt_data.
[[nodiscard]] Result<std::vector<VodItem>> parse_vod_queue(std::string_view json);
/// An array with one item a line.
[[nodiscard]] std::string print_vod_queue(const std::vector<VodItem>& items);

}  // namespace vieweratlas::collect_internal
