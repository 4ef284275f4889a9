#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "presence/aliases.h"
#include "presence/file_name.h"
#include "presence/loss_log.h"
#include "presence/snapshot_fields.h"
#include "presence/viewer_key.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/presence/redact.h"

namespace vieweratlas::presence_internal {

inline constexpr std::uint32_t kNotObserved = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint64_t kNoViewerCount = std::numeric_limits<std::uint64_t>::max();

/// A snapshot as it was read once. The same snapshot may be read from several files: records are merged afterwards.
/// Texts are numbers in a TextTable, 0 = not known.
struct Record {
  std::int64_t time_s = 0;
  std::uint64_t content = 0;
  std::uint64_t viewer_count = kNoViewerCount;
  std::uint32_t number = 0;  ///< what rows refer to
  std::uint32_t seconds_observed = kNotObserved;
  std::uint32_t channel = 0;
  std::uint32_t channel_id = 0;
  std::uint32_t display_name = 0;
  std::uint32_t game = 0;
  std::uint32_t language = 0;
  std::uint32_t title = 0;
  std::uint32_t source = 0;
};

/// Texts by number; each is kept once. Number 0 is the empty text.
class TextTable {
 public:
  [[nodiscard]] std::uint32_t number_of(std::string_view text);
  [[nodiscard]] const std::vector<const std::string*>& texts() const { return texts_; }

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard names it
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  inline static const std::string kNothing;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
  std::vector<const std::string*> texts_{&kNothing};  // keys of numbers_: their places do not move
};

/// What all workers share while files are read.
struct IntakeShared {
  ViewerPartitions partitions;
  std::atomic<std::uint32_t> num_records{0};
  ViewerTest refuse;  ///< may be empty
  // Rows of snapshots outside of these bounds are not kept; their records are, to be counted.
  std::int64_t since_s = std::numeric_limits<std::int64_t>::min();
  std::int64_t until_s = std::numeric_limits<std::int64_t>::max();
  std::vector<ViewerKey> wanted_logins;  ///< sorted
  /// Of a reading for days (read_days.h), else empty. Records of other days are not kept; of these, also messages and all logins.
  std::function<bool(std::int32_t day)> wants_day;
  // Of a reading beside curated days (curated_plan.h), else empty.
  std::vector<std::int32_t> curated_days;  ///< sorted
  std::vector<std::uint8_t> passes_over;   ///< by file: what it says of curated days is known already
};

/// That a file has a snapshot of a day.
struct FileDay {
  std::uint32_t file = 0;
  std::int32_t day = 0;  ///< days since 1970-01-01

  friend auto operator<=>(const FileDay&, const FileDay&) = default;
};

/// That a viewer has two names, as a snapshot of a day says.
struct NamePair {
  std::int32_t day = 0;
  bool is_listed = false;  ///< DayAlias
  ViewerKey login;
  ViewerKey id;

  friend auto operator<=>(const NamePair&, const NamePair&) = default;
};

/// Begins of days.
inline constexpr std::int64_t kDaySeconds = 86'400;
[[nodiscard]] constexpr std::int32_t day_of(std::int64_t time_s) {
  return static_cast<std::int32_t>((time_s - (time_s % kDaySeconds + kDaySeconds) % kDaySeconds) / kDaySeconds);
}

/// One worker's side of the reading: takes records and rows from the parsers. Thread-compatible.
class Intake {
 public:
  /// `shared` must outlive the intake.
  explicit Intake(IntakeShared& shared)
      : shared_(&shared), writer_(shared.partitions), losses_(shared.wants_day ? LossLog::Grain::kFile : LossLog::Grain::kAll) {}

  struct OpenRecord {
    std::uint32_t number = 0;
    bool wanted = true;  ///< false: outside of the window, rows are not kept
    std::int32_t day = 0;
  };
  /// Says which file the next records are from.
  void begin_block(std::uint32_t file) {
    // A record of another file may be one to pass over.
    if (file != file_ && !shared_->curated_days.empty()) last_facts_.reset();
    file_ = file;
  }
  /// Curated days that files have snapshots of which were not known.
  [[nodiscard]] const std::set<std::int32_t>& curated_days_met() const { return curated_days_met_; }
  /// Takes a record; rows for it are added with `add_row`. Records that come row by row are opened once as long as they
  /// follow each other.
  [[nodiscard]] OpenRecord open(SnapshotFacts facts);
  /// The same for a record that is no file's.
  OpenRecord add_record(SnapshotFacts facts);
  void add_row(OpenRecord record, const ViewerKey& viewer, std::uint32_t num_messages = 0) {
    if (record.wanted) writer_.add(viewer, record.number, num_messages);
  }
  /// True for a viewer that is not to be taken. `name` is what the input has for who has `key`, in the place of `kind`.
  enum class NameKind : std::uint8_t { kAny, kId, kLogin };
  [[nodiscard]] bool refuses(const ViewerKey& key, std::string_view name, NameKind kind = NameKind::kAny) {
    return shared_->refuse && asks_to_refuse(key, name, kind);
  }
  [[nodiscard]] bool may_refuse() const { return static_cast<bool>(shared_->refuse); }
  /// Counts chatters that were refused. Of a reading for days only those of the days that are wanted.
  void count_refused(OpenRecord record, std::uint64_t count) {
    if (record.wanted || !is_for_days()) num_refused_rows_ += count;
  }
  /// The same where the record is lost: no day's.
  void count_refused_of_lost_record(std::uint64_t count) {
    if (!is_for_days()) num_refused_rows_ += count;
  }
  /// Whether somebody has to know on which days viewers have plain names.
  [[nodiscard]] bool wants_plain_names() const { return is_for_days(); }
  /// Says that the record has a viewer by another name than a pseudonym.
  void note_plain_name(OpenRecord record) {
    if (record.wanted && (plain_days_.empty() || *plain_days_.rbegin() != record.day)) plain_days_.insert(record.day);
  }
  /// Says that the viewer with this platform id has this login.
  void add_alias(OpenRecord record, const ViewerKey& login, const ViewerKey& id);
  /// The same of a name in a list of logins beside ids, if anybody will be looked for by it.
  void add_listed_alias(OpenRecord record, const ViewerKey& login, const ViewerKey& id);
  /// Whether lists of logins beside ids are of use.
  [[nodiscard]] bool wants_logins() const { return is_for_days() || !shared_->wanted_logins.empty(); }
  [[nodiscard]] bool wants_messages() const { return is_for_days(); }
  /// To be called when all is read.
  void flush() { writer_.flush(); }

  [[nodiscard]] const AliasTable& aliases() const { return aliases_; }
  // Where days are read; unordered, with repetitions.
  [[nodiscard]] const std::vector<NamePair>& name_pairs() const { return name_pairs_; }
  [[nodiscard]] const std::vector<FileDay>& file_days() const { return file_days_; }
  [[nodiscard]] const std::set<std::int32_t>& plain_days() const { return plain_days_; }
  [[nodiscard]] LossLog& losses() { return losses_; }
  [[nodiscard]] std::uint64_t num_refused_rows() const { return num_refused_rows_; }
  [[nodiscard]] const std::vector<Record>& records() const { return records_; }
  [[nodiscard]] const TextTable& texts() const { return texts_; }

 private:
  struct Answer {
    ViewerKey key;
    bool is_refused = false;
  };
  [[nodiscard]] bool asks_to_refuse(const ViewerKey& key, std::string_view name, NameKind kind);
  [[nodiscard]] bool is_for_days() const { return static_cast<bool>(shared_->wants_day); }
  [[nodiscard]] bool wants(const SnapshotFacts& facts) const;
  void note_day(std::int64_t time_s);
  [[nodiscard]] bool passes_over(std::int32_t day);
  void add_name_pair(const NamePair& pair);

  IntakeShared* shared_;
  PartitionWriter writer_;
  TextTable texts_;
  std::vector<Record> records_;
  std::optional<SnapshotFacts> last_facts_;
  OpenRecord last_record_;
  AliasTable aliases_;
  std::uint32_t file_ = 0;
  std::set<std::int32_t> curated_days_met_;
  std::vector<FileDay> file_days_;
  std::vector<NamePair> name_pairs_;
  std::size_t num_distinct_pairs_ = 0;  // when they were last looked at
  LossLog losses_;
  std::vector<Answer> answers_;        // of the test, by key; a later viewer takes the place of an earlier one
  std::set<std::int32_t> plain_days_;  // wanted days with viewers who have plain names
  std::uint64_t num_refused_rows_ = 0;
};

}  // namespace vieweratlas::presence_internal
