#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas::simulate_internal {

/// What says that a folder is ours. Also the beginning of a finished truth.json.
struct Marker {
  std::uint64_t num_files = 0;  // written or, while not complete, to be written
  bool complete = false;
};

/// truth.json of a run that has only begun.
[[nodiscard]] std::string marker_json(std::uint64_t num_files);
/// truth.json of a finished run; docs/formats.md describes it.
[[nodiscard]] std::string truth_json(const SimulateOptions& options, const SimulatedTruth& truth, std::uint64_t num_files);
/// Errors: corrupt_data (not a truth.json of ours).
[[nodiscard]] Result<Marker> read_marker(std::string_view json);

}  // namespace vieweratlas::simulate_internal
