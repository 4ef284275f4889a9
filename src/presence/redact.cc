#include "vieweratlas/presence/redact.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "presence/block.h"
#include "presence/csv_redactor.h"
#include "presence/file_name.h"
#include "presence/framing.h"
#include "presence/json_redactor.h"
#include "presence/text_edits.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/file_replacement.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using presence_internal::CsvRedactor;
using presence_internal::Framing;
using presence_internal::JsonRedactor;
using presence_internal::SnapshotFormat;
using presence_internal::TextEdits;

constexpr std::size_t kBlockBytes = std::size_t{4} << 20U;        // long enough for compression to find what repeats
constexpr std::size_t kMaxRecordBytes = std::size_t{256} << 20U;  // as the reader has it
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Takes viewers out of one text that comes in pieces.
class TextRedactor {
 public:
  TextRedactor(std::string_view key, const ViewerTest& test)
      : format_(presence_internal::interpret_file_name(key).format), json_(test), csv_(test) {}

  /// Takes more text; whole records go to `out`. False when the file turns out to hold no viewers: nothing more need be read.
  bool feed(std::string_view piece, std::string& out) {
    carry_ += piece;
    return carry_.size() < wanted_ || step(false, out);
  }
  bool finish(std::string& out) { return step(true, out); }
  [[nodiscard]] const Redaction& redaction() const { return redaction_; }

 private:
  bool step(bool at_end, std::string& out) {
    std::string_view text = carry_;
    if (!framing_ && !begin(text, at_end, out)) return false;
    if (!framing_) return true;
    std::size_t whole = at_end ? text.size() : presence_internal::whole_records(*framing_, text);
    if (whole == 0 && text.size() > kMaxRecordBytes) whole = text.size();  // no record of ours: what stands in quotes is looked at
    wanted_ = whole == 0 ? 2 * carry_.size() : kBlockBytes;
    if (whole > 0) {
      edits_.clear();
      find(text.substr(0, whole));
      edits_.apply(text.substr(0, whole), out);
    }
    carry_.erase(0, carry_.size() - text.size() + whole);
    return true;
  }

  /// Looks at the front of the file and passes over what comes before the first record.
  bool begin(std::string_view& text, bool at_end, std::string& out) {
    std::size_t front = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    front = std::min(text.find_first_not_of(" \t\r\n", front), text.size());
    if (front == text.size() && !at_end) return true;
    const Framing framing = presence_internal::framing_of(format_, text.substr(front));
    if (framing == Framing::kCsv) {
      const auto rows = csv_.begin(text.substr(front));
      if (!rows) return false;
      front += *rows;
    }
    framing_ = framing;
    out += text.substr(0, front);
    text.remove_prefix(front);
    return true;
  }

  void find(std::string_view text) {
    if (*framing_ == Framing::kCsv) {
      csv_.find(text, edits_, redaction_);
    } else {
      json_.find(text, *framing_, edits_, redaction_);
    }
  }

  SnapshotFormat format_;
  JsonRedactor json_;
  CsvRedactor csv_;
  TextEdits edits_;
  Redaction redaction_;
  std::optional<Framing> framing_;
  std::string carry_;
  std::size_t wanted_ = kBlockBytes;
};

/// Where the new content goes: nowhere, or into the replacement, compressed as the old one was. Each piece is a frame of its own.
class Output {
 public:
  Output() = default;
  Output(FileReplacement replacement, Compression compression) : replacement_(std::move(replacement)), compression_(compression) {}

  Status put(std::string& text, bool at_end) {
    if (!replacement_) {
      text.clear();
      return {};
    }
    if (text.size() < kBlockBytes && !at_end) return {};
    Status status;
    if (compression_ == Compression::kNone) {
      status = replacement_->append(text);
    } else if (!text.empty() || !any_) {
      status = replacement_->append(compression_ == Compression::kGzip ? compress_gzip(text) : compress_zstd(text));
    }
    any_ = true;
    text.clear();
    return status;
  }
  Status commit() { return replacement_ ? replacement_->commit() : Status(); }

 private:
  std::optional<FileReplacement> replacement_;
  Compression compression_ = Compression::kNone;
  bool any_ = false;
};

Result<Redaction> run(ByteSource& source, std::string_view key, const ViewerTest& test, Output& output) {
  TextRedactor redactor(key, test);
  std::string out;
  std::string problem;
  for (;;) {
    const Result<std::string_view> piece = source.next();
    if (!piece) {
      // What came before the damage is all that anybody can read of the file.
      if (piece.error().code != ErrorCode::kCorruptData && piece.error().code != ErrorCode::kLimitExceeded) return piece.error();
      problem = piece.error().message;
      break;
    }
    if (piece->empty()) break;
    if (!redactor.feed(*piece, out)) return Redaction{};
    if (Status put = output.put(out, false); !put) return std::move(put).error();
  }
  if (!redactor.finish(out)) return Redaction{};
  if (Status put = output.put(out, true); !put) return std::move(put).error();
  Redaction redaction = redactor.redaction();
  redaction.problem = std::move(problem);
  return redaction;
}

/// By the first bytes, as the reader does.
Compression compression_of_content(const fs::path& path) {
  std::array<char, 4> magic{};
  std::ifstream file(path, std::ios::binary);
  file.read(magic.data(), magic.size());
  const std::string_view bytes(magic.data(), static_cast<std::size_t>(file.gcount()));
  if (bytes.starts_with("\x1F\x8B")) return Compression::kGzip;
  if (bytes.starts_with("\x28\xB5\x2F\xFD")) return Compression::kZstd;
  return Compression::kNone;
}

}  // namespace

bool may_hold_viewers(std::string_view key) { return presence_internal::interpret_file_name(key).format != SnapshotFormat::kNone; }

Result<Redaction> redact_file(const fs::path& path, std::string_view key, const ViewerTest& test, RedactMode mode) {
  Result<std::unique_ptr<ByteSource>> source = open_byte_source(path);
  if (!source) return std::move(source).error();
  Output nowhere;
  Result<Redaction> looked = run(**source, key, test, nowhere);
  if (!looked || !looked->changes() || mode == RedactMode::kLook) return looked;
  Result<FileReplacement> replacement = FileReplacement::begin(path);
  if (!replacement) return std::move(replacement).error();
  source = open_byte_source(path);
  if (!source) return std::move(source).error();
  Output output(*std::move(replacement), compression_of_content(path));
  Result<Redaction> redaction = run(**source, key, test, output);
  if (!redaction) return redaction;
  if (Status committed = output.commit(); !committed) return std::move(committed).error();
  return redaction;
}

std::string redact_text(std::string_view text, std::string_view key, const ViewerTest& test, Redaction& redaction) {
  std::string out;
  const std::unique_ptr<ByteSource> source = make_byte_source(text);
  TextRedactor redactor(key, test);
  if (!redactor.feed(text, out) || !redactor.finish(out)) return std::string(text);
  redaction = redactor.redaction();
  return out;
}

}  // namespace vieweratlas
