#include "vieweratlas/pipeline/publish.h"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
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
constexpr std::string_view kLatest = "outputs/latest.json";
constexpr int kMostLooks = 20;

/// "20261122T202625Z-1a2b3c4d": the time sorts runs, the digits tell runs of one second apart.
std::string name_of_run(UtcTime time, std::string_view facts_of_files) {
  std::string name = format_iso(time);
  name.erase(std::remove_if(name.begin(), name.end(), [](char c) { return c == '-' || c == ':'; }), name.end());
  constexpr std::size_t kDigits = 8;
  const std::string digest = to_string(digest_of(facts_of_files));
  return name + '-' + digest.substr(digest.rfind(':') + 1, kDigits);
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
  append_json_string(json, name);
  json += ':';
  append_json_string(json, value);
}

/// {"graph_nodes.csv":{"bytes":3,"digest":"xxh3-128:..."},...}
Result<std::string> facts_of(const std::filesystem::path& folder, std::span<const OutputFile> files) {
  std::string json = "{";
  for (const OutputFile& file : files) {
    const Result<std::string> bytes = read_file(folder / file.name);
    if (!bytes) return bytes.error();
    if (json.size() > 1) json += ',';
    append_json_string(json, file.name);
    json += ":{\"bytes\":" + std::to_string(bytes->size()) + ",";
    append_member(json, "digest", to_string(digest_of(*bytes)));
    json += '}';
  }
  return json + '}';
}

std::string key_of(std::string_view run, std::string_view file) { return "outputs/run=" + std::string(run) + "/" + std::string(file); }

/// The run that latest.json names; empty when it names none.
Result<std::string> latest_run(const ObjectStore& store) {
  const Result<std::string> text = store.get(kLatest);
  if (!text) return text.error();
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view run;
  if (parser.parse(*text).get(root) != simdjson::SUCCESS || root["run"].get(run) != simdjson::SUCCESS) return std::string();
  return std::string(run);
}

/// Makes processed/ that of the run which latest.json names. Whoever writes it looks again afterwards: so the last one to write has seen
/// the last latest.json.
Status let_processed_follow(ObjectStore& store) {
  Result<std::string> run = latest_run(store);
  for (int i = 0; i < kMostLooks; ++i) {
    if (!run) return std::move(run).error();
    if (run->empty()) return {};
    const Result<std::string> bytes = store.get(key_of(*run, kResults));
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) return {};  // a run without one
    if (!bytes) return bytes.error();
    if (Status put = store.put("processed/" + std::string(kResults), *bytes); !put) return put;
    Result<std::string> now = latest_run(store);
    if (now.ok() && *now == *run) return {};
    run = std::move(now);
  }
  return {};  // each time somebody else has published meanwhile, who does the same
}

}  // namespace

Result<std::string> publish(ObjectStore& store, const std::filesystem::path& folder, std::span<const OutputFile> files,
                            const PublishOptions& options) {
  const Result<std::string> facts = facts_of(folder, files);
  if (!facts) return facts.error();
  const std::string run = name_of_run(options.time, *facts);
  for (const OutputFile& file : files) {
    const Result<std::string> bytes = read_file(folder / file.name);
    if (!bytes) return bytes.error();
    if (Status put = store.put(key_of(run, file.name), *bytes); !put) return std::move(put).error();
  }
  std::string latest = "{";
  append_member(latest, "run", run);
  latest += ',';
  append_member(latest, "time", format_iso(options.time));
  latest += ',';
  append_member(latest, "version", options.version);
  latest += ',';
  append_member(latest, "input_digest", options.input_digest);
  latest += ",\"files\":" + *facts + "}\n";
  if (Status put = store.put(kLatest, latest); !put) return std::move(put).error();
  if (Status followed = let_processed_follow(store); !followed) return std::move(followed).error();
  return run;
}

}  // namespace vieweratlas
