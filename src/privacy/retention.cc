#include "vieweratlas/privacy/retention.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kFolders{"raw/snapshots", "raw/chatter_logs",  "raw/membership",
                                                   "raw/vod_chat",  "raw/vod_snapshots", "raw/log_snapshots"};
/// In these, files are named by numbers of recordings and digests.
bool is_undated(std::string_view key) { return key.starts_with("raw/vod_") || key.starts_with("raw/log_"); }
constexpr std::chrono::days kDay{1};

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The day that the digits YYYYMMDD name, between 2000 and 2100.
std::optional<UtcTime> day_of(std::string_view digits) {
  if (digits.size() != 8 || !are_digits(digits) || !digits.starts_with("20")) return std::nullopt;
  return parse_time(digits);
}

std::optional<UtcTime> day_of_folders(const std::vector<std::string_view>& parts) {
  std::optional<UtcTime> latest;
  for (std::size_t i = 0; i + 3 < parts.size(); ++i) {
    if (parts[i].size() != 4 || parts[i + 1].size() != 2 || parts[i + 2].size() != 2) continue;
    const auto day = day_of(std::string(parts[i]) + std::string(parts[i + 1]) + std::string(parts[i + 2]));
    if (day) latest = std::max(latest.value_or(*day), *day);
  }
  return latest;
}

/// The latest day in a file's name. A number that is longer or shorter is no date.
std::optional<UtcTime> day_of_name(std::string_view name) {
  std::optional<UtcTime> latest;
  for (std::size_t at = 0; at < name.size();) {
    if (name[at] < '0' || name[at] > '9') {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < name.size() && name[end] >= '0' && name[end] <= '9') ++end;
    std::string digits(name.substr(at, end - at));
    constexpr std::size_t kDashed = 10;  // YYYY-MM-DD
    const std::string_view dashed = name.substr(at, kDashed);
    const bool ends_there = at + kDashed >= name.size() || name[at + kDashed] < '0' || name[at + kDashed] > '9';
    if (digits.size() == 4 && dashed.size() == kDashed && dashed[4] == '-' && dashed[7] == '-' && ends_there) {
      digits += std::string(dashed.substr(5, 2)) + std::string(dashed.substr(8, 2));
      end = at + kDashed;
    }
    if (const auto day = day_of(digits)) latest = std::max(latest.value_or(*day), *day);
    at = end;
  }
  return latest;
}

/// "<channel>_<YYYYMMDD_HHMMSS>.json", also compressed.
bool is_flat_snapshot(std::string_view name) {
  const std::string_view file = without_compression_suffix(name);
  constexpr std::string_view kSuffix = ".json";
  constexpr std::size_t kStampBytes = 16;  // _YYYYMMDD_HHMMSS
  if (!file.ends_with(kSuffix) || file.size() <= kStampBytes + kSuffix.size()) return false;
  const std::string_view stamp = file.substr(file.size() - kStampBytes - kSuffix.size(), kStampBytes);
  return stamp[0] == '_' && day_of(stamp.substr(1, 8)).has_value() && stamp[9] == '_' && are_digits(stamp.substr(10));
}

/// The end of the day that decides how old such data is; nullopt when nothing tells.
std::optional<UtcTime> end_of_life(std::string_view key, std::int64_t modified_s) {
  if (!is_undated(key)) return end_of_day_told_by(key);
  return std::chrono::floor<std::chrono::days>(UtcTime(std::chrono::seconds(modified_s))) + kDay;
}

class Purge {
 public:
  Purge(UtcTime cutoff, PurgeMode mode, const std::stop_token& stop) : cutoff_(cutoff), mode_(mode), stop_(stop) {}

  /// Files that stand in the folder itself.
  Status flat(const fs::path& folder) {
    return each_entry(folder, [&](const fs::path& path, const std::string& name, const struct stat& facts) -> Status {
      if (S_ISREG(facts.st_mode) && is_flat_snapshot(name)) consider(path, name, facts);
      return {};
    });
  }

  /// A folder with all below it; `key` is its path below the data folder.
  Status tree(const fs::path& folder, const std::string& key) {
    const std::uint64_t removed_before = report_.num_files;
    std::uint64_t num_left = 0;
    Status status = each_entry(folder, [&](const fs::path& path, const std::string& name, const struct stat& facts) -> Status {
      const std::string entry_key = key + "/" + name;
      if (S_ISDIR(facts.st_mode)) {
        Status below = tree(path, entry_key);
        if (below.ok() && ::access(path.c_str(), F_OK) == 0) ++num_left;
        return below;
      }
      const bool is_file = S_ISREG(facts.st_mode);
      if (!is_file || !consider(path, entry_key, facts)) ++num_left;
      return {};
    });
    // A folder that was empty before is not ours to remove: somebody may have made it to write into.
    if (!status.ok() || num_left > 0 || is_root(key) || report_.num_files == removed_before) return status;
    if (mode_ == PurgeMode::kRemove && ::rmdir(folder.c_str()) == 0) ++report_.num_folders;
    return {};
  }

  PurgeReport take_report() { return std::move(report_); }

 private:
  static bool is_root(std::string_view key) { return std::find(kFolders.begin(), kFolders.end(), key) != kFolders.end(); }

  template <typename Visit>
  Status each_entry(const fs::path& folder, const Visit& visit) {
    std::error_code problem;
    std::vector<fs::path> paths;
    for (fs::directory_iterator it(folder, problem); !problem && it != fs::directory_iterator(); it.increment(problem)) {
      paths.push_back(it->path());
    }
    if (problem) return system_error(problem.value(), "listing", folder);
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
      if (stop_.stop_requested()) return Error{ErrorCode::kCancelled, "stopped; what is removed stays removed, run again for the rest"};
      struct stat facts{};
      if (::lstat(path.c_str(), &facts) != 0) continue;
      if (Status visited = visit(path, path.filename().string(), facts); !visited) return visited;
    }
    return {};
  }

  /// True when the file is gone, or would be.
  bool consider(const fs::path& path, const std::string& key, const struct stat& facts) {
    const std::optional<UtcTime> end = end_of_life(key, facts.st_mtim.tv_sec);
    if (!end) {
      ++report_.num_undated;
      return false;
    }
    if (*end > cutoff_) {
      ++report_.num_kept;
      return false;
    }
    if (mode_ == PurgeMode::kRemove && ::unlink(path.c_str()) != 0 && errno != ENOENT) {
      report_.problems.add("not_removed", system_error(errno, "removing", path).message);
      return false;
    }
    ++report_.num_files;
    report_.num_bytes += static_cast<std::uint64_t>(facts.st_size);
    return true;
  }

  UtcTime cutoff_;
  PurgeMode mode_;
  std::stop_token stop_;
  PurgeReport report_;
};

/// A folder and not a link to one.
bool is_real_folder(const fs::path& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

}  // namespace

std::optional<UtcTime> end_of_day_told_by(std::string_view key) {
  const std::vector<std::string_view> parts = split(key, '/');
  std::optional<UtcTime> day = day_of_name(parts.back());
  const std::optional<UtcTime> of_folders = day_of_folders(parts);
  if (of_folders) day = std::max(day.value_or(*of_folders), *of_folders);
  if (!day) return std::nullopt;
  return *day + kDay;
}

Result<PurgeReport> purge_older_than(const fs::path& data_dir, UtcTime cutoff, PurgeMode mode, const std::stop_token& stop) {
  std::error_code problem;
  if (!fs::is_directory(data_dir, problem)) return system_error(ENOENT, "purging", data_dir);
  Purge purge(cutoff, mode, stop);
  if (Status flat = purge.flat(data_dir); !flat) return std::move(flat).error();
  if (is_real_folder(data_dir / "raw")) {
    for (const std::string_view folder : kFolders) {
      if (!is_real_folder(data_dir / folder)) continue;
      if (Status done = purge.tree(data_dir / folder, std::string(folder)); !done) return std::move(done).error();
    }
  }
  return purge.take_report();
}

Result<PurgeReport> purge_by_retention(const fs::path& data_dir, std::uint32_t days, UtcTime now, std::string_view version,
                                       const std::stop_token& stop) {
  if (days == 0) return PurgeReport{};
  Result<PurgeReport> report = purge_older_than(data_dir, now - std::chrono::days(days), PurgeMode::kRemove, stop);
  if (!report || report->num_files == 0) return report;
  AuditEntry entry{.time = now,
                   .action = "purge",
                   .counts = {{"files", report->num_files}, {"bytes", report->num_bytes}, {"retention_days", days}},
                   .folder = {},
                   .version = std::string(version)};
  if (Status logged = append_audit(audit_path(data_dir), entry); !logged) {
    report->unlogged = PurgeReport::Unlogged{.entry = std::move(entry), .problem = std::move(logged).error()};
  }
  return report;
}

}  // namespace vieweratlas
