#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Bytes from front to back in pieces, for content that is not to be held in memory. Thread-compatible.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next piece, good until the next call; empty at the end, then always. An error comes after all that could be had before
  /// it, and is final. Errors: corrupt_data (compression damaged or cut off), limit_exceeded (a bomb), unavailable.
  [[nodiscard]] virtual Result<std::string_view> next() = 0;
  /// Bytes taken from the file or memory so far, before decompression; for progress.
  [[nodiscard]] virtual std::uint64_t num_stored() const = 0;
};

struct ByteSourceOptions {
  std::size_t piece_bytes = 256U * 1024U;       ///< of one piece at most; fits a second-level cache
  std::uint64_t max_bytes = 256ULL << 30U;      ///< decompressed; beyond it the file is taken for a bomb
  std::uint64_t max_ratio = 2000;               ///< content to stored bytes: gzip cannot pass 1,032, text reaches some 30
  std::uint64_t ratio_free_bytes = 16U << 20U;  ///< content that the ratio does not apply to
};

/// The content of a file, decompressed when its first bytes are those of gzip or zstd, whatever its name. All members or frames.
/// Errors: not_found, denied, invalid_argument (a folder), unavailable.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_byte_source(const std::filesystem::path& path,
                                                                   const ByteSourceOptions& options = {});

/// The bytes of a file as they are stored, in pieces of `piece_bytes` at most. Errors: those of open_byte_source.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_stored_bytes(const std::filesystem::path& path,
                                                                    std::size_t piece_bytes = std::size_t{256} << 10U);

/// What open_byte_source() does, for `bytes` in memory, which must outlive the source. Without decompression pieces are views of `bytes`.
[[nodiscard]] std::unique_ptr<ByteSource> make_byte_source(std::string_view bytes, const ByteSourceOptions& options = {});

}  // namespace vieweratlas
