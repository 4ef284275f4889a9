#pragma once

#include <vector>

#include "lake/parquet_file.h"

// The columns of each table, in the order in which they are written and read.

namespace vieweratlas::lake_internal {

[[nodiscard]] const std::vector<Column>& presence_columns();  ///< DayRow
[[nodiscard]] const std::vector<Column>& snapshot_columns();  ///< DaySnapshot
[[nodiscard]] const std::vector<Column>& channel_columns();   ///< LakeChannel
[[nodiscard]] const std::vector<Column>& login_columns();     ///< DayAlias

}  // namespace vieweratlas::lake_internal
