#include "vieweratlas/storage/compression.h"

#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kChunk = 256 * 1024;  // fits the second-level cache of the machines that we know

Error over_limit(std::uint64_t limit) {
  return {ErrorCode::kLimitExceeded, "decompresses to more than " + std::to_string(limit) + " bytes"};
}

/// Streaming, because a cut-off file must give what came before the cut; several members may follow each other.
Result<Decompressed> gunzip(std::string_view bytes, std::string& out, std::uint64_t limit) {
  z_stream stream{};
  VA_CHECK(inflateInit2(&stream, 15 + 16) == Z_OK);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  const std::size_t begin = out.size();
  auto chunk = std::make_unique<std::array<char, kChunk>>();
  bool any_member = false;
  while (true) {
    if (stream.avail_in == 0) {
      if (bytes.empty()) return Decompressed{false, "the gzip stream ends too early"};
      const std::size_t part = std::min<std::size_t>(bytes.size(), std::numeric_limits<unsigned>::max());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib's API is not const-correct
      stream.avail_in = static_cast<unsigned>(part);
      bytes.remove_prefix(part);
    }
    stream.next_out = reinterpret_cast<Bytef*>(chunk->data());
    stream.avail_out = static_cast<unsigned>(chunk->size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk->data(), chunk->size() - stream.avail_out);
    if (out.size() - begin > limit) return over_limit(limit);
    if (result == Z_STREAM_END) {
      any_member = true;
      if (stream.avail_in == 0 && bytes.empty()) return Decompressed{};
      VA_CHECK(inflateReset(&stream) == Z_OK);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      if (!any_member && out.size() == begin) return Error{ErrorCode::kCorruptData, "this is no gzip stream"};
      return Decompressed{false, "the gzip stream is damaged"};
    }
  }
}

Result<Decompressed> unzstd(std::string_view bytes, std::string& out, std::uint64_t limit) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  VA_CHECK(context != nullptr);
  const std::size_t begin = out.size();
  auto chunk = std::make_unique<std::array<char, kChunk>>();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t pending = 1;  // 0 at the end of each frame
  while (in.pos < in.size || pending > 0) {
    ZSTD_outBuffer buffer{chunk->data(), chunk->size(), 0};
    const std::size_t consumed_before = in.pos;
    pending = ZSTD_decompressStream(context.get(), &buffer, &in);
    out.append(chunk->data(), buffer.pos);
    if (out.size() - begin > limit) return over_limit(limit);
    if (ZSTD_isError(pending) != 0) {
      if (out.size() == begin && consumed_before == 0) return Error{ErrorCode::kCorruptData, "this is no zstd stream"};
      return Decompressed{false, "the zstd stream is damaged"};
    }
    const bool stuck = in.pos == in.size && buffer.pos < buffer.size && pending > 0;
    if (stuck) return Decompressed{false, "the zstd stream ends too early"};
  }
  return Decompressed{};
}

}  // namespace

Compression compression_of(std::string_view file_name) {
  if (file_name.ends_with(".gz")) return Compression::kGzip;
  if (file_name.ends_with(".zst")) return Compression::kZstd;
  return Compression::kNone;
}

std::string_view without_compression_suffix(std::string_view file_name) {
  if (file_name.ends_with(".gz")) file_name.remove_suffix(3);
  if (file_name.ends_with(".zst")) file_name.remove_suffix(4);
  return file_name;
}

Result<Decompressed> decompress(Compression kind, std::string_view bytes, std::string& out, std::uint64_t limit) {
  switch (kind) {
    case Compression::kGzip: return gunzip(bytes, out, limit);
    case Compression::kZstd: return unzstd(bytes, out, limit);
    case Compression::kNone: break;
  }
  if (bytes.size() > limit) return over_limit(limit);
  out += bytes;
  return Decompressed{};
}

std::string compress_gzip(std::string_view bytes, int level) {
  VA_CHECK(level >= 1 && level <= 9);
  // libdeflate writes time 0 and no name.
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(libdeflate_alloc_compressor(level),
                                                                                                 &libdeflate_free_compressor);
  VA_CHECK(compressor != nullptr);
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  const std::size_t size = libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size());
  VA_CHECK(size > 0);
  out.resize(size);
  return out;
}

std::string compress_zstd(std::string_view bytes, int level) {
  VA_CHECK(level >= 1 && level <= 19);
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  VA_CHECK(context != nullptr);
  VA_CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level)) == 0);
  VA_CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1)) == 0);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  VA_CHECK(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

}  // namespace vieweratlas
