#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Reads a file that holds a secret. Errors: not_found, denied (no rights; also when the group or others have any: the message
/// says chmod), limit_exceeded (longer than `max_bytes`), those of reading.
[[nodiscard]] Result<std::string> read_private_file(const std::filesystem::path& path, std::size_t max_bytes = std::size_t{1} << 20U);

/// Makes a file that only its owner can read and write (0600), unless there is one; missing folders are made (0700). Of several
/// processes that do it at once one wins, and nobody ever sees half a file. Returns whether this call made the file.
/// Errors: denied, limit_exceeded (disk full), unavailable.
[[nodiscard]] Result<bool> create_private_file(const std::filesystem::path& path, std::string_view bytes);

/// Puts a file that only its owner can read and write (0600) in the place of what stands there, if anything: readers see the old one
/// or the new one. Missing folders are made (0700). Errors: denied, limit_exceeded (disk full), unavailable.
[[nodiscard]] Status replace_private_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace vieweratlas
