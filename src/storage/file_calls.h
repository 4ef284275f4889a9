#pragma once

#include <filesystem>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas::storage_internal {

/// `path` appears in the errors.
[[nodiscard]] Status write_all(int fd, std::string_view bytes, const std::filesystem::path& path);
/// Makes the names in `folder` survive a crash.
[[nodiscard]] Status sync_folder(const std::filesystem::path& folder);
/// The same for a folder that is open; `path` appears in the errors.
[[nodiscard]] Status sync_folder(int folder, const std::filesystem::path& path);
/// A name in the same folder that listing leaves out and that no other process or thread uses.
[[nodiscard]] std::filesystem::path temporary_name(const std::filesystem::path& path);
[[nodiscard]] std::filesystem::path parent_of(const std::filesystem::path& path);

}  // namespace vieweratlas::storage_internal
