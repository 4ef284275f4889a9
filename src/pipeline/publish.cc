#include "vieweratlas/pipeline/publish.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

constexpr std::string_view kResults = "analysis_results.json";

/// "20261122T202625Z-1a2b3c4d": the time sorts runs, the digits tell runs of one second apart.
std::string name_of_run(const PublishOptions& options) {
  std::string name = format_iso(options.time);
  name.erase(std::remove_if(name.begin(), name.end(), [](char c) { return c == '-' || c == ':'; }), name.end());
  constexpr std::size_t kDigits = 8;
  const std::string_view digest = options.input_digest.substr(options.input_digest.rfind(':') + 1);
  return name + '-' + std::string(digest.substr(0, kDigits));
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
  append_json_string(json, name);
  json += ':';
  append_json_string(json, value);
}

}  // namespace

Result<std::string> publish(ObjectStore& store, const std::filesystem::path& folder, std::span<const OutputFile> files,
                            const PublishOptions& options) {
  const std::string run = name_of_run(options);
  std::string latest = "{";
  append_member(latest, "run", run);
  latest += ',';
  append_member(latest, "time", format_iso(options.time));
  latest += ',';
  append_member(latest, "version", options.version);
  latest += ',';
  append_member(latest, "input_digest", options.input_digest);
  latest += ",\"files\":{";
  for (const OutputFile& file : files) {
    const Result<std::string> bytes = read_file(folder / file.name);
    if (!bytes) return bytes.error();
    if (Status put = store.put("outputs/run=" + run + "/" + file.name, *bytes); !put) return std::move(put).error();
    if (file.name == kResults) {
      if (Status put = store.put("processed/" + file.name, *bytes); !put) return std::move(put).error();
    }
    if (&file != files.data()) latest += ',';
    append_json_string(latest, file.name);
    latest += ":{\"bytes\":" + std::to_string(bytes->size()) + ",";
    append_member(latest, "digest", to_string(digest_of(*bytes)));
    latest += '}';
  }
  latest += "}}\n";
  if (Status put = store.put("outputs/latest.json", latest); !put) return std::move(put).error();
  return run;
}

}  // namespace vieweratlas
