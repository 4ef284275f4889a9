#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "render/sheet.h"

#include "vieweratlas/core/parallel.h"

namespace vieweratlas::render_internal {

struct PngOptions {
  std::uint32_t dpi = 300;
  /// tEXt (Latin-1) or, when a value needs it, iTXt (UTF-8) chunks, in this order. Keys: 1-79 printable ASCII characters.
  std::vector<std::pair<std::string, std::string>> texts;
};

/// Returns `sheet` as a PNG file: 8-bit truecolour, sRGB, pHYs from `dpi`, no time. Equal bytes for any pool.
///
/// Rows are filtered and deflated in blocks of fixed height. Each block is primed with the 32 KiB before it and ends on
/// a byte boundary (a full flush without reset), so the blocks concatenate to one zlib stream; the checksums are combined.
/// Cost: about 45 ns a pixel over the pool's threads.
[[nodiscard]] std::string png_file(const Sheet& sheet, const PngOptions& options, ThreadPool& pool);

}  // namespace vieweratlas::render_internal
