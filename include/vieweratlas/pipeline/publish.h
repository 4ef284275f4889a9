#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// What stands in a store when a map is published:
///
///   outputs/run=20261122T202625Z-1a2b3c4d/<each file of the result>   never changed again
///   outputs/latest.json {"run","time","version","input_digest","files":{name:{"bytes","digest"}}}
///   processed/analysis_results.json                                    that of the run which latest.json names, where it has one
///
/// latest.json is written after all of its run, so that whoever follows it finds a whole result, whoever else publishes at the same time;
/// of several the last one to write it counts. processed/ follows it: while somebody publishes, or was killed in doing so, it may still be
/// that of another run, as a whole.
struct PublishOptions {
  UtcTime time;                   ///< of the run
  std::string_view input_digest;  ///< Provenance::input_digest
  std::string_view version;       ///< of the program
};

/// Puts `files` of `folder` into the store and returns the name of the run ("20261122T202625Z-1a2b3c4d": the time, and digits of a digest
/// of all files, so that two runs of one second share no name unless they are equal). The same run published again changes nothing. After
/// an error latest.json is as it was or names this run, which is whole then. Errors: those of reading the files and of the store.
[[nodiscard]] Result<std::string> publish(ObjectStore& store, const std::filesystem::path& folder, std::span<const OutputFile> files,
                                          const PublishOptions& options);

}  // namespace vieweratlas
