#pragma once

#include <filesystem>

#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::bench {

/// The incidence as plain numbers that numpy reads without parsing, little endian, one after another:
///   u32 channels, u32 viewers, u64 offsets[channels + 1], u32 viewer ids[offsets.back()]
[[nodiscard]] Status write_ids(const std::filesystem::path& path, const Incidence& incidence);
/// All counts become 1. Errors: not_found, corrupt_data.
[[nodiscard]] Result<Incidence> read_ids(const std::filesystem::path& path);

}  // namespace vieweratlas::bench
