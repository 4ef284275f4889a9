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
///   processed/analysis_results.json                                    the newest, where the result has one
///   outputs/latest.json {"run","time","version","input_digest","files":{name:{"bytes","digest"}}}
///
/// latest.json is written last, so that whoever follows it finds a whole result.
struct PublishOptions {
  UtcTime time;                   ///< of the run
  std::string_view input_digest;  ///< Provenance::input_digest
  std::string_view version;       ///< of the program
};

/// Puts `files` of `folder` into the store and returns the name of the run ("20261122T202625Z-1a2b3c4d"). The same run published again
/// changes nothing. After an error latest.json is as it was. Errors: those of reading the files and of the store.
[[nodiscard]] Result<std::string> publish(ObjectStore& store, const std::filesystem::path& folder, std::span<const OutputFile> files,
                                          const PublishOptions& options);

}  // namespace vieweratlas
