#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/export.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/pipeline/analyze.h"

namespace vieweratlas::pipeline_internal {

/// A finished file that is not on the disk yet.
struct MadeFile {
  std::string name;
  std::string bytes;
};

/// Finds out before the work begins whether its results could be written; makes nothing.
/// Errors: invalid_argument (a file stands in the way), denied.
[[nodiscard]] Status check_output_folder(const OutputOptions& output);

/// The pictures that are switched on.
[[nodiscard]] Result<std::vector<MadeFile>> draw_pictures(const Atlas& atlas, const AnalysisOptions& options, ThreadPool& pool,
                                                          AnalysisObserver& observer);

/// The tables and reports that are switched on.
void make_tables(const Atlas& atlas, const ResultsContext& context, const OutputOptions& output, AnalysisObserver& observer,
                 std::vector<MadeFile>& files);

/// Puts all files into the output folder, or none of them; then looks for outputs of earlier runs that are switched off now.
[[nodiscard]] Result<std::vector<OutputFile>> save(const std::vector<MadeFile>& files, const OutputOptions& output,
                                                   AnalysisObserver& observer);

}  // namespace vieweratlas::pipeline_internal
