#include "presence/snapshot_file.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "presence/block.h"
#include "presence/csv_records.h"
#include "presence/framing.h"
#include "presence/loss_log.h"
#include "presence/viewer_key.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/storage/compression.h"

namespace vieweratlas::presence_internal {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// By the first bytes: a name says what a file was meant to be, its content what it is.
Compression sniff(std::string_view bytes) {
  if (bytes.starts_with("\x1F\x8B")) return Compression::kGzip;
  if (bytes.starts_with("\x28\xB5\x2F\xFD")) return Compression::kZstd;
  return Compression::kNone;
}

/// A file that is gone or closed to us is lost, as one that is damaged. What else fails would fail for the next file too.
bool is_of_this_file(ErrorCode code) { return code == ErrorCode::kNotFound || code == ErrorCode::kDenied; }

std::uint64_t count_lines(std::string_view text) { return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

void TextBuffer::reserve(std::size_t size, std::size_t keep) {
  if (size + kPadding <= capacity_) return;
  const std::size_t capacity = size + kPadding;
  auto bigger = std::make_unique_for_overwrite<char[]>(capacity);
  if (keep > 0) std::memcpy(bigger.get(), data_.get(), keep);
  data_ = std::move(bigger);
  capacity_ = capacity;
}

/// The content of a file from front to back, decompressed, while the stored bytes are counted and digested.
class SnapshotFile::Source {
 public:
  Source(const InputFile& file, int descriptor, std::uint64_t max_content)
      : file_(file), max_content_(max_content), descriptor_(descriptor) {
    XXH3_128bits_reset(&hash_);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// Reads up to `size` bytes; fewer only at the end.
  std::size_t read(char* out, std::size_t size) {
    if (!is_sniffed_) {
      is_sniffed_ = true;
      const std::size_t got = read_stored(out, size);
      kind_ = sniff({out, got});
      if (kind_ == Compression::kNone) return got;
      begin_stream({out, got}, got < size);
    }
    return kind_ == Compression::kNone ? read_stored(out, size) : read_content(out, size);
  }

  [[nodiscard]] std::uint64_t num_stored() const { return num_stored_; }
  /// What went wrong, after the end was met; empty reason when nothing did.
  [[nodiscard]] std::string_view problem_reason() const { return problem_reason_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] Digest digest() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&hash_);
    return {.low = hash.low64, .high = hash.high64};
  }

 private:
  std::size_t read_stored(char* out, std::size_t size) {
    std::size_t got = 0;
    if (file_.bytes) {
      got = std::min<std::size_t>(size, file_.bytes->size() - num_stored_);
      if (got > 0) std::memcpy(out, file_.bytes->data() + num_stored_, got);
    } else {
      got = read_descriptor(out, size);
    }
    XXH3_128bits_update(&hash_, out, got);
    num_stored_ += got;
    return got;
  }

  std::size_t read_descriptor(char* out, std::size_t size) {
    std::size_t got = 0;
    while (got < size) {
      // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): blocks of one file come one after the other
      const ssize_t part = ::read(descriptor_, out + got, size - got);
      if (part < 0 && errno == EINTR) continue;
      if (part < 0) {
        problem_reason_ = reason::kUnreadableFile;
        problem_ = std::string("reading failed: ") + std::strerror(errno);  // NOLINT(concurrency-mt-unsafe): glibc's is safe
        return got;
      }
      if (part == 0) return got;
      got += static_cast<std::size_t>(part);
      // The listing said that this is all: saves the call that would return 0.
      if (got < size && num_stored_ + got == file_.object.num_bytes) return got;
    }
    return got;
  }

  void begin_stream(std::string_view first, bool is_all) {
    decompressor_ = make_decompressor(kind_);
    // Of a small file no more than it has. Pieces are of one size whatever the blocks are: damaged streams give the same.
    const std::uint64_t expected = file_.bytes ? file_.bytes->size() : file_.object.num_bytes;
    stored_size_ = std::max<std::size_t>(static_cast<std::size_t>(std::min<std::uint64_t>(expected, kStoredPiece)), first.size());
    stored_ = std::make_unique_for_overwrite<char[]>(stored_size_);
    std::memcpy(stored_.get(), first.data(), first.size());
    const std::size_t more = stored_size_ - first.size();
    const std::size_t got = is_all ? 0 : read_stored(stored_.get() + first.size(), more);
    is_last_ = is_all || got < more;
    input_ = {stored_.get(), first.size() + got};
    content_ = std::make_unique_for_overwrite<char[]>(kContentPiece);
  }

  std::size_t read_content(char* out, std::size_t size) {
    std::size_t got = 0;
    while (got < size && (content_at_ < content_size_ || decompress_piece())) {
      const std::size_t part = std::min(size - got, content_size_ - content_at_);
      std::memcpy(out + got, content_.get() + content_at_, part);
      content_at_ += part;
      got += part;
    }
    return got;
  }

  /// Fills content_; false at the end.
  bool decompress_piece() {
    content_at_ = content_size_ = 0;
    while (content_size_ == 0 && !is_at_end_) {
      if (input_.empty() && !is_last_) {
        const std::size_t got = read_stored(stored_.get(), stored_size_);
        input_ = {stored_.get(), got};
        is_last_ = got < stored_size_;
      }
      const Decompressor::Outcome outcome = decompressor_->step(input_, is_last_, content_.get(), kContentPiece, content_size_);
      if (content_size_ > max_content_ - num_content_) {
        content_size_ = static_cast<std::size_t>(max_content_ - num_content_);
        fail(reason::kOversized, "decompresses to more than " + std::to_string(max_content_) + " bytes");
      } else if (outcome != Decompressor::Outcome::kMore) {
        is_at_end_ = true;
        const bool is_partial = outcome == Decompressor::Outcome::kCutOff || outcome == Decompressor::Outcome::kDamaged;
        if (outcome != Decompressor::Outcome::kEnd) {
          fail(is_partial ? reason::kTruncatedCompression : reason::kDamagedCompression, problem_of(kind_, outcome));
        }
      }
      num_content_ += content_size_;
    }
    return content_size_ > 0;
  }

  /// The end of the content. What the disk says goes before what its cut-off stream says.
  void fail(std::string_view reason, std::string problem) {
    is_at_end_ = true;
    if (!problem_reason_.empty()) return;
    problem_reason_ = reason;
    problem_ = std::move(problem);
  }

  static constexpr std::size_t kStoredPiece = std::size_t{1} << 20U;
  static constexpr std::size_t kContentPiece = std::size_t{256} << 10U;

  XXH3_state_t hash_{};
  const InputFile& file_;
  std::uint64_t max_content_;
  std::uint64_t num_stored_ = 0;
  std::string_view problem_reason_;
  std::string problem_;
  int descriptor_;
  bool is_sniffed_ = false;
  // Of a compressed file:
  Compression kind_ = Compression::kNone;
  std::unique_ptr<Decompressor> decompressor_;
  std::unique_ptr<char[]> stored_;
  std::size_t stored_size_ = 0;
  std::string_view input_;  // of stored_, not decompressed yet
  bool is_last_ = false;    // nothing comes after input_
  std::unique_ptr<char[]> content_;
  std::size_t content_at_ = 0;
  std::size_t content_size_ = 0;
  std::uint64_t num_content_ = 0;
  bool is_at_end_ = false;
};

SnapshotFile::SnapshotFile(const InputFile& file, std::uint32_t index, PresenceInput* input, const ReadLimits& limits)
    : file_(file), index_(index), input_(input), limits_(limits) {}

SnapshotFile::~SnapshotFile() = default;

std::uint64_t SnapshotFile::num_bytes() const { return source_ ? source_->num_stored() : 0; }

Digest SnapshotFile::digest() const { return source_ ? source_->digest() : Digest{}; }

bool SnapshotFile::open(LossLog& losses) {
  int descriptor = -1;
  if (!file_.bytes) {
    Result<int> opened = input_->open(file_.object);
    if (!opened) {
      if (is_of_this_file(opened.error().code)) {
        losses.add(reason::kUnreadableFile, {index_, 1}, opened.error().message);
      } else {
        failure_ = std::move(opened).error();
      }
      return false;
    }
    descriptor = *opened;
  }
  source_ = std::make_unique<Source>(file_, descriptor, limits_.max_file_bytes);
  is_open_ = true;
  return true;
}

bool SnapshotFile::next(TextBuffer& buffer, Block& block, LossLog& losses) {
  const std::lock_guard lock(mutex_);
  if (is_done_ || (!is_open_ && !open(losses))) {
    is_done_ = true;
    return false;
  }
  while (!is_done_) {
    std::string_view text = fill(buffer, losses);
    if (!has_begun_ && !begin(text)) {
      carry_.assign(text);
      is_done_ = is_done_ || at_end_;
      continue;
    }
    const std::size_t whole = at_end_ ? text.size() : whole_records(framing_, text);
    if (whole == 0 && !at_end_) {
      carry_.assign(text);
      if (text.size() > limits_.max_record_bytes) give_up_record(buffer, losses);
      continue;
    }
    carry_.assign(text.substr(whole));
    block = {.text = text.substr(0, whole),
             .file = index_,
             .first_line = line_,
             .stored_bytes = source_->num_stored() - num_bytes_,
             .is_last = at_end_,
             .being_written = file_.being_written,
             .framing = framing_,
             .file_name = &file_.name,
             .tally = &tally_};
    num_bytes_ = source_->num_stored();
    line_ += count_lines(block.text);
    is_done_ = at_end_;
    return true;
  }
  return false;
}

/// Puts what the last block left over into `buffer`, and more behind it.
std::string_view SnapshotFile::fill(TextBuffer& buffer, LossLog& losses) {
  std::size_t size = carry_.size();
  // After a record that did not fit, as much again: so a long record is looked through O(log) times.
  const std::size_t wanted = std::max(limits_.block_bytes, size);
  buffer.reserve(size + wanted, 0);
  std::memcpy(buffer.data(), carry_.data(), size);
  carry_.clear();
  const std::size_t got = source_->read(buffer.data() + size, wanted);
  size += got;
  std::memset(buffer.data() + size, 0, kPadding);
  at_end_ = got < wanted;
  if (at_end_ && !source_->problem_reason().empty()) {
    const bool is_cut_off = source_->problem_reason() == reason::kTruncatedCompression;
    if (is_cut_off) tally_.ends_open.store(true, std::memory_order_relaxed);
    if (file_.being_written && is_cut_off) {
      tally_.unfinished.store(true, std::memory_order_relaxed);
    } else {
      losses.add(source_->problem_reason(), {index_, 1}, source_->problem());
    }
  }
  return {buffer.data(), size};
}

/// Looks at the first bytes: how the records follow each other, and in CSV which column is which. Takes a byte-order mark,
/// blank lines and the header off `text`. False when `text` holds no record yet.
bool SnapshotFile::begin(std::string_view& text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::size_t blank = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  line_ += count_lines(text.substr(0, blank));
  text.remove_prefix(blank);
  if (text.empty()) return false;
  is_blank_ = false;
  framing_ = framing_of(file_.name.format, text);
  if (framing_ != Framing::kCsv) {
    has_begun_ = true;
    return true;
  }
  CsvSplitter splitter;
  CsvRow row;
  splitter.split(text, 0, row);
  if (!row.has_newline && !at_end_) return false;
  has_begun_ = true;
  csv_header_ = CsvHeader::parse(row.fields);
  if (!csv_header_) {
    tally_.add_foreign(line_);
    is_done_ = true;
    return false;
  }
  line_ += count_lines(text.substr(0, row.end));
  text.remove_prefix(row.end);
  return true;
}

/// A record in `carry_` is longer than any snapshot: goes on with the next line, or where lines mean nothing with the next file.
void SnapshotFile::give_up_record(TextBuffer& buffer, LossLog& losses) {
  losses.add(reason::kOversized, {index_, line_}, "this record is longer than " + std::to_string(limits_.max_record_bytes) + " bytes",
             std::string_view(carry_).substr(0, 200));
  carry_.clear();
  is_done_ = framing_ != Framing::kLines;
  std::size_t newline = std::string::npos;
  while (!is_done_ && newline == std::string::npos) {
    const std::string_view text = fill(buffer, losses);
    newline = text.find('\n');
    if (newline != std::string::npos) carry_.assign(text.substr(newline + 1));
    is_done_ = at_end_ && newline == std::string::npos;
  }
  ++line_;
}

}  // namespace vieweratlas::presence_internal
