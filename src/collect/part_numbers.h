#pragma once

#include <cstdint>
#include <filesystem>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

/// The number from which a collector counts the parts of a window in a store that others may write into: 1 for the data folder that came
/// first (state/collector/first_writer..., of each shard), else a number of the folder's own (state/collector.number, 2^31 or more). So
/// two collectors never give two rounds one name, also when one begins before the other has stored anything, as when a new container
/// starts beside an old one that ends. Where the store cannot be asked, or the number not be kept, it is a new number.
[[nodiscard]] std::uint32_t first_part_of(const RosterOptions& roster, const std::filesystem::path& data_dir, ObjectStore& store);

}  // namespace vieweratlas::collect_internal
