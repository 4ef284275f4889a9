#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "support/temporary_folder.h"
#include "unit/storage/store_conformance.h"

#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/open_sqlite_store.h"

namespace vieweratlas {
namespace {

class FilesPlace final : public StorePlace {
 public:
  std::unique_ptr<ObjectStore> open() override { return std::make_unique<LocalStore>(folder_.path() / "data"); }

 private:
  TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Files, StoreConformance,
                         ::testing::Values(StoreCase{.name = "Files", .make = [] { return std::make_unique<FilesPlace>(); }}),
                         name_of_case);

class SqlitePlace final : public StorePlace {
 public:
  std::unique_ptr<ObjectStore> open() override {
    auto store = open_sqlite_store(folder_.path() / "new" / "data.sqlite");
    EXPECT_TRUE(store.ok()) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }

 private:
  TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance,
                         ::testing::Values(StoreCase{.name = "Sqlite", .make = [] { return std::make_unique<SqlitePlace>(); }}),
                         name_of_case);

}  // namespace
}  // namespace vieweratlas
