#pragma once

#include <cstddef>
#include <string_view>

#include "presence/block.h"
#include "presence/file_name.h"

namespace vieweratlas::presence_internal {

/// How the file that starts with `text` is framed, by its content rather than its name where both are JSON.
[[nodiscard]] Framing framing_of(SnapshotFormat format, std::string_view text);

/// The number of bytes at the front of `text` that hold whole records; 0 when the first record goes on beyond the end.
[[nodiscard]] std::size_t whole_records(Framing framing, std::string_view text);

/// Where the next JSON object begins, at or after `from`; braces inside of strings do not count. npos when there is none.
[[nodiscard]] std::size_t next_object(std::string_view text, std::size_t from);

/// Past the end of the JSON object that starts at `begin`, npos when `text` ends before it does.
[[nodiscard]] std::size_t object_end(std::string_view text, std::size_t begin);

}  // namespace vieweratlas::presence_internal
