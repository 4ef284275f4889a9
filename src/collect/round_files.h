#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/round.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

struct RoundFilesOptions {
  std::vector<RoundFormat> formats;
  /// Channels that are left out; empty = none are.
  std::function<bool(std::string_view channel)> leaves_out;
  bool only_what_is_absent = false;  ///< objects that are there stay as they are
};

struct RoundFilesReport {
  std::vector<std::string> channels;  ///< that were written, sorted
  std::uint64_t num_viewers = 0;
  std::uint64_t num_bytes = 0;
  std::vector<std::string> keys;  ///< that were put
};

/// The file whose presence says that the round is stored in this format: it is put last. It holds the run record.
[[nodiscard]] std::string run_record_key(const RoundHeader& header, RoundFormat format);

/// Stores a round in all formats; docs/formats.md says how they look. Equal rounds give equal bytes under equal keys, so that storing
/// one again (after a crash) changes nothing. Nobody on `forgotten` is written.
/// Errors: those of the store. What was put stays.
[[nodiscard]] Result<RoundFilesReport> store_round(const Round& round, const RoundFilesOptions& options, const ForgottenList& forgotten,
                                                   ObjectStore& store);

}  // namespace vieweratlas::collect_internal
