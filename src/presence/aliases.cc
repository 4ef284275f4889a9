#include "presence/aliases.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "presence/viewer_key.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {

void AliasTable::add(const ViewerKey& login, const ViewerKey& id) {
  const auto [it, inserted] = id_of_login_.try_emplace(login, id);
  if (!inserted) it->second = std::min(it->second, id);
}

void AliasTable::merge(const AliasTable& other) {
  for (const auto& [login, id] : other.id_of_login_) add(login, id);
}

std::vector<ViewerAlias> AliasTable::sorted() const {
  std::vector<ViewerAlias> aliases;
  aliases.reserve(id_of_login_.size());
  for (const auto& [login, id] : id_of_login_) aliases.push_back({.login = login, .id = id});
  std::sort(aliases.begin(), aliases.end(), [](const ViewerAlias& a, const ViewerAlias& b) { return a.login < b.login; });
  return aliases;
}

void move_to_ids(ViewerPartitions& partitions, const std::vector<ViewerAlias>& aliases, std::uint32_t retired_record) {
  std::vector<std::vector<ViewerAlias>> by_partition(ViewerPartitions::kCount);
  for (const ViewerAlias& alias : aliases) {
    if (alias.login != alias.id) by_partition[ViewerPartitions::partition_of(alias.login)].push_back(alias);
  }
  // All rows are taken out before the first is put in again: what is moved is not moved twice.
  std::vector<PendingRow> moved;
  for (std::size_t p = 0; p < ViewerPartitions::kCount; ++p) partitions[p].take_out(by_partition[p], retired_record, moved);
  PartitionWriter writer(partitions);
  for (const PendingRow& row : moved) writer.add(row.key, row.record);
  writer.flush();
}

}  // namespace vieweratlas::presence_internal
