// Files and memory as pieces of bytes, decompressed on the way. A source of stored bytes is wrapped in a decoder once its first bytes
// are known.

#include "vieweratlas/storage/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

constexpr std::string_view kGzipMagic = "\x1F\x8B";
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string_view bytes, std::size_t piece_bytes) : rest_(bytes), piece_bytes_(piece_bytes) {}
  Result<std::string_view> next() override {
    const std::string_view piece = rest_.substr(0, piece_bytes_);
    rest_.remove_prefix(piece.size());
    num_stored_ += piece.size();
    return piece;
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return num_stored_; }

 private:
  std::string_view rest_;
  std::size_t piece_bytes_;
  std::uint64_t num_stored_ = 0;
};

class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::filesystem::path path, std::size_t piece_bytes)
      : descriptor_(descriptor), path_(std::move(path)), buffer_(std::make_unique_for_overwrite<char[]>(piece_bytes)), size_(piece_bytes) {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { ::close(descriptor_); }

  Result<std::string_view> next() override {
    for (;;) {
      const ssize_t got = ::read(descriptor_, buffer_.get(), size_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(errno, "reading", path_);
      num_stored_ += static_cast<std::uint64_t>(got);
      return std::string_view(buffer_.get(), static_cast<std::size_t>(got));
    }
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return num_stored_; }

 private:
  int descriptor_;
  std::filesystem::path path_;
  std::unique_ptr<char[]> buffer_;
  std::size_t size_;
  std::uint64_t num_stored_ = 0;
};

/// One decompression step: takes from `in`, fills `out`.
class Decoder {
 public:
  enum class Outcome : std::uint8_t { kMore, kDamaged };
  virtual ~Decoder() = default;
  virtual Outcome step(std::string_view& in, char* out, std::size_t size, std::size_t& written) = 0;
  /// The input may end here.
  [[nodiscard]] virtual bool at_boundary() const = 0;
  [[nodiscard]] virtual std::string_view name() const = 0;
};

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder() { VA_CHECK(inflateInit2(&stream_, 15 + 16) == Z_OK); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;
  ~GzipDecoder() override { inflateEnd(&stream_); }

  Outcome step(std::string_view& in, char* out, std::size_t size, std::size_t& written) override {
    if (at_boundary_) {
      // Members follow each other; zero bytes after the last are padding of tapes and block devices.
      const std::size_t padding = any_member_ ? std::min(in.find_first_not_of('\0'), in.size()) : 0;
      in.remove_prefix(padding);
      if (in.empty()) return Outcome::kMore;
      VA_CHECK(inflateReset(&stream_) == Z_OK);
      at_boundary_ = false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // zlib's API is not const-correct
    stream_.avail_in = static_cast<unsigned>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<unsigned>(size);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(in.size() - stream_.avail_in);
    written = size - stream_.avail_out;
    if (result == Z_STREAM_END) {
      at_boundary_ = true;
      any_member_ = true;
    }
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR ? Outcome::kMore : Outcome::kDamaged;
  }
  [[nodiscard]] bool at_boundary() const override { return at_boundary_ && any_member_; }
  [[nodiscard]] std::string_view name() const override { return "gzip"; }

 private:
  z_stream stream_{};
  bool at_boundary_ = true;
  bool any_member_ = false;
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) { VA_CHECK(context_ != nullptr); }

  Outcome step(std::string_view& in, char* out, std::size_t size, std::size_t& written) override {
    if (in.empty() && at_boundary_) return Outcome::kMore;  // asked at a frame's end it would name the size of a next header
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out, size, 0};
    const std::size_t pending = ZSTD_decompressStream(context_.get(), &output, &input);
    in.remove_prefix(input.pos);
    written = output.pos;
    if (ZSTD_isError(pending) != 0) return Outcome::kDamaged;
    at_boundary_ = pending == 0;
    return Outcome::kMore;
  }
  [[nodiscard]] bool at_boundary() const override { return at_boundary_; }
  [[nodiscard]] std::string_view name() const override { return "zstd"; }

 private:
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  bool at_boundary_ = false;
};

/// Looks at the first bytes and decompresses when they say so.
class SniffingSource final : public ByteSource {
 public:
  SniffingSource(std::unique_ptr<ByteSource> stored, const ByteSourceOptions& options) : stored_(std::move(stored)), options_(options) {}

  Result<std::string_view> next() override {
    if (ended_) return std::string_view();
    if (!sniffed_) {
      auto first = sniff();
      if (!first || decoder_ == nullptr) return first;
    }
    if (decoder_ == nullptr) return limit(stored_->next());
    return limit(decode());
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return stored_->num_stored(); }

 private:
  Result<std::string_view> sniff() {
    // A pipe may hand out single bytes.
    while (begin_.size() < kZstdMagic.size()) {
      auto piece = stored_->next();
      if (!piece) return stop(std::move(piece).error());
      if (piece->empty()) break;
      begin_ += *piece;
    }
    sniffed_ = true;
    if (begin_.starts_with(kGzipMagic)) decoder_ = std::make_unique<GzipDecoder>();
    if (begin_.starts_with(kZstdMagic)) decoder_ = std::make_unique<ZstdDecoder>();
    if (decoder_ == nullptr) return limit(std::string_view(begin_));
    in_ = begin_;
    out_ = std::make_unique_for_overwrite<char[]>(options_.piece_bytes);
    return std::string_view();
  }

  Result<std::string_view> decode() {
    for (;;) {
      std::size_t written = 0;
      damaged_ = damaged_ || decoder_->step(in_, out_.get(), options_.piece_bytes, written) == Decoder::Outcome::kDamaged;
      if (written > 0) return std::string_view(out_.get(), written);
      if (damaged_) return stop({ErrorCode::kCorruptData, "the " + std::string(decoder_->name()) + " stream is damaged"});
      if (!in_.empty()) continue;
      auto more = stored_->next();
      if (!more) return stop(std::move(more).error());
      if (more->empty()) {
        ended_ = true;
        if (decoder_->at_boundary()) return std::string_view();
        return stop({ErrorCode::kCorruptData, "the " + std::string(decoder_->name()) + " stream ends too early"});
      }
      in_ = *more;
    }
  }

  Result<std::string_view> limit(Result<std::string_view> piece) {
    if (!piece) return piece;
    num_content_ += piece->size();
    if (num_content_ > options_.max_bytes) {
      return stop({ErrorCode::kLimitExceeded, "it holds more than " + std::to_string(options_.max_bytes) + " bytes"});
    }
    const std::uint64_t allowed = options_.ratio_free_bytes + options_.max_ratio * stored_->num_stored();
    if (decoder_ != nullptr && num_content_ > allowed) {
      return stop({ErrorCode::kLimitExceeded, "it grows more than " + std::to_string(options_.max_ratio) + "-fold when decompressed"});
    }
    return piece;
  }

  Result<std::string_view> stop(Error error) {
    ended_ = true;
    return error;
  }

  std::unique_ptr<ByteSource> stored_;
  ByteSourceOptions options_;
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<char[]> out_;
  std::string begin_;
  std::string_view in_;
  std::uint64_t num_content_ = 0;
  bool sniffed_ = false;
  bool damaged_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_stored_bytes(const std::filesystem::path& path, std::size_t piece_bytes) {
  VA_CHECK(piece_bytes > 0);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return system_error(errno, "reading", path);
  auto source = std::make_unique<FileSource>(descriptor, path, piece_bytes);
  struct stat facts{};
  if (::fstat(descriptor, &facts) != 0) return system_error(errno, "reading", path);
  if (S_ISDIR(facts.st_mode)) return system_error(EISDIR, "reading", path);
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::unique_ptr<ByteSource>(std::move(source));
}

Result<std::unique_ptr<ByteSource>> open_byte_source(const std::filesystem::path& path, const ByteSourceOptions& options) {
  Result<std::unique_ptr<ByteSource>> stored = open_stored_bytes(path, options.piece_bytes);
  if (!stored) return stored;
  return std::unique_ptr<ByteSource>(std::make_unique<SniffingSource>(*std::move(stored), options));
}

std::unique_ptr<ByteSource> make_byte_source(std::string_view bytes, const ByteSourceOptions& options) {
  VA_CHECK(options.piece_bytes > 0);
  return std::make_unique<SniffingSource>(std::make_unique<MemorySource>(bytes, options.piece_bytes), options);
}

}  // namespace vieweratlas
