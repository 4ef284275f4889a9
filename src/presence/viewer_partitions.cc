#include "presence/viewer_partitions.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "presence/viewer_key.h"

#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {
namespace {

// The partition is chosen by the top of `low`, which keys are ordered by; slot and tag come from the two halves of `high`, so
// that all three are independent.
std::uint32_t tag_of(const ViewerKey& key) { return static_cast<std::uint32_t>(key.high >> 32U); }

}  // namespace

void ViewerPartition::add(std::span<const PendingRow> rows) {
  const std::lock_guard lock(mutex_);
  grow(keys_.size() + rows.size());
  prefetch(rows);
  for (const PendingRow& row : rows) rows_.push_back({.viewer = intern(row.key), .record = row.record});
  if (!keeps_messages_) return;
  for (const PendingRow& row : rows) messages_.push_back(row.num_messages);
}

void ViewerPartition::grow(std::size_t num_viewers) {
  if (num_viewers * 2 <= slots_.size()) return;
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(num_viewers * 2, 1024));
  slots_.assign(size, Slot{});
  for (std::size_t viewer = 0; viewer < keys_.size(); ++viewer) {
    std::size_t at = keys_[viewer].high & (size - 1);
    while (slots_[at].viewer_plus_1 != 0) at = (at + 1) & (size - 1);
    slots_[at] = {.tag = tag_of(keys_[viewer]), .viewer_plus_1 = static_cast<std::uint32_t>(viewer + 1)};
  }
}

void ViewerPartition::prefetch(std::span<const PendingRow> rows) const {
  const std::size_t mask = slots_.size() - 1;
  for (const PendingRow& row : rows) __builtin_prefetch(&slots_[row.key.high & mask]);
  for (const PendingRow& row : rows) {
    const Slot slot = slots_[row.key.high & mask];
    if (slot.tag == tag_of(row.key) && slot.viewer_plus_1 != 0) __builtin_prefetch(&keys_[slot.viewer_plus_1 - 1]);
  }
}

/// The slot that holds `key`, or the free one where it belongs.
std::size_t ViewerPartition::probe(const ViewerKey& key) const {
  const std::size_t mask = slots_.size() - 1;
  const std::uint32_t tag = tag_of(key);
  for (std::size_t at = key.high & mask;; at = (at + 1) & mask) {
    const Slot slot = slots_[at];
    if (slot.viewer_plus_1 == 0 || (slot.tag == tag && keys_[slot.viewer_plus_1 - 1] == key)) return at;
  }
}

std::uint32_t ViewerPartition::intern(const ViewerKey& key) {
  Slot& slot = slots_[probe(key)];
  if (slot.viewer_plus_1 == 0) {
    keys_.push_back(key);
    slot = {.tag = tag_of(key), .viewer_plus_1 = static_cast<std::uint32_t>(keys_.size())};
  }
  return slot.viewer_plus_1 - 1;
}

std::optional<std::uint32_t> ViewerPartition::find(const ViewerKey& key) const {
  if (slots_.empty()) return std::nullopt;
  const Slot slot = slots_[probe(key)];
  if (slot.viewer_plus_1 == 0) return std::nullopt;
  return slot.viewer_plus_1 - 1;
}

void ViewerPartition::take_out(std::span<const ViewerAlias> aliases, std::uint32_t retired_record, std::vector<PendingRow>& taken) {
  if (aliases.empty() || keys_.empty()) return;
  std::vector<const ViewerKey*> id_of(keys_.size(), nullptr);
  for (const ViewerAlias& alias : aliases) {
    const Slot slot = slots_[probe(alias.login)];
    if (slot.viewer_plus_1 != 0) id_of[slot.viewer_plus_1 - 1] = &alias.id;
  }
  for (std::size_t c = 0; c < rows_.num_chunks(); ++c) {
    for (Row& row : rows_.chunk(c)) {
      if (id_of[row.viewer] == nullptr) continue;
      taken.push_back({.key = *id_of[row.viewer], .record = row.record});
      row.record = retired_record;
    }
  }
}

void ViewerPartition::clear() {
  keys_ = {};
  clear_rows();
}

void ViewerPartition::clear_rows() {
  slots_ = {};
  rows_ = {};
  messages_ = {};
}

void PartitionWriter::hand_over(std::size_t partition) {
  (*partitions_)[partition].add(std::span(buffers_).subspan(partition * kBatch, sizes_[partition]));
  sizes_[partition] = 0;
}

void PartitionWriter::flush() {
  for (std::size_t p = 0; p < sizes_.size(); ++p) {
    if (sizes_[p] > 0) hand_over(p);
  }
}

}  // namespace vieweratlas::presence_internal
