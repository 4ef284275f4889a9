#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/day.h"
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
  bool is_exact = true;              ///< false: numbers collided, or the viewers' key is another one; such a day is read from its raw files
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

}  // namespace vieweratlas
