#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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

/// What decompress() does, in steps of bounded memory. Thread-compatible.
class Decompressor {
 public:
  enum class Outcome : std::uint8_t {
    kMore,      ///< to be called again; with further input when there is none left
    kEnd,       ///< all streams ended where they should
    kCutOff,    ///< the input ends inside of a stream
    kDamaged,   ///< in the middle
    kNoStream,  ///< at its first byte
  };
  virtual ~Decompressor() = default;
  /// Takes from the front of `in` and writes up to `size` bytes. `is_last` says that nothing comes after `in`. What is written does not
  /// depend on how the input is cut into pieces, but for damaged zstd frames, of which larger pieces may give less. Not to be called after
  /// another outcome than kMore.
  [[nodiscard]] virtual Outcome step(std::string_view& in, bool is_last, char* out, std::size_t size, std::size_t& written) = 0;
};
/// `kind` is not kNone.
[[nodiscard]] std::unique_ptr<Decompressor> make_decompressor(Compression kind);
/// One phrase on an outcome that is neither kMore nor kEnd.
[[nodiscard]] std::string problem_of(Compression kind, Decompressor::Outcome outcome);

/// gzip with no name and time 0, so that equal bytes give equal bytes. level 1..9.
[[nodiscard]] std::string compress_gzip(std::string_view bytes, int level = 6);
/// One zstd frame with checksum. level 1..19.
[[nodiscard]] std::string compress_zstd(std::string_view bytes, int level = 3);

}  // namespace vieweratlas
