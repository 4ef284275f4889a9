#include "lake/day_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "lake/tables.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::lake_internal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPart = "part-00000-";
constexpr std::string_view kSuffix = ".parquet";
constexpr std::size_t kRunDigits = 16;

Error differs(const LakeTable& table) {
  return {ErrorCode::kCorruptData,
          fmt::format("what was written as {} is something else when it is read back; nothing was changed, try again "
                      "and look at the scratch folder's disk",
                      printable(table.key, 1024))};
}

/// Sorted by viewer and channel, each pair once, and equal to `rows`.
Status compare_rows(const LakeTable& table, DayRowSource& source, std::span<const DayRow> rows) {
  const DayRow* last = nullptr;
  std::size_t at = 0;
  for (;;) {
    const Result<std::span<const DayRow>> piece = source.next();
    if (!piece) return piece.error();
    if (piece->empty()) break;
    if (piece->size() > rows.size() - at || !std::equal(piece->begin(), piece->end(), rows.begin() + static_cast<std::ptrdiff_t>(at))) {
      return differs(table);
    }
    for (std::size_t end = at + piece->size(); at < end; ++at) {
      if (last != nullptr && std::pair(last->viewer, last->channel) >= std::pair(rows[at].viewer, rows[at].channel)) return differs(table);
      last = &rows[at];
    }
  }
  return at == rows.size() ? Status() : Status(differs(table));
}

}  // namespace

std::string table_key(std::string_view table, DayNumber day, std::string_view source, std::string_view run) {
  return fmt::format("curated/{}/dt={}/{}{}{}{}{}{}", table, format_day(day), source.empty() ? "" : "source=", source,
                     source.empty() ? "" : "/", kPart, run, kSuffix);
}

bool is_part(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  if (!key.starts_with("curated/") || slash == std::string_view::npos) return false;
  const std::string_view name = key.substr(slash + 1);
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (name.size() != kPart.size() + kRunDigits + kSuffix.size() || !name.starts_with("part-") || !name.ends_with(kSuffix)) return false;
  return name.substr(kPart.size(), kRunDigits).find_first_not_of(kDigits) == std::string_view::npos;
}

std::vector<LakeTable> tables_of(const LakeManifest& manifest) {
  std::vector<LakeTable> tables = manifest.presence;
  for (const std::optional<LakeTable>* table : {&manifest.snapshots, &manifest.channels, &manifest.logins}) {
    if (*table) tables.push_back(**table);
  }
  return tables;
}

Result<std::uint64_t> DayWriter::write(LakeManifest& manifest, const DayOfPresence& day, const std::optional<LakeManifest>& before) {
  parts_.clear();
  Status status = make_parts(manifest, day);
  if (status) status = check_parts(manifest, day);
  if (status) status = upload();
  remove_files();
  if (status) status = store_.put(manifest_key(manifest.day), to_json(manifest), {.content_type = "application/json"});
  if (!status) return std::move(status).error().with_context("compacting " + format_day(manifest.day));
  std::uint64_t num_bytes = 0;
  const std::vector<LakeTable> tables = tables_of(manifest);
  for (const LakeTable& table : tables) num_bytes += table.num_bytes;
  if (!before) return num_bytes;
  for (const LakeTable& old : tables_of(*before)) {
    const bool is_named = std::any_of(tables.begin(), tables.end(), [&](const LakeTable& table) { return table.key == old.key; });
    if (is_named) continue;
    if (Status removed = store_.remove(old.key); !removed) return std::move(removed).error();
  }
  return num_bytes;
}

template <typename Write>
Result<LakeTable> DayWriter::make_part(const LakeManifest& manifest, std::string_view table, std::string_view source,
                                       std::uint64_t num_rows, const Write& write) {
  const fs::path path = scratch_ / fmt::format("compact-{}-{}.parquet", ::getpid(), parts_.size());
  parts_.push_back({.table = {.key = table_key(table, manifest.day, source, manifest.run),
                              .num_rows = num_rows,
                              .num_bytes = 0,
                              .digest = {},
                              .source = std::string(source)},
                    .path = path});
  if (!is_object_key(parts_.back().table.key)) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("a source cannot be called \"{}\" in the lake", printable(source))};
  }
  if (Status written = write(TablePlace{.path = path, .scratch = scratch_, .origin = {.run = manifest.run, .key_id = manifest.key_id}});
      !written) {
    return std::move(written).error();
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error(errno, "reading", path);
  Result<FileDigest> digest = digest_of_descriptor(fd, path.string());
  ::close(fd);
  if (!digest) return std::move(digest).error();
  parts_.back().table.num_bytes = digest->num_bytes;
  parts_.back().table.digest = std::move(digest->digest);
  return parts_.back().table;
}

Status DayWriter::make_parts(LakeManifest& manifest, const DayOfPresence& day) {
  manifest.presence.clear();
  for (const DaySource& source : day.sources) {
    RowsInMemory rows(source.rows);
    Result<LakeTable> table = make_part(manifest, "presence", source.source, source.rows.size(),
                                        [&](const TablePlace& place) { return write_presence(place, rows); });
    if (!table) return std::move(table).error();
    manifest.presence.push_back(*std::move(table));
  }
  const auto add = [&](std::optional<LakeTable>& to, std::string_view name, const auto& rows, const auto& write) -> Status {
    to.reset();
    if (rows.empty()) return {};
    Result<LakeTable> table = make_part(manifest, name, {}, rows.size(), [&](const TablePlace& place) { return write(place, rows); });
    if (!table) return std::move(table).error();
    to = *std::move(table);
    return {};
  };
  if (Status added = add(manifest.snapshots, "snapshots", day.snapshots, write_snapshots); !added) return added;
  if (Status added = add(manifest.channels, "channels", channels_of(day.snapshots, platform_), write_channels); !added) return added;
  return add(manifest.logins, "logins", day.aliases, write_logins);
}

Status DayWriter::check_parts(const LakeManifest& manifest, const DayOfPresence& day) const {
  const auto fetch = [this](const LakeTable& table) -> Result<int> {
    const auto part = std::find_if(parts_.begin(), parts_.end(), [&](const Part& made) { return made.table.key == table.key; });
    const int fd = part == parts_.end() ? -1 : ::open(part->path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Error{ErrorCode::kUnavailable, "a file of the scratch folder " + printable(scratch_.string()) + " has gone"};
    return fd;
  };
  const Result<TableReader> reader = TableReader::open(fetch);
  if (!reader) return reader.error();
  for (std::size_t i = 0; i < manifest.presence.size(); ++i) {
    const Result<std::unique_ptr<DayRowSource>> rows = reader->presence(manifest.presence[i]);
    if (!rows) return rows.error();
    if (Status equal = compare_rows(manifest.presence[i], **rows, day.sources[i].rows); !equal) return equal;
  }
  if (manifest.snapshots) {
    const Result<std::vector<DaySnapshot>> snapshots = reader->snapshots(*manifest.snapshots);
    if (!snapshots) return snapshots.error();
    if (*snapshots != day.snapshots) return differs(*manifest.snapshots);
  }
  if (!manifest.logins) return {};
  const Result<std::vector<DayAlias>> logins = reader->logins(*manifest.logins);
  if (!logins) return logins.error();
  return *logins == day.aliases ? Status() : Status(differs(*manifest.logins));
}

Status DayWriter::upload() {
  for (const Part& part : parts_) {
    if (Status put = store_.put_file(part.table.key, part.path); !put) return put;
  }
  return {};
}

void DayWriter::remove_files() {
  std::error_code ignored;
  for (const Part& part : parts_) fs::remove(part.path, ignored);
}

}  // namespace vieweratlas::lake_internal
