#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "presence/file_queue.h"
#include "presence/intake.h"
#include "presence/loss_log.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {

/// What a file came to, once all of its blocks are parsed.
struct FileSummary {
  std::uint64_t num_snapshots = 0;
  std::uint64_t num_foreign = 0;
  std::uint64_t num_round_records = 0;
  std::uint64_t foreign_line = 1;
  std::uint64_t num_bytes = 0;  ///< that were read, as stored
  Digest digest;
  bool is_blank = false;
  bool was_opened = false;
  bool unfinished = false;  ///< FileTally
  bool ends_open = false;   ///< FileTally
};

/// What is to be read, where read_presence() and read_days() differ.
struct ReadingOptions {
  ViewerTest refuse;                                ///< may be empty
  std::optional<UtcTime> since;                     ///< rows before it are not kept
  std::optional<UtcTime> until;                     ///< rows from here on are not kept
  std::vector<std::string> wanted_logins;           ///< ReadOptions
  std::function<bool(std::int32_t day)> wants_day;  ///< may be empty; else what read_days() needs is kept, of these days
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

/// Reads files on all threads into records and rows. One use, thread-compatible.
class FileReading {
 public:
  /// All must outlive the reading; `input` may be nullptr for files in memory.
  FileReading(const std::vector<InputFile>& files, PresenceInput* input, const ReadingOptions& options, const ReadLimits& limits);
  FileReading(const FileReading&) = delete;
  FileReading& operator=(const FileReading&) = delete;
  ~FileReading();

  void run(ThreadPool& pool);

  // After run():
  /// Why the files could not be read to their end.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  [[nodiscard]] IntakeShared& shared() { return shared_; }
  [[nodiscard]] const std::vector<FileSummary>& summaries() const { return summaries_; }
  [[nodiscard]] std::vector<const Intake*> intakes() const;
  [[nodiscard]] std::vector<ViewerAlias> aliases() const;
  /// Frees the parsers and their texts; losses and summaries stay.
  void release_workers();

  /// Fills in what concerns files. After release_workers.
  void report(ReadReport& report);
  // After release_workers:
  [[nodiscard]] const LossLog& losses() const { return losses_; }
  [[nodiscard]] std::uint64_t num_refused_rows() const { return num_refused_rows_; }
  /// The losses and what was set aside, of the file alone. After release_workers; only where `wants_day` was given.
  [[nodiscard]] std::pair<Losses, Losses> losses_of(std::uint32_t file) const;

 private:
  class Progress;
  class Worker;

  void work(Worker& worker);
  void summarise(SnapshotFile& file, std::size_t index);
  /// Ends the reading when `file` says that the input fails.
  void stop_at_failure(const SnapshotFile& file);

  const std::vector<InputFile>& files_;
  PresenceInput* const input_;
  const ReadLimits& limits_;
  IntakeShared shared_;
  FileQueue queue_;
  std::unique_ptr<Progress> progress_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<FileSummary> summaries_;
  std::mutex mutex_;
  std::vector<std::pair<std::shared_ptr<SnapshotFile>, std::size_t>> large_;  // guarded by mutex_ while workers run
  std::optional<Error> failure_;                                              // guarded likewise
  LossLog losses_;
  std::uint64_t num_refused_rows_ = 0;
};

/// Fills in what concerns files, but for refused rows. `losses` and `set_aside` are added to.
void report_files(const std::vector<InputFile>& files, const std::vector<FileSummary>& summaries, LossLog losses, LossLog set_aside,
                  ReadReport& report);

}  // namespace vieweratlas::presence_internal
