#include "cli/presence_store.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/privacy_rules.h"
#include "cli/progress.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/pipeline/presence_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

Result<std::unique_ptr<ObjectStore>> open_presence(const Settings& settings, const Environment& environment, AnalysisOptions& options) {
  // Without it the lake's viewers cannot be told by name: compacted days are used less, or not at all.
  if (const Result<std::filesystem::path> key = viewer_key_path(settings, environment); key) options.lake_key_file = *key;
  if (settings.storage.type == StoreKind::kFile || !options.edges.empty()) return std::unique_ptr<ObjectStore>();
  Result<std::unique_ptr<ObjectStore>> store = store_for(settings, environment, {});
  if (!store) return store;
  Result<std::filesystem::path> cache = cache_dir_of(settings.storage, environment);
  if (!cache) return std::move(cache).error();
  constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
  options.cache.folder = *std::move(cache);
  options.cache.max_bytes = static_cast<std::uint64_t>(settings.storage.cache_max_gib * kGib);
  options.cache.num_fetchers = settings.storage.parallel;
  options.store = store->get();
  return store;
}

std::vector<std::string> input_text(const InputReport& report) {
  std::vector<std::string> lines;
  if (report.is_cached) {
    lines.push_back(fmt::format("{} objects downloaded ({}), {} were in the cache", with_thousands(report.cache.num_downloads),
                                bytes_text(report.cache.num_bytes), with_thousands(report.cache.num_hits)));
    if (report.cache.num_damaged > 0) lines.push_back(fmt::format("{} damaged copies were fetched anew", report.cache.num_damaged));
  }
  if (report.curated.num_days > 0) {
    lines.push_back(fmt::format("{} compacted days in the place of {} raw files", with_thousands(report.curated.num_days),
                                with_thousands(report.curated.num_files_not_opened)));
  }
  lines.insert(lines.end(), report.curated.notes.begin(), report.curated.notes.end());
  return lines;
}

}  // namespace vieweratlas
