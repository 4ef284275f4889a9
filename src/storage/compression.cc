#include "vieweratlas/storage/compression.h"

#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
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

/// Several members may follow each other.
class Gunzip final : public Decompressor {
 public:
  Gunzip() { VA_CHECK(inflateInit2(&stream_, 15 + 16) == Z_OK); }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  ~Gunzip() override { inflateEnd(&stream_); }

  Outcome step(std::string_view& in, bool is_last, char* out, std::size_t size, std::size_t& written) override {
    written = 0;
    if (in.empty()) return !is_last ? Outcome::kMore : is_between_members_ ? Outcome::kEnd : Outcome::kCutOff;
    if (is_between_members_) VA_CHECK(inflateReset(&stream_) == Z_OK);
    is_between_members_ = false;
    const std::size_t part = std::min<std::size_t>(in.size(), std::numeric_limits<unsigned>::max());
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // zlib's API is not const-correct
    stream_.avail_in = static_cast<unsigned>(part);
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<unsigned>(size);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(part - stream_.avail_in);
    written = size - stream_.avail_out;
    any_content_ = any_content_ || written > 0;
    if (result == Z_STREAM_END) is_between_members_ = any_member_ = true;
    if (result == Z_STREAM_END || result == Z_OK || result == Z_BUF_ERROR) return Outcome::kMore;
    return any_member_ || any_content_ ? Outcome::kDamaged : Outcome::kNoStream;
  }

 private:
  z_stream stream_{};
  bool is_between_members_ = false;
  bool any_member_ = false;
  bool any_content_ = false;
};

class Unzstd final : public Decompressor {
 public:
  Unzstd() : context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) { VA_CHECK(context_ != nullptr); }

  Outcome step(std::string_view& in, bool is_last, char* out, std::size_t size, std::size_t& written) override {
    written = 0;
    if (in.empty() && is_between_frames_) return is_last ? Outcome::kEnd : Outcome::kMore;
    const bool is_first = is_first_;
    is_first_ = false;
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out, size, 0};
    const std::size_t pending = ZSTD_decompressStream(context_.get(), &output, &input);
    in.remove_prefix(input.pos);
    written = output.pos;
    if (ZSTD_isError(pending) != 0) return is_first && written == 0 ? Outcome::kNoStream : Outcome::kDamaged;
    is_between_frames_ = pending == 0;
    return pending > 0 && is_last && in.empty() && written < size ? Outcome::kCutOff : Outcome::kMore;
  }

 private:
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  bool is_between_frames_ = false;
  bool is_first_ = true;
};

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
  if (kind == Compression::kNone) {
    if (bytes.size() > limit) return over_limit(limit);
    out += bytes;
    return Decompressed{};
  }
  const std::size_t begin = out.size();
  const std::unique_ptr<Decompressor> decompressor = make_decompressor(kind);
  const auto chunk = std::make_unique_for_overwrite<char[]>(kChunk);
  for (;;) {
    std::size_t written = 0;
    const Decompressor::Outcome outcome = decompressor->step(bytes, true, chunk.get(), kChunk, written);
    out.append(chunk.get(), written);
    if (out.size() - begin > limit) return over_limit(limit);
    if (outcome == Decompressor::Outcome::kMore) continue;
    if (outcome == Decompressor::Outcome::kEnd) return Decompressed{};
    if (outcome == Decompressor::Outcome::kNoStream) return Error{ErrorCode::kCorruptData, problem_of(kind, outcome)};
    return Decompressed{.complete = false, .problem = problem_of(kind, outcome)};
  }
}

std::unique_ptr<Decompressor> make_decompressor(Compression kind) {
  VA_CHECK(kind != Compression::kNone);
  if (kind == Compression::kGzip) return std::make_unique<Gunzip>();
  return std::make_unique<Unzstd>();
}

std::string problem_of(Compression kind, Decompressor::Outcome outcome) {
  const std::string name = kind == Compression::kGzip ? "gzip" : "zstd";
  if (outcome == Decompressor::Outcome::kNoStream) return "this is no " + name + " stream";
  return "the " + name + (outcome == Decompressor::Outcome::kCutOff ? " stream ends too early" : " stream is damaged");
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
