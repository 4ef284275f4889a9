#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

enum class Compression { kNone, kGzip, kZstd };

/// By the end of the name: ".gz", ".zst", anything else.
[[nodiscard]] Compression compression_of(std::string_view file_name);
/// `file_name` without ".gz" or ".zst".
[[nodiscard]] std::string_view without_compression_suffix(std::string_view file_name);

/// What could be decompressed, and whether the stream ended where it should.
struct Decompressed {
  bool complete = true;  ///< false: cut off or damaged; `bytes` holds what came before
  std::string problem;   ///< one phrase when not complete
};

/// Appends the content of `bytes` (all members or frames) to `out`, at most `limit` bytes (a bomb is limit_exceeded).
/// Errors: corrupt_data (not a gzip or zstd stream at all), limit_exceeded.
[[nodiscard]] Result<Decompressed> decompress(Compression kind, std::string_view bytes, std::string& out,
                                              std::uint64_t limit = 16ULL << 30U);

/// gzip with no name and time 0, so that equal bytes give equal bytes. level 1..9.
[[nodiscard]] std::string compress_gzip(std::string_view bytes, int level = 6);
/// One zstd frame with checksum. level 1..19.
[[nodiscard]] std::string compress_zstd(std::string_view bytes, int level = 3);

}  // namespace vieweratlas
