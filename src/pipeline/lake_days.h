#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::pipeline_internal {

/// The days of a lake, as reading presence takes them.
class LakeDays final : public CuratedDays {
 public:
  struct Wanted {
    std::string key_id;          ///< that viewers are numbered with; empty = that of most days
    std::string forgotten_list;  ///< ForgottenList::digest()
    std::set<DayNumber> alone;   ///< days that no raw file is to be compared with
  };
  /// A day is exact when its viewers have the numbers of that key, nobody of that list can be in it under a plain name, and its tables
  /// have all rows of the raw files, if there are any.
  /// Errors: those of TableReader::open.
  [[nodiscard]] static Result<std::unique_ptr<LakeDays>> open(std::vector<LakeManifest> manifests, Wanted wanted, FetchFile fetch);

  Result<std::vector<CuratedDay>> list() override;
  Result<std::vector<DaySnapshot>> snapshots(DayNumber day) override;
  Result<std::vector<DayAlias>> aliases(DayNumber day) override;
  Result<std::unique_ptr<DayRowSource>> rows(DayNumber day, const std::string& source) override;

 private:
  LakeDays(std::vector<LakeManifest> manifests, Wanted wanted, TableReader reader)
      : manifests_(std::move(manifests)), wanted_(std::move(wanted)), reader_(std::move(reader)) {}
  [[nodiscard]] const LakeManifest* find(DayNumber day) const;

  const std::vector<LakeManifest> manifests_;
  const Wanted wanted_;
  const TableReader reader_;
};

/// The raw files that the manifests name, sorted by key: what is read when nothing but the lake is.
[[nodiscard]] std::vector<StoredObject> inputs_of(const std::vector<LakeManifest>& manifests);

/// Days of which no file with snapshots is `there`, and the files that they were made of, sorted by key.
struct DaysAlone {
  std::set<DayNumber> days;
  std::vector<StoredObject> files;
};
/// `there` is sorted by key.
[[nodiscard]] DaysAlone days_alone(const std::vector<LakeManifest>& manifests, const std::vector<StoredObject>& there);

}  // namespace vieweratlas::pipeline_internal
