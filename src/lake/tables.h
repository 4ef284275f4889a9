#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/day.h"

namespace vieweratlas::lake_internal {

/// What stands in a table's key-value metadata, beside the schema's version.
struct TableOrigin {
  std::string run;
  std::string key_id;
};

/// Where and how a table is made.
struct TablePlace {
  std::filesystem::path path;     ///< of the file
  std::filesystem::path scratch;  ///< a folder
  TableOrigin origin;
};

// Write one table each, in the order of its rows. Errors: those of write_parquet.
[[nodiscard]] Status write_presence(const TablePlace& place, DayRowSource& rows);
[[nodiscard]] Status write_snapshots(const TablePlace& place, std::span<const DaySnapshot> snapshots);
[[nodiscard]] Status write_channels(const TablePlace& place, std::span<const LakeChannel> channels);
[[nodiscard]] Status write_logins(const TablePlace& place, std::span<const DayAlias> logins);

/// Rows that are in memory.
class RowsInMemory final : public DayRowSource {
 public:
  explicit RowsInMemory(std::span<const DayRow> rows) : rows_(rows) {}
  [[nodiscard]] Result<std::span<const DayRow>> next() override { return std::exchange(rows_, {}); }

 private:
  std::span<const DayRow> rows_;
};

/// The channels of a day, sorted by number.
[[nodiscard]] std::vector<LakeChannel> channels_of(std::span<const DaySnapshot> snapshots, std::string_view platform);

/// "xxh3-128:..." of a file from its beginning, and its size. Errors: unavailable.
struct FileDigest {
  std::uint64_t num_bytes = 0;
  std::string digest;
};
[[nodiscard]] Result<FileDigest> digest_of_descriptor(int fd, std::string_view name);

}  // namespace vieweratlas::lake_internal
