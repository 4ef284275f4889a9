#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "lake/parquet_file.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas::lake_internal {
namespace {

Error not_built_in() {
  return {ErrorCode::kUnavailable,
          "this program was built without DuckDB and cannot read or write Parquet; build it with "
          "-DVIEWERATLAS_WITH_DUCKDB=ON"};
}

}  // namespace

Status write_parquet(const std::filesystem::path& /*path*/, const std::vector<Column>& /*columns*/, const FillBlock& /*fill*/,
                     const ParquetOptions& /*options*/) {
  return not_built_in();
}

Result<std::shared_ptr<ParquetEngine>> open_parquet_engine() { return not_built_in(); }

Result<std::unique_ptr<ParquetReader>> open_parquet(std::shared_ptr<ParquetEngine> /*engine*/, const std::filesystem::path& /*path*/,
                                                    std::string_view /*name*/, const std::vector<Column>& /*columns*/) {
  return not_built_in();
}

bool has_parquet() { return false; }

}  // namespace vieweratlas::lake_internal
