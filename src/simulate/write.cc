// Turns a crowd into files. The unit of work is one file; a file is written by one thread, into a fresh folder, without
// temporary names and without waiting for the disk: nobody reads it before truth.json says that it is complete.
#include "simulate/write.h"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "simulate/crowd.h"
#include "simulate/names.h"
#include "simulate/visits.h"
#include "simulate/world.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/simulate/simulate.h"
#include "vieweratlas/storage/compression.h"

namespace vieweratlas::simulate_internal {
namespace {

namespace fs = std::filesystem;

/// One snapshot to write.
struct Item {
  std::uint32_t channel;
  std::uint32_t moment;
};

/// All snapshots ordered by round, then channel; items of round r are items[offsets[r]..offsets[r + 1]).
struct Rounds {
  std::vector<std::uint64_t> offsets;
  std::vector<Item> items;

  [[nodiscard]] std::span<const Item> at(std::size_t round) const {
    return std::span(items).subspan(offsets[round], offsets[round + 1] - offsets[round]);
  }
};

Rounds rounds_of(const World& world) {
  Rounds rounds;
  rounds.offsets.assign(world.num_rounds + 1, 0);
  for (const Schedule& schedule : world.schedules) {
    for (const Moment& moment : schedule.moments) ++rounds.offsets[moment.round + 1];
  }
  for (std::size_t r = 0; r < world.num_rounds; ++r) rounds.offsets[r + 1] += rounds.offsets[r];
  rounds.items.resize(rounds.offsets.back());
  std::vector<std::uint64_t> place(rounds.offsets.begin(), rounds.offsets.end() - 1);
  for (std::uint32_t channel = 0; channel < world.schedules.size(); ++channel) {
    const std::vector<Moment>& moments = world.schedules[channel].moments;
    for (std::uint32_t m = 0; m < moments.size(); ++m) rounds.items[place[moments[m].round]++] = {channel, m};
  }
  return rounds;
}

UtcTime time_of_round(const World& world, std::uint32_t round) { return world.options.start + round * world.options.snapshot_interval; }

/// Fills snapshots in with names; keeps its buffers from one to the next. One for each worker.
class SnapshotFiller {
 public:
  SnapshotFiller(const Crowd& crowd, const ViewerNames& names) : crowd_(crowd), names_(names) {}

  /// The view is valid until the next call.
  Snapshot fill(const Item& item) {
    const World& world = crowd_.world;
    const ChannelPlan& channel = world.channels[item.channel];
    const Schedule& schedule = world.schedules[item.channel];
    const Moment& moment = schedule.moments[item.moment];
    const std::span<const std::uint32_t> viewers = crowd_.visits[item.channel].at(item.moment);
    name_viewers(viewers);
    return {.channel = channel.login,
            .channel_id = channel.platform_id,
            .display_name = channel.display_name,
            .timestamp = time_of_round(world, moment.round),
            .viewer_count = viewer_count(item, viewers.size()),
            .game_name = moment.game,
            .language = world.communities[channel.community].language->code,
            .title = schedule.streams[moment.stream].title,
            .started_at = schedule.streams[moment.stream].started_at,
            .source = "live",
            .chatters = chatters_};
  }

 private:
  void name_viewers(std::span<const std::uint32_t> viewers) {
    ends_.clear();
    text_.clear();
    for (const std::uint32_t viewer : viewers) {
      names_.append(text_, viewer);
      ends_.push_back(text_.size());
    }
    chatters_.clear();
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      chatters_.push_back(std::string_view(text_).substr(begin, end - begin));
      begin = end;
    }
  }

  /// The platform also counts people who are not in the chat: up to twice as many.
  [[nodiscard]] std::uint64_t viewer_count(const Item& item, std::size_t chatters) const {
    const std::uint64_t percent = 105 + mix64(mix64(crowd_.world.options.seed ^ item.channel) + item.moment) % 90;
    return chatters * percent / 100;
  }

  const Crowd& crowd_;
  const ViewerNames& names_;
  std::string text_;
  std::vector<std::size_t> ends_;
  std::vector<std::string_view> chatters_;
};

Status write_plain(const fs::path& path, std::string_view bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  bool ok = file != nullptr;
  if (ok) {
    ok = std::setvbuf(file, nullptr, _IONBF, 0) == 0 && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    const int write_error = errno;
    ok = std::fclose(file) == 0 && ok;
    if (!ok && write_error != 0) errno = write_error;
  }
  if (ok) return {};
  const std::error_code code(errno, std::generic_category());
  ErrorCode kind = ErrorCode::kUnavailable;
  if (code == std::errc::permission_denied || code == std::errc::read_only_file_system) kind = ErrorCode::kDenied;
  if (code == std::errc::no_space_on_device || code == std::errc::file_too_large) kind = ErrorCode::kLimitExceeded;
  return Error{kind, "simulate: writing " + path.string() + ": " + code.message()};
}

/// What the files have in common: where they go, how far we are, what went wrong first.
class Progress {
 public:
  Progress(std::uint64_t total_rows, const SimulateProgress& report) : total_rows_(total_rows), report_(report) {}

  void add(std::uint64_t rows, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    num_bytes_ += bytes;
    done_rows_ += rows;
    // Reporting each of 100,000 files would cost more than some of them: one report a thousandth of the work.
    if (report_ && (done_rows_ - reported_rows_) * 1000 >= total_rows_) {
      report_(done_rows_, total_rows_);
      reported_rows_ = done_rows_;
    }
  }
  void fail(Error error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    failed_ = true;
  }
  [[nodiscard]] bool failed() const { return failed_; }

  /// After all threads are done.
  [[nodiscard]] Result<std::uint64_t> finish() {
    if (error_) return *std::move(error_);
    if (report_ && reported_rows_ != total_rows_) report_(total_rows_, total_rows_);
    return num_bytes_;
  }

 private:
  std::mutex mutex_;
  std::uint64_t total_rows_;
  std::uint64_t done_rows_ = 0;
  std::uint64_t reported_rows_ = 0;
  std::uint64_t num_bytes_ = 0;
  const SimulateProgress& report_;
  std::optional<Error> error_;
  std::atomic<bool> failed_ = false;
};

/// Writes the files of one format after another.
class FileWriter {
 public:
  FileWriter(const Crowd& crowd, const fs::path& folder, ThreadPool& pool, Progress& progress)
      : crowd_(crowd),
        folder_(folder),
        pool_(pool),
        progress_(progress),
        names_(crowd.world.options.viewers + crowd.world.options.bots, crowd.world.options.viewers, crowd.world.options.seed),
        rounds_(rounds_of(crowd.world)) {}

  void write(SnapshotFormat format) {
    make_folders(format);
    if (format == SnapshotFormat::kJson) {
      // Snapshots of 50 viewers take microseconds, of 50,000 milliseconds: a small grain keeps the threads level.
      for_each_item(rounds_.items.size(), 8, [this](std::size_t i, SnapshotFiller& filler, std::string& bytes) {
        const Item& item = rounds_.items[i];
        const Snapshot snapshot = filler.fill(item);
        append_snapshot_json(bytes, snapshot);
        put(snapshot_key(snapshot.channel, snapshot.timestamp), bytes, snapshot.chatters.size());
      });
      return;
    }
    for_each_item(crowd_.world.num_rounds, 1, [this, format](std::size_t round, SnapshotFiller& filler, std::string& bytes) {
      write_round(format, static_cast<std::uint32_t>(round), filler, bytes);
    });
  }

 private:
  using WriteOne = std::function<void(std::size_t index, SnapshotFiller& filler, std::string& bytes)>;

  void for_each_item(std::size_t n, std::size_t grain, const WriteOne& write_one) {
    std::vector<SnapshotFiller> fillers(pool_.threads(), SnapshotFiller(crowd_, names_));
    std::vector<std::string> buffers(pool_.threads());
    pool_.parallel_for(n, grain, [&](std::size_t begin, std::size_t end, unsigned worker) {
      for (std::size_t i = begin; i < end && !progress_.failed(); ++i) {
        buffers[worker].clear();
        write_one(i, fillers[worker], buffers[worker]);
      }
    });
  }

  void write_round(SnapshotFormat format, std::uint32_t round, SnapshotFiller& filler, std::string& bytes) {
    if (rounds_.at(round).empty()) return;
    const bool csv = format == SnapshotFormat::kCsv;
    if (csv) append_chatter_csv_header(bytes);
    std::uint64_t rows = 0;
    for (const Item& item : rounds_.at(round)) {
      const Snapshot snapshot = filler.fill(item);
      if (csv) {
        append_chatter_csv(bytes, snapshot);
      } else {
        append_snapshot_json(bytes, snapshot);
      }
      rows += snapshot.chatters.size();
    }
    const bool zst = format == SnapshotFormat::kNdjsonZst;
    put(key_of_round(format, round), zst ? compress_zstd(bytes) : bytes, rows);
  }

  [[nodiscard]] std::string key_of_round(SnapshotFormat format, std::uint32_t round) const {
    const UtcTime time = time_of_round(crowd_.world, round);
    const std::string date = format_date_path(time) + '/';
    const std::string stamp = format_compact(time);
    if (format == SnapshotFormat::kCsv) return "raw/chatter_logs/" + date + "chatters_" + stamp + ".csv";
    return "raw/snapshots/" + date + "round_" + stamp + (format == SnapshotFormat::kNdjson ? ".ndjson" : ".ndjson.zst");
  }

  void put(const std::string& key, std::string_view bytes, std::uint64_t rows) {
    if (Status status = write_plain(folder_ / key, bytes); !status) {
      progress_.fail(std::move(status).error());
    } else {
      progress_.add(rows, bytes.size());
    }
  }

  void make_folders(SnapshotFormat format) {
    const std::string base = format == SnapshotFormat::kCsv ? "raw/chatter_logs/" : "raw/snapshots/";
    for (std::uint32_t round = 0; round < crowd_.world.num_rounds; ++round) {
      const fs::path day = folder_ / (base + format_date_path(time_of_round(crowd_.world, round)));
      std::error_code code;
      fs::create_directories(day, code);
      if (code) return progress_.fail({ErrorCode::kDenied, "simulate: making " + day.string() + ": " + code.message()});
    }
  }

  const Crowd& crowd_;
  const fs::path& folder_;
  ThreadPool& pool_;
  Progress& progress_;
  ViewerNames names_;
  Rounds rounds_;
};

}  // namespace

std::uint64_t count_files(const World& world) {
  const Rounds rounds = rounds_of(world);
  std::uint64_t live_rounds = 0;
  for (std::size_t r = 0; r < world.num_rounds; ++r) live_rounds += rounds.at(r).empty() ? 0U : 1U;
  std::uint64_t files = 0;
  for (const SnapshotFormat format : world.options.formats)
    files += format == SnapshotFormat::kJson ? std::uint64_t{rounds.items.size()} : live_rounds;
  return files;
}

Result<std::uint64_t> write_snapshots(const Crowd& crowd, const fs::path& folder, ThreadPool& pool, const SimulateProgress& progress) {
  std::uint64_t rows = 0;
  for (const Visits& visits : crowd.visits) rows += visits.viewers.size();
  Progress state(rows * crowd.world.options.formats.size(), progress);
  FileWriter writer(crowd, folder, pool, state);
  for (const SnapshotFormat format : crowd.world.options.formats) {
    if (!state.failed()) writer.write(format);
  }
  return state.finish();
}

}  // namespace vieweratlas::simulate_internal
