#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "collect/backoff.h"
#include "collect/journal.h"
#include "collect/round.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas::collect_internal {

/// A round that still grows, and its journal. A journal that cannot be written is given up whole; the round goes on in memory, and a new
/// journal with all of the round replaces the old one as soon as that works. Thread-compatible.
class OpenRound {
 public:
  /// A new round. The journal is made at once, or tried again by tick().
  OpenRound(std::unique_ptr<Round> round, std::filesystem::path path, DiskFault fault, SteadyTime now);
  /// A round that was read back.
  OpenRound(std::unique_ptr<Round> round, const JournalReading& reading, std::filesystem::path path, DiskFault fault, SteadyTime now);

  [[nodiscard]] Round& round() { return *round_; }
  [[nodiscard]] const Round& round() const { return *round_; }

  /// To be called after each change: a long log is written out.
  void after_change(SteadyTime now) {
    if (log_.size() >= kFrameBytes) write_out(now);
  }
  /// Writes out what the log holds; syncs what was written a second or longer ago (`at_once`: all); tries to mend a broken journal.
  void tick(SteadyTime now, bool at_once);

  [[nodiscard]] bool is_journaled() const { return journal_ != nullptr; }
  /// Sightings that a crash would lose; those of the last second are not among them as long as the journal is well.
  [[nodiscard]] std::uint64_t num_unjournaled() const { return is_journaled() ? 0 : round_->num_sightings() - safe_sightings_; }
  [[nodiscard]] std::optional<SteadyTime> broken_since() const { return broken_since_; }
  [[nodiscard]] std::uint64_t journal_bytes() const { return is_journaled() ? journal_->num_bytes() : 0; }
  [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }
  [[nodiscard]] std::uint64_t num_retries() const { return num_retries_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Ends the work on it; the journal stays.
  [[nodiscard]] std::unique_ptr<Round> take() &&;

 private:
  void write_out(SteadyTime now);
  void sync(SteadyTime now);
  void make_journal(SteadyTime now);
  void break_down(Error error, SteadyTime now);
  [[nodiscard]] bool is_bloated() const;

  std::unique_ptr<Round> round_;
  std::filesystem::path path_;
  DiskFault fault_;
  std::unique_ptr<JournalFile> journal_;
  std::string log_;
  std::optional<Error> problem_;
  std::optional<SteadyTime> broken_since_;
  Backoff backoff_;
  SteadyTime last_sync_;
  std::uint64_t synced_bytes_ = 0;
  std::uint64_t checkpoint_bytes_ = 0;
  std::uint64_t safe_sightings_ = 0;    // written
  std::uint64_t synced_sightings_ = 0;  // and synced
  std::uint64_t num_retries_ = 0;
};

}  // namespace vieweratlas::collect_internal
