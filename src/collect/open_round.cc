#include "collect/open_round.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

#include "collect/journal.h"
#include "collect/round.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::chrono::seconds kSyncEach{1};
// A journal that has grown to several times of what it amounts to is written anew: it is read back faster and takes less of the disk.
constexpr std::uint64_t kBloatedBytes = std::uint64_t{256} << 20U;
constexpr std::uint64_t kBloatedFactor = 4;

}  // namespace

OpenRound::OpenRound(std::unique_ptr<Round> round, std::filesystem::path path, DiskFault fault, SteadyTime now)
    : round_(std::move(round)), path_(std::move(path)), fault_(std::move(fault)), last_sync_(now) {
  make_journal(now);
}

OpenRound::OpenRound(std::unique_ptr<Round> round, const JournalReading& reading, std::filesystem::path path, DiskFault fault,
                     SteadyTime now)
    : round_(std::move(round)), path_(std::move(path)), fault_(std::move(fault)), last_sync_(now) {
  // Half a frame may have been applied: only a journal made of the round as it is agrees with it.
  if (reading.was_refused) {
    make_journal(now);
    return;
  }
  Result<std::unique_ptr<JournalFile>> journal = JournalFile::reopen(path_, reading, fault_);
  safe_sightings_ = synced_sightings_ = round_->num_sightings();
  if (!journal) {
    break_down(std::move(journal).error(), now);
    return;
  }
  journal_ = std::move(*journal);
  synced_bytes_ = checkpoint_bytes_ = journal_->num_bytes();
  round_->log_to(&log_);
}

std::unique_ptr<Round> OpenRound::take() && {
  round_->log_to(nullptr);
  return std::move(round_);
}

bool OpenRound::is_bloated() const {
  return journal_->num_bytes() >= kBloatedBytes && journal_->num_bytes() >= kBloatedFactor * checkpoint_bytes_;
}

void OpenRound::tick(SteadyTime now, bool at_once) {
  write_out(now);
  if (!is_journaled()) {
    if (!at_once && !backoff_.is_due(now)) return;
    ++num_retries_;
    make_journal(now);
    return;
  }
  if (is_bloated()) {
    make_journal(now);
    return;
  }
  if (journal_->num_bytes() > synced_bytes_ && (at_once || now - last_sync_ >= kSyncEach)) sync(now);
}

void OpenRound::write_out(SteadyTime now) {
  if (!is_journaled() || log_.empty()) return;
  Status written = journal_->append(log_);
  log_.clear();
  if (!written) {
    break_down(std::move(written).error(), now);
    return;
  }
  safe_sightings_ = round_->num_sightings();
}

void OpenRound::sync(SteadyTime now) {
  last_sync_ = now;
  if (Status synced = journal_->sync(); !synced) {
    // What was written since the last good sync may be gone from memory and disk alike.
    safe_sightings_ = synced_sightings_;
    break_down(std::move(synced).error(), now);
    return;
  }
  synced_bytes_ = journal_->num_bytes();
  synced_sightings_ = safe_sightings_;
}

void OpenRound::make_journal(SteadyTime now) {
  Result<std::unique_ptr<JournalFile>> made = JournalFile::create(path_, *round_, fault_);
  if (!made) {
    // A bloated journal that cannot be replaced is good as it is.
    if (is_journaled()) {
      checkpoint_bytes_ = journal_->num_bytes();
    } else {
      break_down(std::move(made).error(), now);
    }
    return;
  }
  journal_ = std::move(*made);
  log_.clear();
  round_->log_to(&log_);
  safe_sightings_ = synced_sightings_ = round_->num_sightings();
  synced_bytes_ = checkpoint_bytes_ = journal_->num_bytes();
  last_sync_ = now;
  problem_.reset();
  broken_since_.reset();
  backoff_.succeed();
}

void OpenRound::break_down(Error error, SteadyTime now) {
  journal_.reset();
  round_->log_to(nullptr);
  log_.clear();
  problem_ = std::move(error);
  if (!broken_since_) broken_since_ = now;
  backoff_.fail(now);
}

}  // namespace vieweratlas::collect_internal
