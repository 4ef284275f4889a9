#include "collect/round_files.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/round.h"
#include "collect/round_view.h"
#include "collect/run_record.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

// Lines are compressed in frames of about this length, so that a large round needs memory for its compressed size only.
constexpr std::size_t kPieceBytes = std::size_t{8} << 20U;
constexpr int kLevel = 3;

std::string folder_of(const RoundHeader& header, std::string_view top) {
  return std::string(top) + format_date_path(std::chrono::floor<std::chrono::seconds>(header.window.begin)) + "/";
}

/// "_part-2" where a window has several: files of the historical layouts are named by channel and time alone.
std::string part_suffix(const RoundHeader& header) { return header.part > 1 ? "_part-" + std::to_string(header.part) : std::string(); }

class LinesFile {
 public:
  void add(std::string_view line) {
    piece_ += line;
    if (piece_.size() >= kPieceBytes) flush();
  }
  [[nodiscard]] std::string take() && {
    flush();
    return std::move(compressed_);
  }

 private:
  void flush() {
    if (!piece_.empty()) compressed_ += compress_zstd(piece_, kLevel);
    piece_.clear();
  }

  std::string piece_;
  std::string compressed_;
};

class RoundWriter {
 public:
  RoundWriter(const Round& round, const RoundFilesOptions& options, const ForgottenList& forgotten, ObjectStore& store)
      : view_(round, forgotten), header_(round.header()), options_(options), store_(store) {}

  Result<RoundFilesReport> run() {
    count();
    report_.num_viewers = view_.num_viewers();
    // The run records come last: they say that everything is there.
    if (view_.has_members()) {
      if (Status written = write_membership(); !written) return std::move(written).error();
    }
    for (const RoundFormat format : options_.formats) {
      if (Status written = write(format); !written) return std::move(written).error();
    }
    return std::move(report_);
  }

 private:
  template <typename Visit>
  void for_each_chat(const Visit& visit) {
    view_.for_each_chat([&](const Snapshot& snapshot) {
      if (!options_.leaves_out || !options_.leaves_out(snapshot.channel)) visit(snapshot);
    });
  }

  static void add(RunNumbers& numbers, const Snapshot& snapshot) {
    ++numbers.num_channels;
    numbers.num_chatters += snapshot.chatters.size();
    for (const std::uint32_t count : snapshot.messages) numbers.num_messages += count;
  }

  /// The run record comes first but knows sums.
  void count() {
    for_each_chat([&](const Snapshot& snapshot) {
      add(numbers_, snapshot);
      report_.channels.emplace_back(snapshot.channel);
    });
  }

  Status write(RoundFormat format) {
    switch (format) {
      case RoundFormat::kNdjsonZst: return write_lines();
      case RoundFormat::kJson: return write_json();
      case RoundFormat::kCsv: return write_csv();
    }
    return {};
  }

  Status write_lines() {
    LinesFile file;
    std::string line;
    append_run_record(line, view_, numbers_, false);
    file.add(line);
    for_each_chat([&](const Snapshot& snapshot) {
      line.clear();
      append_snapshot_json(line, snapshot);
      file.add(line);
    });
    return put(run_record_key(header_, RoundFormat::kNdjsonZst), std::move(file).take());
  }

  Status write_json() {
    Status status;
    std::string line;
    for_each_chat([&](const Snapshot& snapshot) {
      if (!status.ok()) return;
      std::string key = snapshot_key(snapshot.channel, snapshot.timestamp);
      key.insert(key.size() - std::string_view(".json").size(), part_suffix(header_));
      line.clear();
      append_snapshot_json(line, snapshot);
      status = put(key, line);
    });
    return status.ok() ? put_run_record(RoundFormat::kJson) : status;
  }

  Status write_csv() {
    std::string rows;
    append_chatter_csv_header(rows);
    for_each_chat([&](const Snapshot& snapshot) { append_chatter_csv(rows, snapshot); });
    const std::string name = "chatters_" + name_of(header_).substr(std::string_view("round_").size()) + ".csv";
    if (Status written = put(folder_of(header_, "raw/chatter_logs/") + name, rows); !written) return written;
    return put_run_record(RoundFormat::kCsv);
  }

  Status put_run_record(RoundFormat format) {
    std::string line;
    append_run_record(line, view_, numbers_, false);
    return put(run_record_key(header_, format), line);
  }

  Status write_membership() {
    RunNumbers numbers;
    view_.for_each_membership([&](const Snapshot& snapshot) { add(numbers, snapshot); });
    LinesFile file;
    std::string line;
    append_run_record(line, view_, numbers, true);
    file.add(line);
    view_.for_each_membership([&](const Snapshot& snapshot) {
      line.clear();
      append_snapshot_json(line, snapshot);
      file.add(line);
    });
    return put(folder_of(header_, "raw/membership/") + name_of(header_) + ".ndjson.zst", std::move(file).take());
  }

  Status put(const std::string& key, std::string_view bytes) {
    if (options_.only_what_is_absent) {
      if (const Result<bool> made = store_.put_if_absent(key, bytes); !made) return made.error();
    } else if (Status status = store_.put(key, bytes); !status) {
      return status;
    }
    report_.num_bytes += bytes.size();
    report_.keys.push_back(key);
    return {};
  }

  RoundView view_;
  const RoundHeader& header_;
  const RoundFilesOptions& options_;
  ObjectStore& store_;
  RunNumbers numbers_;
  RoundFilesReport report_;
};

}  // namespace

std::string run_record_key(const RoundHeader& header, RoundFormat format) {
  switch (format) {
    case RoundFormat::kNdjsonZst: return folder_of(header, "raw/snapshots/") + name_of(header) + ".ndjson.zst";
    case RoundFormat::kJson: return folder_of(header, "raw/snapshots/") + name_of(header) + ".json";
    case RoundFormat::kCsv: return folder_of(header, "raw/chatter_logs/") + name_of(header) + ".json";
  }
  VA_CHECK(false);
}

Result<RoundFilesReport> store_round(const Round& round, const RoundFilesOptions& options, const ForgottenList& forgotten,
                                     ObjectStore& store) {
  return RoundWriter(round, options, forgotten, store).run();
}

}  // namespace vieweratlas::collect_internal
