#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "presence/viewer_key.h"

#include "vieweratlas/presence/viewer_table.h"

// Interning viewers on all threads.
//
// A viewer's key is a hash, so its top bits split the viewers evenly into partitions that share nothing. A worker collects
// rows for a partition in a small buffer of its own (PartitionWriter); a full buffer is handed over under the partition's
// mutex, which is held for some microseconds. The batch lets the table hide its cache misses behind each other by prefetching.
//
// Numbers of viewers inside a partition depend on the order in which batches arrive. They are private to this stage: ids that
// leave it are ranks of keys (build_incidence.h), which depend on the set of viewers alone.

namespace vieweratlas::presence_internal {

/// "This viewer was present in this record": as it waits for its turn.
struct PendingRow {
  ViewerKey key;
  std::uint32_t record = 0;
  std::uint32_t num_messages = 0;
};

/// The same, interned.
struct Row {
  std::uint32_t viewer = 0;  ///< number inside the partition
  std::uint32_t record = 0;
};

/// An append-only list in chunks: it grows without copying, so that its peak is its size.
class RowList {
 public:
  static constexpr std::size_t kChunk = 4096;  // 32 KiB

  void push_back(Row row) {
    if (size_ % kChunk == 0) chunks_.push_back(std::make_unique_for_overwrite<Row[]>(kChunk));
    chunks_.back()[size_ % kChunk] = row;
    ++size_;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t num_chunks() const { return chunks_.size(); }
  [[nodiscard]] std::span<const Row> chunk(std::size_t i) const { return {chunks_[i].get(), chunk_size(i)}; }
  [[nodiscard]] std::span<Row> chunk(std::size_t i) { return {chunks_[i].get(), chunk_size(i)}; }

 private:
  [[nodiscard]] std::size_t chunk_size(std::size_t i) const { return i + 1 < chunks_.size() ? kChunk : size_ - i * kChunk; }

  std::vector<std::unique_ptr<Row[]>> chunks_;
  std::size_t size_ = 0;
};

/// The viewers of one range of keys and the rows in which they were seen.
class ViewerPartition {
 public:
  /// Keeps messages() too, from here on.
  void keep_messages() { keeps_messages_ = true; }
  /// Interns and appends rows. Thread-safe.
  void add(std::span<const PendingRow> rows);

  /// Appends the rows of the logins in `aliases` to `taken`, under their ids; what stays behind points to `retired_record`.
  void take_out(std::span<const ViewerAlias> aliases, std::uint32_t retired_record, std::vector<PendingRow>& taken);
  /// What was collected; not to be called while others add.
  [[nodiscard]] const std::vector<ViewerKey>& keys() const { return keys_; }
  [[nodiscard]] const RowList& rows() const { return rows_; }
  /// Of row i, where they are kept; else empty.
  [[nodiscard]] const std::vector<std::uint32_t>& messages() const { return messages_; }
  /// The number of a viewer inside of the partition.
  [[nodiscard]] std::optional<std::uint32_t> find(const ViewerKey& key) const;
  /// Gives all memory back.
  void clear();
  /// The same, but for that of keys().
  void clear_rows();

 private:
  // Open addressing with linear probing. A slot holds a viewer's number + 1 (0 = free) and 32 bits of its key, so that most
  // probes are settled without a look at keys_.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t viewer_plus_1 = 0;
  };

  void grow(std::size_t num_viewers);
  void prefetch(std::span<const PendingRow> rows) const;
  [[nodiscard]] std::size_t probe(const ViewerKey& key) const;
  std::uint32_t intern(const ViewerKey& key);

  std::mutex mutex_;
  std::vector<ViewerKey> keys_;
  std::vector<Slot> slots_;  // size: a power of two, at most half full
  RowList rows_;
  std::vector<std::uint32_t> messages_;
  bool keeps_messages_ = false;
};

/// All partitions. The partition of a key is given by the top bits of its first word, so that partitions in order hold ascending keys.
class ViewerPartitions {
 public:
  static constexpr unsigned kBits = 6;
  static constexpr std::size_t kCount = std::size_t{1} << kBits;

  [[nodiscard]] static std::size_t partition_of(const ViewerKey& key) { return static_cast<std::size_t>(key.low >> (64U - kBits)); }
  [[nodiscard]] ViewerPartition& operator[](std::size_t i) { return partitions_[i]; }
  void keep_messages() {
    for (ViewerPartition& partition : partitions_) partition.keep_messages();
  }
  [[nodiscard]] std::uint64_t num_viewers() const {
    std::uint64_t sum = 0;
    for (const ViewerPartition& partition : partitions_) sum += partition.keys().size();
    return sum;
  }

 private:
  std::vector<ViewerPartition> partitions_ = std::vector<ViewerPartition>(kCount);
};

/// One worker's buffers in front of the partitions. Thread-compatible; rows arrive at the latest with `flush`.
class PartitionWriter {
 public:
  /// `partitions` must outlive the writer.
  explicit PartitionWriter(ViewerPartitions& partitions)
      : partitions_(&partitions), buffers_(ViewerPartitions::kCount * kBatch), sizes_(ViewerPartitions::kCount, 0) {}

  void add(const ViewerKey& key, std::uint32_t record, std::uint32_t num_messages = 0) {
    const std::size_t p = ViewerPartitions::partition_of(key);
    buffers_[p * kBatch + sizes_[p]] = {key, record, num_messages};
    if (++sizes_[p] == kBatch) hand_over(p);
  }
  void flush();

 private:
  // Enough misses to overlap, while the buffers of all partitions (196 KiB) stay in a second-level cache.
  static constexpr std::size_t kBatch = 128;

  void hand_over(std::size_t partition);

  ViewerPartitions* partitions_;
  std::vector<PendingRow> buffers_;
  std::vector<std::uint32_t> sizes_;
};

}  // namespace vieweratlas::presence_internal
