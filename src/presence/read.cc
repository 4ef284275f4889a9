#include "vieweratlas/presence/read.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "presence/listing.h"
#include "presence/loss_log.h"
#include "presence/read_curated.h"
#include "presence/read_files.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using presence_internal::Listing;

std::string window_of(const ReadOptions& options) {
  std::string window;
  if (options.since) window += " since " + format_iso(*options.since);
  if (options.until) window += " until " + format_iso(*options.until);
  return window;
}

Error no_data(const std::string& where, const Listing& listing, const ReadOptions& options, const ReadReport& report) {
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

void announce(PresenceInput& input, const Listing& listing) {
  std::vector<StoredObject> objects;
  objects.reserve(listing.files.size());
  for (const presence_internal::InputFile& file : listing.files) objects.push_back(file.object);
  input.will_open(objects);
}

Status check_window(const ReadOptions& options) {
  if (options.last && (options.since || options.until)) {
    return Error{ErrorCode::kInvalidArgument, "--last excludes --since and --until; give one or the other"};
  }
  if (options.since && options.until && *options.since >= *options.until) {
    return Error{ErrorCode::kInvalidArgument,
                 "the window is empty: since " + format_iso(*options.since) + " is not before until " + format_iso(*options.until)};
  }
  return {};
}

Result<Presence> read_all(PresenceInput& input, const CuratedReading* curated, const ReadOptions& options, ThreadPool& pool) {
  if (Status checked = check_window(options); !checked) return std::move(checked).error();
  Result<std::vector<StoredObject>> objects = input.list();
  if (!objects) return std::move(objects).error();
  Listing listing = presence_internal::sort_out(*std::move(objects));
  // Files that are not opened were complete when they were aggregated.
  if (curated == nullptr || !curated->only) presence_internal::mark_files_being_written(listing.files);
  if (curated == nullptr) announce(input, listing);
  Result<Presence> presence = curated == nullptr
                                  ? presence_internal::read_files(listing.files, &input, options, {}, pool)
                                  : presence_internal::read_with_curated_days(listing.files, &input, *curated, options, {}, pool);
  if (!presence) return std::move(presence).error().with_context("reading " + input.place());
  if (listing.num_membership > 0) {
    presence->report.set_aside.add(presence_internal::reason::kMembership, listing.first_membership + ":1: a membership list",
                                   listing.num_membership);
  }
  if (presence->channels.empty()) return no_data(input.place(), listing, options, presence->report);
  return presence;
}

}  // namespace

Result<Presence> read_presence(PresenceInput& input, const ReadOptions& options, ThreadPool& pool) {
  return read_all(input, nullptr, options, pool);
}

Result<Presence> read_presence(PresenceInput& input, const CuratedReading& curated, const ReadOptions& options, ThreadPool& pool) {
  return read_all(input, &curated, options, pool);
}

Result<Presence> read_presence(const std::filesystem::path& folder, const ReadOptions& options, ThreadPool& pool) {
  return read_presence(*folder_input(folder), options, pool);
}

}  // namespace vieweratlas
