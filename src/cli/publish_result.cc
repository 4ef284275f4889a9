#include "cli/publish_result.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "cli/console.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"
#include "cli/version.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/pipeline/publish.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

Status publish_result(const Settings& settings, const Environment& environment, const OutputOptions& output, const Analysis& analysis,
                      Console& console) {
  if (settings.storage.type == StoreKind::kFile) return {};
  Result<std::unique_ptr<ObjectStore>> store = store_for(settings, environment, {});
  if (!store) return std::move(store).error();
  const UtcTime now = std::chrono::floor<std::chrono::seconds>(SystemClock().utc());
  const Result<std::string> run = publish(**store, output.folder, analysis.files,
                                          {.time = now, .input_digest = analysis.atlas.provenance.input_digest, .version = kVersion});
  if (!run) {
    return Error(run.error()).with_context(fmt::format("publishing the map (it is in {})", printable(output.folder.string(), 1000)));
  }
  const std::string place = (*store)->uri("outputs/run=" + *run);
  std::uint64_t num_bytes = 0;
  for (const OutputFile& file : analysis.files) num_bytes += file.num_bytes;
  const AuditEntry entry{.time = now,
                         .action = "export",
                         .counts = {{"files", analysis.files.size()},
                                    {"bytes", num_bytes},
                                    {"channels", analysis.atlas.channels.size()},
                                    {"links", analysis.atlas.edges.size()}},
                         .folder = place,
                         .version = kVersion};
  if (const Status logged = append_audit(**store, entry); !logged) {
    console.warning(fmt::format("this export is not in the audit log: {}", logged.error().message));
  }
  console.info(fmt::format("published as {}", printable(place, 1000)));
  return {};
}

}  // namespace vieweratlas
