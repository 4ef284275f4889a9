#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/read_days.h"

namespace vieweratlas {

/// The rows of one table of presence, sorted by viewer and channel, in pieces. Thread-compatible.
class DayRowSource {
 public:
  virtual ~DayRowSource() = default;
  /// Empty at the end. Good until the next call.
  [[nodiscard]] virtual Result<std::span<const DayRow>> next() = 0;
};

/// What a day was made of, and whether it says all that its raw files say.
struct CuratedDay {
  DayNumber day = 0;
  std::vector<FileFacts> inputs;     ///< raw files with snapshots of this day, and others of its folder; sorted by key
  std::vector<std::string> sources;  ///< "live", "vod", "csv": one table of rows each
  bool is_exact = true;              ///< false: numbers collided, the key is another one, or people were forgotten: read from raw files
};

/// Days that were aggregated before, for read_presence() to take in place of raw files.
/// Errors of all methods: those of the store; corrupt_data (a damaged table).
class CuratedDays {
 public:
  virtual ~CuratedDays() = default;
  /// All days, sorted.
  [[nodiscard]] virtual Result<std::vector<CuratedDay>> list() = 0;
  // Called from several threads at once.
  [[nodiscard]] virtual Result<std::vector<DaySnapshot>> snapshots(DayNumber day) = 0;
  [[nodiscard]] virtual Result<std::vector<DayAlias>> aliases(DayNumber day) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<DayRowSource>> rows(DayNumber day, const std::string& source) = 0;
};

/// How read_presence() uses curated days.
struct CuratedReading {
  CuratedDays* days = nullptr;
  ViewerNumbering
      number;  ///< of the days' viewers; empty = their key is not at hand, so that nobody can be told by name or beside raw files
  std::vector<std::int64_t> refused;  ///< sorted numbers of the viewers that ReadOptions::refuse takes out
  /// No file of the input is opened: what no day covers is left out, and a day that does not fit is an error.
  bool only = false;
};

/// The same for all files of an input, with days of `curated` in the place of their raw files: the result is that of the raw files in all
/// but the ids of viewers, which have another order, and report.curated.
///
/// Days are left to their raw files when the window has a part of them only, when files came or changed after they were aggregated, and
/// when what others say of renamed channels or of viewers' logins shows that their rows were counted by names that were not the last word.
/// Errors: those of read_presence; of `curated`, other than damage; no_data, invalid_argument (`only`).
[[nodiscard]] Result<Presence> read_presence(PresenceInput& input, const CuratedReading& curated, const ReadOptions& options,
                                             ThreadPool& pool);

}  // namespace vieweratlas
