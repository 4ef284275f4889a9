#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/columns.h"
#include "lake/parquet_file.h"
#include "lake/tables.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/day.h"

namespace vieweratlas {
namespace lake_internal {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;
constexpr std::size_t kMaxKeyText = 1024;

class OwnedDescriptor {
 public:
  explicit OwnedDescriptor(int fd) : fd_(fd) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedDescriptor& operator=(OwnedDescriptor&&) = delete;
  OwnedDescriptor(const OwnedDescriptor&) = delete;
  OwnedDescriptor& operator=(const OwnedDescriptor&) = delete;
  ~OwnedDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Error damaged(const LakeTable& table, std::string_view what) {
  return {ErrorCode::kCorruptData,
          fmt::format(
              "the table {} {}; remove the _manifest.json of its day and run \"vieweratlas compact\", which makes the day anew from its "
              "raw files",
              printable(table.key, kMaxKeyText), what)};
}

/// An open table, of which the bytes are those that the manifest names.
struct OpenTable {
  OwnedDescriptor descriptor;
  std::unique_ptr<ParquetReader> reader;  ///< reads through the descriptor
};

Result<OpenTable> open_table(const LakeTable& table, const FetchFile& fetch, const std::shared_ptr<ParquetEngine>& engine,
                             const std::vector<Column>& columns) {
  const Result<int> fd = fetch(table);
  if (!fd) return fd.error();
  OpenTable open{.descriptor = OwnedDescriptor(*fd), .reader = nullptr};
  const Result<FileDigest> found = digest_of_descriptor(*fd, table.key);
  if (!found) return found.error();
  if (found->num_bytes != table.num_bytes) {
    return damaged(table, fmt::format("has {} bytes instead of {}", found->num_bytes, table.num_bytes));
  }
  if (found->digest != table.digest) return damaged(table, "has other bytes than were written");
  Result<std::unique_ptr<ParquetReader>> reader = open_parquet(engine, fmt::format("/proc/self/fd/{}", *fd), table.key, columns);
  if (!reader) return std::move(reader).error();
  open.reader = *std::move(reader);
  return open;
}

/// Reads all rows; `take` makes one of row `i` of a block.
template <typename Row, typename Take>
Result<std::vector<Row>> read_all(const LakeTable& table, ParquetReader& reader, const Take& take) {
  std::vector<Row> rows;
  for (;;) {
    const Result<const RowBlock*> block = reader.next();
    if (!block) return block.error();
    if (*block == nullptr) break;
    for (std::size_t i = 0; i < (*block)->num_rows; ++i) rows.push_back(take(**block, i));
  }
  if (rows.size() != table.num_rows) return damaged(table, fmt::format("has {} rows instead of {}", rows.size(), table.num_rows));
  return rows;
}

DaySnapshot take_snapshot(const RowBlock& block, std::size_t i) {
  std::size_t column = 0;
  const auto number = [&] { return static_cast<std::uint64_t>(block.column<std::int64_t>(column++)[i]); };
  const auto text = [&] { return std::string(block.column<std::string_view>(column++)[i]); };
  const auto flag = [&] { return bool{block.column<bool>(column++)[i]}; };
  DaySnapshot snapshot;
  snapshot.time_s = static_cast<std::int64_t>(number());
  snapshot.channel_number = static_cast<std::int64_t>(number());
  snapshot.channel = text();
  snapshot.channel_id = text();
  snapshot.display_name = text();
  snapshot.game = text();
  snapshot.language = text();
  snapshot.title = text();
  snapshot.source = text();
  snapshot.content = number();
  snapshot.viewer_count = number();
  snapshot.has_viewer_count = flag();
  snapshot.seconds_observed = static_cast<std::uint32_t>(number());
  snapshot.has_seconds_observed = flag();
  snapshot.num_viewers = static_cast<std::uint32_t>(number());
  snapshot.num_duplicates = static_cast<std::uint32_t>(number());
  return snapshot;
}

class PresenceRows final : public DayRowSource {
 public:
  PresenceRows(LakeTable table, OpenTable open) : table_(std::move(table)), open_(std::move(open)) {}

  Result<std::span<const DayRow>> next() override {
    const Result<const RowBlock*> block = open_.reader->next();
    if (!block) return block.error();
    rows_.clear();
    if (*block == nullptr) {
      if (num_rows_ != table_.num_rows) return damaged(table_, fmt::format("has {} rows instead of {}", num_rows_, table_.num_rows));
      return std::span<const DayRow>();
    }
    const RowBlock& in = **block;
    rows_.reserve(in.num_rows);
    for (std::size_t i = 0; i < in.num_rows; ++i) {
      rows_.push_back({.viewer = in.column<std::int64_t>(0)[i],
                       .channel = in.column<std::int64_t>(1)[i],
                       .buckets = in.column<std::int32_t>(2)[i],
                       .messages = in.column<std::int32_t>(3)[i],
                       .first_min = in.column<std::int32_t>(4)[i],
                       .last_min = in.column<std::int32_t>(5)[i]});
    }
    num_rows_ += in.num_rows;
    return std::span<const DayRow>(rows_);
  }

 private:
  LakeTable table_;
  OpenTable open_;
  std::vector<DayRow> rows_;
  std::uint64_t num_rows_ = 0;
};

}  // namespace

Result<FileDigest> digest_of_descriptor(int fd, std::string_view name) {
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), XXH3_freeState);
  XXH3_128bits_reset(state.get());
  FileDigest digest;
  std::vector<char> piece(kPieceBytes);
  for (;;) {
    const ssize_t got = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(digest.num_bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error{ErrorCode::kUnavailable, fmt::format("reading {} failed: {}", printable(name, kMaxKeyText),
                                                        std::strerror(errno))};  // NOLINT(concurrency-mt-unsafe): glibc's is safe
    }
    if (got == 0) break;
    XXH3_128bits_update(state.get(), piece.data(), static_cast<std::size_t>(got));
    digest.num_bytes += static_cast<std::uint64_t>(got);
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
  digest.digest = to_string(Digest{.low = hash.low64, .high = hash.high64});
  return digest;
}

}  // namespace lake_internal

using namespace lake_internal;  // NOLINT(google-build-using-namespace): the rest of this file is the public face of it

Result<TableReader> TableReader::open(FetchFile fetch) {
  Result<std::shared_ptr<ParquetEngine>> engine = open_parquet_engine();
  if (!engine) return std::move(engine).error();
  return TableReader(std::move(fetch), *std::move(engine));
}

Result<std::vector<DaySnapshot>> TableReader::snapshots(const LakeTable& table) const {
  const Result<OpenTable> open = open_table(table, fetch_, engine_, snapshot_columns());
  if (!open) return open.error();
  return read_all<DaySnapshot>(table, *open->reader, take_snapshot);
}

Result<std::vector<DayAlias>> TableReader::logins(const LakeTable& table) const {
  const Result<OpenTable> open = open_table(table, fetch_, engine_, login_columns());
  if (!open) return open.error();
  return read_all<DayAlias>(table, *open->reader, [](const RowBlock& block, std::size_t i) {
    return DayAlias{
        .login = block.column<std::int64_t>(0)[i], .viewer = block.column<std::int64_t>(1)[i], .is_listed = block.column<bool>(2)[i]};
  });
}

Result<std::vector<LakeChannel>> TableReader::channels(const LakeTable& table) const {
  const Result<OpenTable> open = open_table(table, fetch_, engine_, channel_columns());
  if (!open) return open.error();
  return read_all<LakeChannel>(table, *open->reader, [](const RowBlock& block, std::size_t i) {
    const auto text = [&](std::size_t column) { return std::string(block.column<std::string_view>(column)[i]); };
    return LakeChannel{.channel_id = block.column<std::int64_t>(0)[i],
                       .platform = text(1),
                       .login = text(2),
                       .name = text(3),
                       .language = text(4),
                       .game = text(5)};
  });
}

Result<std::unique_ptr<DayRowSource>> TableReader::presence(const LakeTable& table) const {
  Result<OpenTable> open = open_table(table, fetch_, engine_, presence_columns());
  if (!open) return std::move(open).error();
  return std::unique_ptr<DayRowSource>(std::make_unique<PresenceRows>(table, *std::move(open)));
}

}  // namespace vieweratlas
