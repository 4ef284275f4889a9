#pragma once

// What every ObjectStore promises, as tests. A test program links va_store_conformance and names its stores:
//
//   INSTANTIATE_TEST_SUITE_P(Files, StoreConformance, ::testing::Values(StoreCase{.name = "Files", .make = make_files}), name_of_case);

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// A place for the objects of one test: empty at the beginning, gone at the end.
class StorePlace {
 public:
  virtual ~StorePlace() = default;
  /// A store at this place. Several may be open, as if by several processes.
  [[nodiscard]] virtual std::unique_ptr<ObjectStore> open() = 0;
};

struct StoreCase {
  std::string name;                                   ///< letters and digits
  std::function<std::unique_ptr<StorePlace>()> make;  ///< nullptr: there is no such store here, and the tests are skipped
  std::string skip_reason = {};                       ///< why make() may give nullptr
  std::size_t num_keys = 5000;                        ///< of the test of pages
  std::size_t num_steps = 400;                        ///< of the random walk beside a model
  std::size_t memory_bytes = std::size_t{24} << 20U;  ///< that streaming 40 MiB may take at most
};

class StoreConformance : public ::testing::TestWithParam<StoreCase> {
 protected:
  void SetUp() override;
  [[nodiscard]] ObjectStore& store() { return *store_; }
  [[nodiscard]] std::unique_ptr<ObjectStore> open_again() { return place_->open(); }

 private:
  std::unique_ptr<StorePlace> place_;
  std::unique_ptr<ObjectStore> store_;
};

void PrintTo(const StoreCase& store_case, std::ostream* out);  // NOLINT(readability-identifier-naming): GoogleTest's name
[[nodiscard]] std::string name_of_case(const ::testing::TestParamInfo<StoreCase>& info);

}  // namespace vieweratlas
