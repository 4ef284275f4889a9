#include "cli/privacy_rules.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "cli/collect_settings.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"
#include "cli/version.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

/// The key, when there is one and it may be read; a folder of keys that cannot be told is as good as none.
std::optional<ViewerKey> key_at_hand(const Settings& settings, const Environment& environment) {
  const Result<fs::path> path = viewer_key_path(settings, environment);
  if (!path) return std::nullopt;
  Result<ViewerKey> key = ViewerKey::load(*path);
  if (!key) return std::nullopt;
  return *std::move(key);
}

}  // namespace

Result<fs::path> viewer_key_path(const Settings& settings, const Environment& environment) {
  Result<fs::path> folder = private_dir_of(settings.collection, environment);
  if (!folder) return folder;
  return *folder / "viewer.key";
}

Status obey_forgotten(const Settings& settings, const Environment& environment, Logger& log, AnalysisOptions& options) {
  if (!options.edges.empty()) return {};
  std::unique_ptr<ObjectStore> store;
  if (settings.storage.type != StoreKind::kFile) {
    Result<std::unique_ptr<ObjectStore>> opened = impatient_store_for(settings, environment, {});
    if (!opened) return std::move(opened).error();
    store = *std::move(opened);
  }
  const auto load = [&](const std::string& key_id) {
    return store ? load_forgotten(*store, key_id) : ForgottenList::load(forgotten_path(options.folder), key_id);
  };
  const std::optional<ViewerKey> key = key_at_hand(settings, environment);
  Result<ForgottenList> list = load(key ? key->id() : std::string());
  const bool is_known_by_key = key && list.ok();
  if (!list.ok() && list.error().code == ErrorCode::kInvalidArgument) list = load("");
  if (!list) return std::move(list).error();
  if (list->empty()) return {};
  if (!is_known_by_key) {
    log.warning(
        "the key of the forgotten viewers is not at hand: they are told by stored pseudonyms only, not by plain names; --private-dir "
        "names its folder");
  }
  options.forgotten_names.clear();
  for (const Pseudonym& pseudonym : list->ids()) options.forgotten_names.push_back(pseudonym.hex());
  for (const Pseudonym& pseudonym : list->logins()) options.forgotten_names.push_back(pseudonym.hex());
  options.forgotten_list = list->digest();
  options.read.refuse = viewer_test(*list, is_known_by_key ? &*key : nullptr, kPlatform);
  return {};
}

void audit_export(const AnalysisOptions& options, const Analysis& analysis, Logger& log) {
  std::error_code ignored;
  if (!options.edges.empty() || !fs::is_directory(options.folder / "state", ignored)) return;
  std::uint64_t num_bytes = 0;
  for (const OutputFile& file : analysis.files) num_bytes += file.num_bytes;
  const AuditEntry entry{.time = std::chrono::floor<std::chrono::seconds>(SystemClock().utc()),
                         .action = "export",
                         .counts = {{"files", analysis.files.size()},
                                    {"bytes", num_bytes},
                                    {"channels", analysis.atlas.channels.size()},
                                    {"links", analysis.atlas.edges.size()},
                                    {"min_published_overlap", options.min_published_overlap}},
                         .folder = fs::absolute(options.output.folder, ignored).string(),
                         .version = kVersion};
  if (const Status logged = append_audit(audit_path(options.folder), entry); !logged) {
    log.warning(fmt::format("this export is not in the audit log: {}", logged.error().message));
  }
}

}  // namespace vieweratlas
