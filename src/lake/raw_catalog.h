#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/redact.h"

namespace vieweratlas::lake_internal {

/// True for files that snapshots are kept in: not for state, results, the lake itself, membership lists and recorded chats.
[[nodiscard]] bool is_raw_file(std::string_view key);
[[nodiscard]] bool is_membership_file(std::string_view key);

/// The day that a file's path or name tells; its snapshots may be of others.
[[nodiscard]] std::optional<DayNumber> day_told_by(std::string_view key);

/// Which raw files there are, and which days they have snapshots of. Files that a manifest describes and that have not changed since are
/// not read. Thread-compatible.
class RawCatalog {
 public:
  struct Range {
    DayNumber first = 0;  ///< of the days that are wanted
    DayNumber last = 0;
  };

  /// `input` and `pool` must outlive it.
  RawCatalog(PresenceInput& input, ViewerTest refuse, ThreadPool& pool) : input_(input), refuse_(std::move(refuse)), pool_(pool) {}

  /// Lists the input and reads what no manifest knows and could be of the range: within a day of it by name, or without a date.
  /// Errors: those of the input; cancelled.
  [[nodiscard]] Status load(const std::vector<LakeManifest>& manifests, Range range, const ViewerNumbering& number);

  /// Facts of the files that have snapshots of `day`, and of those of its folder that have none; sorted by key.
  [[nodiscard]] std::vector<FileFacts> files_of(DayNumber day) const;
  /// Days with files, sorted.
  [[nodiscard]] std::vector<DayNumber> days() const;
  /// True when a file of that key is there.
  [[nodiscard]] bool holds(const std::string& key) const { return listed_.contains(key); }
  /// The presence of a day, of its files alone. Read before or read here. `files` of the answer are facts as of this reading.
  [[nodiscard]] Result<DaysRead> read(DayNumber day, const ViewerNumbering& number);

  [[nodiscard]] std::uint64_t num_files() const { return listed_.size(); }
  [[nodiscard]] std::uint64_t num_read() const { return num_read_; }
  [[nodiscard]] std::uint64_t num_left() const { return num_left_; }
  [[nodiscard]] std::uint64_t num_membership() const { return num_membership_; }

 private:
  [[nodiscard]] Status read_unknown(const std::vector<StoredObject>& unknown, Range range, const ViewerNumbering& number);
  void add(FileFacts facts);

  PresenceInput& input_;
  const ViewerTest refuse_;
  ThreadPool& pool_;
  std::set<std::string, std::less<>> listed_;
  std::map<std::string, FileFacts> facts_;             // by key
  std::map<DayNumber, std::set<std::string>> by_day_;  // keys
  // What was read while files were looked through: of one day, from these files.
  std::optional<DayNumber> day_ahead_;
  DaysRead ahead_;
  std::uint64_t num_read_ = 0;
  std::uint64_t num_left_ = 0;
  std::uint64_t num_membership_ = 0;
};

}  // namespace vieweratlas::lake_internal
