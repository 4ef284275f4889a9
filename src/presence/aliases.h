#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "presence/viewer_key.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/presence/viewer_table.h"

// A chatter that the input names by id and login is known by the id. Where other snapshots name the same viewer by login alone,
// the rows collected under the login are moved to the id before the matrix is built.

namespace vieweratlas::presence_internal {

/// Logins of viewers that are known by id.
class AliasTable {
 public:
  /// A login that went from one viewer to another keeps the smaller key: some rule that knows no order of files.
  void add(const ViewerKey& login, const ViewerKey& id);
  void merge(const AliasTable& other);
  /// Sorted by login.
  [[nodiscard]] std::vector<ViewerAlias> sorted() const;

 private:
  struct Hash {
    std::size_t operator()(const ViewerKey& key) const { return key.low; }
  };
  std::unordered_map<ViewerKey, ViewerKey, Hash> id_of_login_;
};

/// Moves the rows of all logins in `aliases` to their ids. Rows left behind point to `retired_record`.
void move_to_ids(ViewerPartitions& partitions, const std::vector<ViewerAlias>& aliases, std::uint32_t retired_record);

}  // namespace vieweratlas::presence_internal
