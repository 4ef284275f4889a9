#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "presence/block.h"
#include "presence/csv_records.h"
#include "presence/file_name.h"
#include "presence/loss_log.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::presence_internal {

/// Sizes of the reading; tests make them small.
struct ReadLimits {
  std::size_t block_bytes = std::size_t{1} << 20U;         ///< fits a second-level cache, yet costs one system call
  std::size_t max_record_bytes = std::size_t{256} << 20U;  ///< a record beyond it is no snapshot (20 million names)
  std::uint64_t max_file_bytes = 64ULL << 30U;             ///< decompressed; beyond it a file is taken for a bomb
};

/// A file to read: at an input, or in memory.
struct InputFile {
  StoredObject object;
  std::optional<std::string_view> bytes;  ///< the content, when it is in memory
  FileName name;
  bool being_written = false;
};

/// Memory for a block's text that is re-used without being cleared.
class TextBuffer {
 public:
  /// Makes room for `size` bytes and kPadding more; the first `keep` bytes stay.
  void reserve(std::size_t size, std::size_t keep);
  [[nodiscard]] char* data() { return data_.get(); }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
};

/// Hands out a file block by block to any number of workers. Thread-safe.
class SnapshotFile {
 public:
  /// `file` and `input` must outlive this. `input` is where the file is, nullptr for files in memory.
  SnapshotFile(const InputFile& file, std::uint32_t index, PresenceInput* input, const ReadLimits& limits);
  SnapshotFile(const SnapshotFile&) = delete;
  SnapshotFile& operator=(const SnapshotFile&) = delete;
  ~SnapshotFile();

  /// Fills `block`, whose text lies in `buffer`; false at the end. What cannot be read is counted in `losses`.
  [[nodiscard]] bool next(TextBuffer& buffer, Block& block, LossLog& losses);

  // After the last block:
  [[nodiscard]] FileTally& tally() { return tally_; }
  [[nodiscard]] const CsvHeader& csv_header() const { return *csv_header_; }  ///< only for blocks framed as CSV
  [[nodiscard]] std::uint64_t num_bytes() const;                              ///< as stored
  [[nodiscard]] bool is_blank() const { return is_blank_; }
  [[nodiscard]] Digest digest() const;
  [[nodiscard]] bool was_opened() const { return source_ != nullptr; }
  /// Set where the input fails as a whole: no fault of this file, and no loss.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  class Source;

  bool open(LossLog& losses);
  std::string_view fill(TextBuffer& buffer, LossLog& losses);
  bool begin(std::string_view& text);
  void give_up_record(TextBuffer& buffer, LossLog& losses);

  const InputFile& file_;
  const std::uint32_t index_;
  PresenceInput* const input_;
  const ReadLimits& limits_;
  FileTally tally_;

  std::mutex mutex_;  // guards what follows
  std::unique_ptr<Source> source_;
  std::string carry_;  // the beginning of a record whose end is not read yet
  bool is_open_ = false;
  bool at_end_ = false;
  bool is_done_ = false;
  bool has_begun_ = false;
  bool is_blank_ = true;
  std::uint64_t line_ = 1;
  std::uint64_t num_bytes_ = 0;  // as stored, of the blocks handed out
  Framing framing_ = Framing::kObjects;
  std::optional<CsvHeader> csv_header_;
  std::optional<Error> failure_;
};

}  // namespace vieweratlas::presence_internal
