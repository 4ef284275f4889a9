#include "presence/read_files.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/aliases.h"
#include "presence/block.h"
#include "presence/build_incidence.h"
#include "presence/csv_records.h"
#include "presence/facts.h"
#include "presence/file_queue.h"
#include "presence/intake.h"
#include "presence/json_records.h"
#include "presence/loss_log.h"
#include "presence/resolve.h"
#include "presence/snapshot_file.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {
namespace {

/// What a file came to, once all of its blocks are parsed.
struct FileSummary {
  std::uint64_t num_snapshots = 0;
  std::uint64_t num_foreign = 0;
  std::uint64_t num_round_records = 0;
  std::uint64_t foreign_line = 1;
  std::uint64_t num_bytes = 0;
  Digest digest;
  bool is_blank = false;
  bool unfinished = false;
};

/// Calls the caller's progress function from one thread at a time, at most some hundred times.
class Progress {
 public:
  Progress(const ReadOptions& options, std::uint64_t total)
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
  const ReadOptions& options_;
  const std::uint64_t total_;
  const std::uint64_t step_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;  // guarded by mutex_
  std::uint64_t next_ = 0;  // guarded by mutex_
};

/// One thread's parsers and memory.
class Worker {
 public:
  explicit Worker(IntakeShared& shared) : intake_(shared), json_(intake_), csv_(intake_) {}

  /// Parses blocks of `file` until there are none.
  void drain(SnapshotFile& file, Progress& progress) {
    Block block;
    while (file.next(buffer_, block, intake_.losses())) {
      progress.add(block.stored_bytes);
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

class FileReading {
 public:
  FileReading(const std::vector<InputFile>& files, PresenceInput* input, const ReadOptions& options, const ReadLimits& limits)
      : files_(files),
        input_(input),
        limits_(limits),
        queue_(files, input, limits),
        progress_(options, total_bytes(files)),
        summaries_(files.size()) {
    shared_.refuse = options.refuse;
    if (options.since) shared_.since_s = options.since->time_since_epoch().count();
    if (options.until) shared_.until_s = options.until->time_since_epoch().count();
    for (const std::string& login : options.wanted_logins) shared_.wanted_logins.push_back(ViewerTable::key_of(login));
    std::sort(shared_.wanted_logins.begin(), shared_.wanted_logins.end());
  }

  void run(ThreadPool& pool) {
    for (unsigned i = 0; i < pool.threads(); ++i) workers_.push_back(std::make_unique<Worker>(shared_));
    // One chunk a thread: a chunk works until the queue is empty, so it does not matter which thread gets which.
    pool.parallel_for(workers_.size(), 1, [&](std::size_t, std::size_t, unsigned worker) { work(*workers_[worker]); });
    for (const auto& [file, index] : large_) summarise(*file, index);
    pool.parallel_for(workers_.size(), 1, [&](std::size_t i, std::size_t, unsigned) { workers_[i]->intake().flush(); });
  }

  /// Why the files could not be read to their end, after run().
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  [[nodiscard]] IntakeShared& shared() { return shared_; }
  [[nodiscard]] std::vector<const Intake*> intakes() const {
    std::vector<const Intake*> result;
    result.reserve(workers_.size());
    for (const auto& worker : workers_) result.push_back(&worker->intake());
    return result;
  }
  [[nodiscard]] std::vector<ViewerAlias> aliases() const {
    AliasTable all;
    for (const auto& worker : workers_) all.merge(worker->intake().aliases());
    return all.sorted();
  }
  /// Frees the parsers and their texts; losses and summaries stay.
  void release_workers() {
    for (const auto& worker : workers_) {
      losses_.merge(worker->intake().losses());
      num_refused_rows_ += worker->intake().num_refused_rows();
    }
    workers_.clear();
  }

  /// Fills in what concerns files. After release_workers.
  void report(ReadReport& report);

 private:
  static std::uint64_t total_bytes(const std::vector<InputFile>& files) {
    std::uint64_t total = 0;
    for (const InputFile& file : files) total += file.object.num_bytes;
    return total;
  }

  void work(Worker& worker);
  void summarise(SnapshotFile& file, std::size_t index);
  /// Ends the reading when `file` says that the input fails.
  void stop_at_failure(const SnapshotFile& file);

  const std::vector<InputFile>& files_;
  PresenceInput* const input_;
  const ReadLimits& limits_;
  IntakeShared shared_;
  FileQueue queue_;
  Progress progress_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<FileSummary> summaries_;
  std::mutex mutex_;
  std::vector<std::pair<std::shared_ptr<SnapshotFile>, std::size_t>> large_;  // guarded by mutex_ while workers run
  std::optional<Error> failure_;                                              // guarded likewise
  LossLog losses_;
  std::uint64_t num_refused_rows_ = 0;
};

void FileReading::work(Worker& worker) {
  for (;;) {
    const FileQueue::Work work = queue_.take();
    if (work.large) {
      worker.drain(*work.large, progress_);
      queue_.finish(*work.large);
      stop_at_failure(*work.large);
      const std::lock_guard lock(mutex_);
      large_.emplace_back(work.large, work.large_index);
      continue;
    }
    if (work.begin == work.end) return;
    for (std::size_t i = work.begin; i < work.end; ++i) {
      SnapshotFile file(files_[i], static_cast<std::uint32_t>(i), input_, limits_);
      worker.drain(file, progress_);
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
                       .unfinished = tally.unfinished.load(std::memory_order_relaxed)};
}

void FileReading::report(ReadReport& report) {
  LossLog set_aside;
  std::string digests;
  std::vector<std::string_view> keys;
  keys.reserve(files_.size());
  for (std::uint32_t i = 0; i < files_.size(); ++i) {
    const FileSummary& summary = summaries_[i];
    keys.push_back(files_[i].object.key);
    report.num_bytes += summary.num_bytes;
    if (summary.unfinished) set_aside.add(reason::kUnfinished, {i, 1}, "its last record is still being written");
    if (summary.num_round_records > 0) {
      set_aside.add(reason::kRoundRecord, {i, 1}, "the record of a round", {}, summary.num_round_records);
    }
    if (summary.is_blank) ++report.num_files_empty;
    if (summary.num_snapshots > 0) {
      ++report.num_files;
      digests += files_[i].object.key + '\n' + to_string(summary.digest) + '\n';
    }
    if (summary.num_foreign == 0) continue;
    if (summary.num_snapshots > 0) {
      losses_.add(reason::kUnknownRecord, {i, summary.foreign_line}, "this record among snapshots is none", {}, summary.num_foreign);
    } else {
      set_aside.add(reason::kNoSnapshot, {i, summary.foreign_line}, "this file holds no snapshots");
    }
  }
  report.num_refused_rows = num_refused_rows_;
  report.input_digest = to_string(digest_of(digests));
  report.losses = losses_.to_losses(keys);
  report.set_aside = set_aside.to_losses(keys);
}

Error strict_error(const Losses& losses) {
  const auto& [reason, entry] = *losses.by_reason().begin();
  return {ErrorCode::kCorruptData, "strict: " + with_thousands(losses.total()) + " losses in the input, such as " + reason + " at " +
                                       entry.example + "; repair or remove them, or read without --strict"};
}

void report_snapshots(const Resolution& resolution, ReadReport& report) {
  report.num_snapshots = resolution.snapshots.size();
  report.num_outside_window = resolution.num_outside_window;
  report.num_excluded_channels = resolution.num_excluded_channels;
  report.snapshot_sources = resolution.sources;
  for (const ResolvedSnapshot& snapshot : resolution.snapshots) {
    const UtcTime time{std::chrono::seconds(snapshot.time_s)};
    if (snapshot.seconds_observed != kNotObserved) {
      ++report.num_snapshots_observed;
      report.seconds_observed += snapshot.seconds_observed;
    }
    ++report.snapshots_per_hour[std::chrono::floor<std::chrono::hours>(time)];
    report.first = std::min(report.first.value_or(time), time);
    report.last = std::max(report.last.value_or(time), time);
  }
}

}  // namespace

Result<Presence> read_files(const std::vector<InputFile>& files, PresenceInput* input, const ReadOptions& options, const ReadLimits& limits,
                            ThreadPool& pool) {
  FileReading reading(files, input, options, limits);
  reading.run(pool);
  if (reading.failure()) return *reading.failure();
  ViewerPartitions& partitions = reading.shared().partitions;
  if (partitions.num_viewers() >= std::numeric_limits<std::uint32_t>::max()) {
    return Error{ErrorCode::kLimitExceeded, "more than 4 billion viewers; choose a shorter window with --since, --until or --last"};
  }
  const std::uint32_t num_records = reading.shared().num_records.load();
  Resolution resolution = resolve(reading.intakes(), num_records, {.since = options.since, .until = options.until, .last = options.last},
                                  options.exclude_channels);
  const std::vector<ViewerAlias> aliases = reading.aliases();
  reading.release_workers();
  Presence presence;
  reading.report(presence.report);
  if (options.strict && !presence.report.losses.empty()) return strict_error(presence.report.losses);
  report_snapshots(resolution, presence.report);

  if (!aliases.empty()) move_to_ids(partitions, aliases, num_records);
  BuiltIncidence built = build_incidence(partitions, resolution, pool);
  presence.report.num_presence_rows = built.num_presence_rows;
  presence.report.num_duplicate_rows = built.num_duplicate_rows;
  add_facts(resolution, built.chatters_of_snapshot, pool);
  presence.channels = std::move(resolution.channels);
  presence.incidence = std::move(built.incidence);
  for (std::uint32_t c = 0; c < presence.channels.size(); ++c) presence.channels[c].audience = presence.incidence.row(c).size();
  presence.viewers = ViewerTable(std::move(built.viewers), aliases);
  return presence;
}

}  // namespace vieweratlas::presence_internal
