#include "render/png_file.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "render/sheet.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/parallel.h"

namespace vieweratlas::render_internal {
namespace {

constexpr int kRowsPerBlock = 64;
// On the map of January 2022 at 4500 px levels 1, 3, 4 and 6 give 25.1, 24.4, 22.0 and 21.5 MB in 0.6, 1.1, 1.2 and 2.8 s.
constexpr int kLevel = 4;
constexpr std::size_t kWindow = 32'768;
constexpr std::size_t kBytesPerPixel = 3;
constexpr std::string_view kSignature("\x89PNG\r\n\x1A\n", 8);

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> static_cast<unsigned>(shift)));
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_u32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t checked_from = out.size();
  out += type;
  out += data;
  const auto* bytes = reinterpret_cast<const Bytef*>(out.data() + checked_from);
  append_u32(out, static_cast<std::uint32_t>(crc32_z(0, bytes, out.size() - checked_from)));
}

using FilterRow = void (*)(const std::uint8_t* row, const std::uint8_t* up, std::size_t size, std::uint8_t* out);

void filter_sub(const std::uint8_t* row, const std::uint8_t* /*up*/, std::size_t size, std::uint8_t* out) {
  std::copy_n(row, kBytesPerPixel, out);
  for (std::size_t i = kBytesPerPixel; i < size; ++i) out[i] = static_cast<std::uint8_t>(row[i] - row[i - kBytesPerPixel]);
}

void filter_paeth(const std::uint8_t* row, const std::uint8_t* up, std::size_t size, std::uint8_t* out) {
  for (std::size_t i = 0; i < kBytesPerPixel; ++i) out[i] = static_cast<std::uint8_t>(row[i] - up[i]);
  for (std::size_t i = kBytesPerPixel; i < size; ++i) {
    const int left = row[i - kBytesPerPixel];
    const int above = up[i];
    const int corner = up[i - kBytesPerPixel];
    const int to_left = std::abs(above - corner);
    const int to_above = std::abs(left - corner);
    const int to_corner = std::abs(left + above - 2 * corner);
    const int near_side = to_left <= to_above ? left : above;
    out[i] = static_cast<std::uint8_t>(row[i] - (std::min(to_left, to_above) <= to_corner ? near_side : corner));
  }
}

struct Filter {
  std::uint8_t number;
  FilterRow apply;
};
// Up and Average win few rows of posters and cost as much to try.
constexpr std::array<Filter, 2> kFilters{{{1, filter_sub}, {4, filter_paeth}}};

/// The usual guess at what deflates best: the sum of the residues read as signed bytes.
std::uint32_t cost_of(const std::uint8_t* residues, std::size_t size) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += static_cast<std::uint32_t>(std::abs(static_cast<std::int8_t>(residues[i])));
  return sum;
}

/// The rows of the sheet, each behind its filter's number.
std::vector<std::uint8_t> filtered_rows(const Sheet& sheet, ThreadPool& pool) {
  const std::size_t size = static_cast<std::size_t>(sheet.width) * kBytesPerPixel;
  const std::vector<std::uint8_t> zeros(size, 0);
  std::vector<std::uint8_t> filtered((size + 1) * static_cast<std::size_t>(sheet.height));
  pool.parallel_for(static_cast<std::size_t>(sheet.height), kRowsPerBlock, [&](std::size_t begin, std::size_t end, unsigned) {
    std::vector<std::uint8_t> tried(size);
    for (std::size_t y = begin; y < end; ++y) {
      const std::uint8_t* row = sheet.row(static_cast<int>(y));
      const std::uint8_t* up = y > 0 ? sheet.row(static_cast<int>(y) - 1) : zeros.data();
      std::uint8_t* out = &filtered[y * (size + 1)];
      std::uint32_t least = std::numeric_limits<std::uint32_t>::max();
      for (const auto& filter : kFilters) {
        filter.apply(row, up, size, tried.data());
        const auto cost = cost_of(tried.data(), size);
        if (cost >= least) continue;
        least = cost;
        out[0] = filter.number;
        std::copy(tried.begin(), tried.end(), out + 1);
      }
    }
  });
  return filtered;
}

struct Block {
  std::vector<std::uint8_t> deflated;
  uLong adler = 0;
  std::size_t size = 0;
};

/// Deflates bytes [begin, end) of `all` as a piece of a raw stream; the last piece closes the stream.
Block deflate_block(std::span<const std::uint8_t> all, std::size_t begin, std::size_t end) {
  z_stream stream{};
  VA_CHECK(deflateInit2(&stream, kLevel, Z_DEFLATED, -MAX_WBITS, 9, Z_FILTERED) == Z_OK);
  const std::size_t primed = std::min(begin, kWindow);
  if (primed > 0) deflateSetDictionary(&stream, &all[begin - primed], static_cast<uInt>(primed));
  Block block;
  block.size = end - begin;
  block.adler = adler32_z(adler32(0, nullptr, 0), &all[begin], block.size);
  block.deflated.resize(deflateBound(&stream, static_cast<uLong>(block.size)) + 16);
  stream.next_in = const_cast<Bytef*>(&all[begin]);  // NOLINT(cppcoreguidelines-pro-type-const-cast): zlib only reads it
  stream.avail_in = static_cast<uInt>(block.size);
  stream.next_out = block.deflated.data();
  stream.avail_out = static_cast<uInt>(block.deflated.size());
  const bool last = end == all.size();
  const int result = deflate(&stream, last ? Z_FINISH : Z_SYNC_FLUSH);
  VA_CHECK(result == (last ? Z_STREAM_END : Z_OK) && stream.avail_in == 0);
  block.deflated.resize(block.deflated.size() - stream.avail_out);
  deflateEnd(&stream);
  return block;
}

void append_image_data(std::string& out, const Sheet& sheet, ThreadPool& pool) {
  const auto filtered = filtered_rows(sheet, pool);
  const std::size_t block_size = (static_cast<std::size_t>(sheet.width) * kBytesPerPixel + 1) * kRowsPerBlock;
  std::vector<Block> blocks((filtered.size() + block_size - 1) / block_size);
  pool.parallel_for(blocks.size(), 1, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t i = begin; i < end; ++i) {
      blocks[i] = deflate_block(filtered, i * block_size, std::min(filtered.size(), (i + 1) * block_size));
    }
  });
  uLong adler = adler32(0, nullptr, 0);
  for (const auto& block : blocks) adler = adler32_combine(adler, block.adler, static_cast<z_off_t>(block.size));
  std::string data("\x78\x5E", 2);  // zlib header: deflate, 32 KiB window, fast
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    data.append(reinterpret_cast<const char*>(blocks[i].deflated.data()), blocks[i].deflated.size());
    if (i + 1 == blocks.size()) append_u32(data, static_cast<std::uint32_t>(adler));
    append_chunk(out, "IDAT", data);
    data.clear();
  }
}

void append_text(std::string& out, const std::string& key, const std::string& value) {
  const bool ascii = std::all_of(value.begin(), value.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
  const std::string_view international("\0\0\0\0\0", 5);  // end of key, not compressed (2 bytes), no language, no translated key
  append_chunk(out, ascii ? "tEXt" : "iTXt", key + (ascii ? std::string(1, '\0') : std::string(international)) + value);
}

}  // namespace

std::string png_file(const Sheet& sheet, const PngOptions& options, ThreadPool& pool) {
  std::string out(kSignature);
  std::string header;
  append_u32(header, static_cast<std::uint32_t>(sheet.width));
  append_u32(header, static_cast<std::uint32_t>(sheet.height));
  header += std::string_view("\x08\x02\0\0\0", 5);  // 8 bits, truecolour, deflate, adaptive filters, not interlaced
  append_chunk(out, "IHDR", header);
  append_chunk(out, "sRGB", std::string_view("\0", 1));  // perceptual intent
  std::string density;
  const auto per_metre = static_cast<std::uint32_t>(std::lround(options.dpi / 0.0254));
  append_u32(density, per_metre);
  append_u32(density, per_metre);
  density.push_back('\x01');  // per metre
  append_chunk(out, "pHYs", density);
  for (const auto& [key, value] : options.texts) append_text(out, key, value);
  append_image_data(out, sheet, pool);
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace vieweratlas::render_internal
