#include "presence/file_reading.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/aliases.h"
#include "presence/block.h"
#include "presence/csv_records.h"
#include "presence/file_queue.h"
#include "presence/intake.h"
#include "presence/json_records.h"
#include "presence/loss_log.h"
#include "presence/snapshot_file.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {
namespace {

std::uint64_t total_bytes(const std::vector<InputFile>& files) {
  std::uint64_t total = 0;
  for (const InputFile& file : files) total += file.object.num_bytes;
  return total;
}

/// What a file's records that are no snapshots come to, once all are known.
void add_records_left_out(const FileSummary& summary, std::uint32_t file, LossLog& losses, LossLog& set_aside) {
  if (summary.unfinished) set_aside.add(reason::kUnfinished, {file, 1}, "its last record is still being written");
  if (summary.num_round_records > 0) {
    set_aside.add(reason::kRoundRecord, {file, 1}, "the record of a round", {}, summary.num_round_records);
  }
  if (summary.num_foreign == 0) return;
  if (summary.num_snapshots > 0) {
    losses.add(reason::kUnknownRecord, {file, summary.foreign_line}, "this record among snapshots is none", {}, summary.num_foreign);
  } else {
    set_aside.add(reason::kNoSnapshot, {file, summary.foreign_line}, "this file holds no snapshots");
  }
}

}  // namespace

/// Calls the caller's progress function from one thread at a time, at most some hundred times.
class FileReading::Progress {
 public:
  Progress(const ReadingOptions& options, std::uint64_t total)
      : options_(options), total_(total), step_(std::max<std::uint64_t>(total / 256, 1)) {}

  void add(std::uint64_t num_bytes) {
    if (!options_.progress) return;
    const std::lock_guard lock(mutex_);
    done_ += num_bytes;
    if (done_ < next_) return;
    next_ = done_ + step_;
    options_.progress(std::min(done_, total_), total_);
  }

 private:
  const ReadingOptions& options_;
  const std::uint64_t total_;
  const std::uint64_t step_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;  // guarded by mutex_
  std::uint64_t next_ = 0;  // guarded by mutex_
};

/// One thread's parsers and memory.
class FileReading::Worker {
 public:
  explicit Worker(IntakeShared& shared) : intake_(shared), json_(intake_), csv_(intake_) {}

  /// Parses blocks of `file` until there are none.
  void drain(SnapshotFile& file, Progress& progress) {
    Block block;
    while (file.next(buffer_, block, intake_.losses())) {
      progress.add(block.stored_bytes);
      intake_.begin_block(block.file);
      if (block.framing == Framing::kCsv) {
        csv_.read(block, file.csv_header());
      } else {
        json_.read(block);
      }
    }
  }

  [[nodiscard]] Intake& intake() { return intake_; }

 private:
  Intake intake_;
  JsonRecords json_;
  CsvRecords csv_;
  TextBuffer buffer_;
};

FileReading::FileReading(const std::vector<InputFile>& files, PresenceInput* input, const ReadingOptions& options, const ReadLimits& limits)
    : files_(files),
      input_(input),
      limits_(limits),
      queue_(files, input, limits),
      progress_(std::make_unique<Progress>(options, total_bytes(files))),
      summaries_(files.size()),
      losses_(options.wants_day ? LossLog::Grain::kFile : LossLog::Grain::kAll) {
  shared_.refuse = options.refuse;
  shared_.wants_day = options.wants_day;
  if (options.wants_day) shared_.partitions.keep_messages();
  if (options.since) shared_.since_s = options.since->time_since_epoch().count();
  if (options.until) shared_.until_s = options.until->time_since_epoch().count();
  for (const std::string& login : options.wanted_logins) shared_.wanted_logins.push_back(ViewerTable::key_of(login));
  std::sort(shared_.wanted_logins.begin(), shared_.wanted_logins.end());
}

FileReading::~FileReading() = default;

void FileReading::run(ThreadPool& pool) {
  for (unsigned i = 0; i < pool.threads(); ++i) workers_.push_back(std::make_unique<Worker>(shared_));
  // One chunk a thread: a chunk works until the queue is empty, so it does not matter which thread gets which.
  pool.parallel_for(workers_.size(), 1, [&](std::size_t, std::size_t, unsigned worker) { work(*workers_[worker]); });
  for (const auto& [file, index] : large_) summarise(*file, index);
  pool.parallel_for(workers_.size(), 1, [&](std::size_t i, std::size_t, unsigned) { workers_[i]->intake().flush(); });
}

std::vector<const Intake*> FileReading::intakes() const {
  std::vector<const Intake*> result;
  result.reserve(workers_.size());
  for (const auto& worker : workers_) result.push_back(&worker->intake());
  return result;
}

std::vector<ViewerAlias> FileReading::aliases() const {
  AliasTable all;
  for (const auto& worker : workers_) all.merge(worker->intake().aliases());
  return all.sorted();
}

void FileReading::release_workers() {
  for (const auto& worker : workers_) {
    losses_.merge(worker->intake().losses());
    num_refused_rows_ += worker->intake().num_refused_rows();
  }
  workers_.clear();
}

void FileReading::work(Worker& worker) {
  for (;;) {
    const FileQueue::Work work = queue_.take();
    if (work.large) {
      worker.drain(*work.large, *progress_);
      queue_.finish(*work.large);
      stop_at_failure(*work.large);
      const std::lock_guard lock(mutex_);
      large_.emplace_back(work.large, work.large_index);
      continue;
    }
    if (work.begin == work.end) return;
    for (std::size_t i = work.begin; i < work.end; ++i) {
      SnapshotFile file(files_[i], static_cast<std::uint32_t>(i), input_, limits_);
      worker.drain(file, *progress_);
      summarise(file, i);
      if (!file.failure()) continue;
      stop_at_failure(file);
      break;
    }
  }
}

void FileReading::stop_at_failure(const SnapshotFile& file) {
  if (!file.failure()) return;
  queue_.stop();
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = file.failure();
}

void FileReading::summarise(SnapshotFile& file, std::size_t index) {
  const FileTally& tally = file.tally();
  summaries_[index] = {.num_snapshots = tally.num_snapshots.load(std::memory_order_relaxed),
                       .num_foreign = tally.num_foreign.load(std::memory_order_relaxed),
                       .num_round_records = tally.num_round_records.load(std::memory_order_relaxed),
                       .foreign_line = tally.foreign_line.load(std::memory_order_relaxed),
                       .num_bytes = file.num_bytes(),
                       .digest = file.digest(),
                       .is_blank = file.is_blank(),
                       .was_opened = file.was_opened(),
                       .unfinished = tally.unfinished.load(std::memory_order_relaxed),
                       .ends_open = tally.ends_open.load(std::memory_order_relaxed)};
}

void FileReading::report(ReadReport& report) {
  report_files(files_, summaries_, std::move(losses_), LossLog(), report);
  report.num_refused_rows = num_refused_rows_;
}

void report_files(const std::vector<InputFile>& files, const std::vector<FileSummary>& summaries, LossLog losses, LossLog set_aside,
                  ReadReport& report) {
  std::string digests;
  std::vector<std::string_view> keys;
  keys.reserve(files.size());
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    const FileSummary& summary = summaries[i];
    keys.push_back(files[i].object.key);
    report.num_bytes += summary.num_bytes;
    if (summary.is_blank) ++report.num_files_empty;
    if (summary.num_snapshots > 0) {
      ++report.num_files;
      digests += files[i].object.key + '\n' + to_string(summary.digest) + '\n';
    }
    add_records_left_out(summary, i, losses, set_aside);
  }
  report.input_digest = to_string(digest_of(digests));
  report.losses = losses.to_losses(keys);
  report.set_aside = set_aside.to_losses(keys);
}

std::pair<Losses, Losses> FileReading::losses_of(std::uint32_t file) const {
  LossLog losses(LossLog::Grain::kFile);
  LossLog set_aside(LossLog::Grain::kFile);
  losses.merge(losses_, file);
  add_records_left_out(summaries_[file], file, losses, set_aside);
  const std::string& key = files_[file].object.key;
  return {losses.to_losses(file, key), set_aside.to_losses(file, key)};
}

}  // namespace vieweratlas::presence_internal
