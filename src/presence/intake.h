#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
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
};

/// One worker's side of the reading: takes records and rows from the parsers. Thread-compatible.
class Intake {
 public:
  /// `shared` must outlive the intake.
  explicit Intake(IntakeShared& shared) : shared_(&shared), writer_(shared.partitions) {}

  struct OpenRecord {
    std::uint32_t number = 0;
    bool wanted = true;  ///< false: outside of the window, rows are not kept
  };
  /// Takes a record; rows for it are added with `add_row`. Records that come row by row are opened once as long as they
  /// follow each other.
  [[nodiscard]] OpenRecord open(SnapshotFacts facts);
  void add_row(OpenRecord record, const ViewerKey& viewer) {
    if (record.wanted) writer_.add(viewer, record.number);
  }
  /// True for a viewer that is not to be taken: counted. `viewer` says what the input says of who has `key`.
  [[nodiscard]] bool refuses(const ViewerKey& key, const NamedViewer& viewer) { return shared_->refuse && asks_to_refuse(key, viewer); }
  [[nodiscard]] bool may_refuse() const { return static_cast<bool>(shared_->refuse); }
  /// Says that the viewer with this platform id has this login.
  void add_alias(const ViewerKey& login, const ViewerKey& id) { aliases_.add(login, id); }
  /// Whether anybody will be looked for by login, where snapshots list logins beside ids.
  [[nodiscard]] bool wants_logins() const { return !shared_->wanted_logins.empty(); }
  [[nodiscard]] bool wants_login(const ViewerKey& login) const {
    return std::binary_search(shared_->wanted_logins.begin(), shared_->wanted_logins.end(), login);
  }
  /// To be called when all is read.
  void flush() { writer_.flush(); }

  [[nodiscard]] const AliasTable& aliases() const { return aliases_; }
  [[nodiscard]] LossLog& losses() { return losses_; }
  [[nodiscard]] std::uint64_t num_refused_rows() const { return num_refused_rows_; }
  [[nodiscard]] const std::vector<Record>& records() const { return records_; }
  [[nodiscard]] const TextTable& texts() const { return texts_; }

 private:
  struct Answer {
    ViewerKey key;
    bool is_refused = false;
  };
  [[nodiscard]] bool asks_to_refuse(const ViewerKey& key, const NamedViewer& viewer);

  IntakeShared* shared_;
  PartitionWriter writer_;
  TextTable texts_;
  std::vector<Record> records_;
  std::optional<SnapshotFacts> last_facts_;
  OpenRecord last_record_;
  AliasTable aliases_;
  LossLog losses_;
  std::vector<Answer> answers_;  // of the test, by key; a later viewer takes the place of an earlier one
  std::uint64_t num_refused_rows_ = 0;
};

}  // namespace vieweratlas::presence_internal
