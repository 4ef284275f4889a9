#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas::simulate_internal {

/// Makes `folder` ready for `num_files` new files: empty but for a truth.json that marks it as ours and unfinished. What an
/// earlier run wrote is removed; nothing else ever is. Errors: invalid_argument (holds things of others), denied, unavailable.
[[nodiscard]] Status claim_folder(const std::filesystem::path& folder, std::uint64_t num_files);

/// Replaces the marker by the finished truth.
[[nodiscard]] Status finish_folder(const std::filesystem::path& folder, std::string_view truth_json);

}  // namespace vieweratlas::simulate_internal
