#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/tables.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::lake_internal {

/// "curated/TABLE/dt=2026-11-22/[source=SOURCE/]part-00000-RUN.parquet"
[[nodiscard]] std::string table_key(std::string_view table, DayNumber day, std::string_view source, std::string_view run);
/// True for names of parts, whoever made them: ".../part-00000-0123456789abcdef.parquet" below curated/.
[[nodiscard]] bool is_part(std::string_view key);
/// All tables that a manifest names.
[[nodiscard]] std::vector<LakeTable> tables_of(const LakeManifest& manifest);

/// Makes the tables of one day: files first, each read back and compared, then the parts, then the manifest. Thread-compatible.
class DayWriter {
 public:
  /// All must outlive it. `scratch` exists.
  DayWriter(ObjectStore& store, std::filesystem::path scratch, std::string_view platform)
      : store_(store), scratch_(std::move(scratch)), platform_(platform) {}

  /// Writes the tables of `day` for `manifest`, which says all but the tables. `before` is the manifest that is replaced; parts that it
  /// alone names are removed afterwards. Returns the bytes of the tables. Errors: those of the store and of write_parquet; corrupt_data
  /// (what was read back is something else).
  [[nodiscard]] Result<std::uint64_t> write(LakeManifest& manifest, const DayOfPresence& day, const std::optional<LakeManifest>& before);

 private:
  struct Part {
    LakeTable table;
    std::filesystem::path path;
  };
  /// Makes the file of a table by `write`, which gets its place.
  template <typename Write>
  [[nodiscard]] Result<LakeTable> make_part(const LakeManifest& manifest, std::string_view table, std::string_view source,
                                            std::uint64_t num_rows, const Write& write);
  [[nodiscard]] Status make_parts(LakeManifest& manifest, const DayOfPresence& day);
  [[nodiscard]] Status check_parts(const LakeManifest& manifest, const DayOfPresence& day) const;
  [[nodiscard]] Status upload();
  void remove_files();

  ObjectStore& store_;
  std::filesystem::path scratch_;
  std::string platform_;
  std::vector<Part> parts_;
};

}  // namespace vieweratlas::lake_internal
