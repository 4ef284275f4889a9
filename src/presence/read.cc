#include "vieweratlas/presence/read.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "presence/file_name.h"
#include "presence/loss_log.h"
#include "presence/read_files.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using presence_internal::InputFile;
using presence_internal::SnapshotFormat;

namespace fs = std::filesystem;

struct Listing {
  fs::path folder;               ///< what keys are relative to
  std::vector<InputFile> files;  ///< sorted by key
  std::uint64_t num_membership = 0;
  std::string first_membership;  ///< key
  std::uint64_t num_others = 0;  ///< files of kinds that hold no snapshots
};

/// A single file is as good as a folder that holds it alone.
Result<std::vector<FileEntry>> list(const fs::path& folder) {
  std::error_code problem;
  if (!fs::is_regular_file(folder, problem)) return list_files(folder);
  return std::vector<FileEntry>{
      {.key = folder.filename().string(), .path = folder, .num_bytes = fs::file_size(folder, problem), .modified_s = 0}};
}

/// Says which files may be incomplete because somebody writes them: those of the newest minute, if there are older ones. Files
/// that are all of one minute were copied or unpacked together. A file alone may be growing.
void mark_files_being_written(std::vector<InputFile>& files) {
  constexpr std::int64_t kMinuteSeconds = 60;
  std::int64_t newest = std::numeric_limits<std::int64_t>::min();
  std::int64_t oldest = std::numeric_limits<std::int64_t>::max();
  for (const InputFile& file : files) {
    newest = std::max(newest, file.modified_s);
    oldest = std::min(oldest, file.modified_s);
  }
  if (files.size() > 1 && newest - oldest < kMinuteSeconds) return;
  for (InputFile& file : files) file.being_written = newest - file.modified_s < kMinuteSeconds;
}

/// Membership lists tell who the platform says is connected, a sample of minutes of delay: no presence like the others.
bool is_membership(std::string_view key) {
  constexpr std::string_view kFolder = "membership/";
  return key.starts_with(kFolder) || key.find("/membership/") != std::string_view::npos;
}

Result<Listing> list_input(const fs::path& folder) {
  Result<std::vector<FileEntry>> entries = list(folder);
  if (!entries) return std::move(entries).error();
  std::error_code problem;
  const bool is_file = fs::is_regular_file(folder, problem);
  Listing listing;
  listing.folder = !is_file ? folder : folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  for (FileEntry& entry : *entries) {
    if (is_membership(entry.key)) {
      if (listing.num_membership++ == 0) listing.first_membership = entry.key;
      continue;
    }
    InputFile file{.key = std::move(entry.key), .num_bytes = entry.num_bytes, .modified_s = entry.modified_s, .bytes = {}, .name = {}};
    file.name = presence_internal::interpret_file_name(file.key);
    if (file.name.format == SnapshotFormat::kNone) {
      ++listing.num_others;
    } else {
      listing.files.push_back(std::move(file));
    }
  }
  mark_files_being_written(listing.files);
  return listing;
}

std::string window_of(const ReadOptions& options) {
  std::string window;
  if (options.since) window += " since " + format_iso(*options.since);
  if (options.until) window += " until " + format_iso(*options.until);
  return window;
}

Error no_data(const fs::path& folder, const Listing& listing, const ReadOptions& options, const ReadReport& report) {
  const std::string where = printable(folder.string());
  if (report.num_outside_window > 0) {
    return {ErrorCode::kNoData, "No data found in " + where + window_of(options) + ": all " + with_thousands(report.num_outside_window) +
                                    " snapshots are outside of the window; widen it"};
  }
  if (report.num_excluded_channels > 0) {
    return {ErrorCode::kNoData, "No data found in " + where + ": all " + with_thousands(report.num_excluded_channels) +
                                    " channels with data are excluded; look at the list of excluded channels"};
  }
  std::string message =
      "No data found in " + where +
      ": looked in it and all folders below for snapshots in .json, .ndjson, .jsonl and .csv files (also .gz and .zst); found " +
      with_thousands(listing.files.size()) + " such files";
  if (const auto& losses = report.losses.by_reason(); !losses.empty()) {
    message += " with nothing usable (" + losses.begin()->first + " at " + losses.begin()->second.example + ")";
  } else if (!listing.files.empty()) {
    message += " without snapshots";
  }
  message += " and " + with_thousands(listing.num_others) +
             " of other kinds. Make data with \"vieweratlas simulate\", collect it with \"vieweratlas collect\", or name another folder";
  return {ErrorCode::kNoData, std::move(message)};
}

}  // namespace

Result<Presence> read_presence(const fs::path& folder, const ReadOptions& options, ThreadPool& pool) {
  if (options.last && (options.since || options.until)) {
    return Error{ErrorCode::kInvalidArgument, "--last excludes --since and --until; give one or the other"};
  }
  if (options.since && options.until && *options.since >= *options.until) {
    return Error{ErrorCode::kInvalidArgument,
                 "the window is empty: since " + format_iso(*options.since) + " is not before until " + format_iso(*options.until)};
  }
  Result<Listing> listing = list_input(folder);
  if (!listing) return std::move(listing).error();
  const int descriptor = ::open(listing->folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Error{ErrorCode::kDenied, "opening " + printable(folder.string()) + ": permission denied"};
  Result<Presence> presence = presence_internal::read_files(listing->files, descriptor, options, {}, pool);
  ::close(descriptor);
  if (!presence) return std::move(presence).error().with_context("reading " + printable(folder.string()));
  if (listing->num_membership > 0) {
    presence->report.set_aside.add(presence_internal::reason::kMembership, listing->first_membership + ":1: a membership list",
                                   listing->num_membership);
  }
  if (presence->channels.empty()) return no_data(folder, *listing, options, presence->report);
  return presence;
}

}  // namespace vieweratlas
