#include "vieweratlas/lake/manifest.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kPresence = "curated/presence/";
constexpr std::string_view kManifestName = "/_manifest.json";
constexpr std::size_t kRunDigits = 16;
constexpr std::size_t kMaxKeyText = 1024;

/// Reads one manifest; the first thing that is wrong stays in `problem`.
class ManifestParser {
 public:
  bool parse(dom::object root, LakeManifest& manifest) {
    return header(root, manifest) && counts(root, manifest) && tables(root, manifest) && inputs(root, manifest);
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// It is sound, for all that is known.
  [[nodiscard]] bool is_newer() const { return is_newer_; }

 private:
  bool fail(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
    return false;
  }

  bool header(dom::object root, LakeManifest& manifest) {
    std::string format;
    std::string day;
    std::uint64_t schema = 0;
    if (!text(root, "format", format) || format != "vieweratlas-lake-day") return fail("is no manifest of a day");
    if (!number(root, "schema_version", schema)) return false;
    is_newer_ = schema > kLakeSchemaVersion;
    if (schema != kLakeSchemaVersion) return fail(fmt::format("is of schema version {}, which this program cannot read", schema));
    if (!text(root, "day", day) || !text(root, "run", manifest.run) || !text(root, "viewer_key", manifest.key_id) ||
        !text(root, "version", manifest.version)) {
      return false;
    }
    const std::optional<DayNumber> number = parse_day(day);
    if (!number) return fail("names no day");
    manifest.day = *number;
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (manifest.run.size() != kRunDigits || !std::all_of(manifest.run.begin(), manifest.run.end(), is_digit)) return fail("names no run");
    return true;
  }

  bool counts(dom::object root, LakeManifest& manifest) {
    return number(root, "rows_in", manifest.num_rows_in) && number(root, "rows_out", manifest.num_rows_out) &&
           number(root, "duplicate_rows", manifest.num_duplicate_rows) && number(root, "forgotten_rows", manifest.num_forgotten_rows) &&
           number(root, "number_collisions", manifest.num_number_collisions) &&
           (root["forgotten_list"].error() == simdjson::NO_SUCH_FIELD || text(root, "forgotten_list", manifest.forgotten_list)) &&
           flag(root, "plain_names", manifest.has_plain_names);
  }

  bool tables(dom::object root, LakeManifest& manifest) {
    dom::array presence;
    if (root["presence"].get(presence) != simdjson::SUCCESS) return fail("has no list \"presence\"");
    const std::string folder = "/dt=" + format_day(manifest.day) + "/";
    for (const dom::element element : presence) {
      dom::object object;
      LakeTable of_source;
      if (element.get(object) != simdjson::SUCCESS || !text(object, "source", of_source.source)) return fail("has a table that is none");
      if (!table(object, "curated/presence" + folder, of_source)) return false;
      manifest.presence.push_back(std::move(of_source));
    }
    return optional_table(root, "snapshots", folder, manifest.snapshots) && optional_table(root, "channels", folder, manifest.channels) &&
           optional_table(root, "logins", folder, manifest.logins);
  }

  bool optional_table(dom::object root, std::string_view name, const std::string& folder, std::optional<LakeTable>& out) {
    dom::object object;
    const simdjson::error_code problem = root[name].get(object);
    if (problem == simdjson::NO_SUCH_FIELD) return true;
    if (problem != simdjson::SUCCESS) return fail(fmt::format("has a table \"{}\" that is none", name));
    return table(object, "curated/" + std::string(name) + folder, out.emplace());
  }

  /// What a manifest names is removed by its name: nothing outside of its own day is taken.
  bool table(dom::object object, const std::string& folder, LakeTable& out) {
    if (!text(object, "key", out.key) || !number(object, "rows", out.num_rows) || !number(object, "bytes", out.num_bytes) ||
        !text(object, "digest", out.digest)) {
      return false;
    }
    if (!is_object_key(out.key) || !out.key.starts_with(folder)) return fail("names a table outside of its day: " + printable(out.key));
    return true;
  }

  bool inputs(dom::object root, LakeManifest& manifest) {
    dom::array array;
    if (root["inputs"].get(array) != simdjson::SUCCESS) return fail("has no list \"inputs\"");
    for (const dom::element element : array) {
      dom::object object;
      if (element.get(object) != simdjson::SUCCESS) return fail("has an input that is none");
      if (!input(object, manifest.inputs.emplace_back())) return false;
    }
    return true;
  }

  bool input(dom::object object, FileFacts& file) {
    if (!text(object, "key", file.object.key) || !number(object, "bytes", file.object.num_bytes) ||
        !text(object, "object_version", file.object.version) || !text(object, "digest", file.digest) ||
        !number(object, "snapshots", file.num_snapshots) || !number(object, "round_records", file.num_round_records)) {
      return false;
    }
    if (object["modified"].get(file.object.modified_s) != simdjson::SUCCESS) return fail("has no time \"modified\"");
    dom::array days;
    if (object["days"].get(days) != simdjson::SUCCESS) return fail("has no list \"days\"");
    for (const dom::element element : days) {
      std::string_view name;
      if (element.get(name) != simdjson::SUCCESS) return fail("has a day that is none");
      const std::optional<DayNumber> day = parse_day(name);
      if (!day) return fail("has a day that is none");
      file.days.push_back(*day);
    }
    return flag(object, "blank", file.is_blank) && flag(object, "unfinished", file.unfinished) && losses(object, "losses", file.losses) &&
           losses(object, "set_aside", file.set_aside);
  }

  bool losses(dom::object object, std::string_view name, Losses& out) {
    dom::object reasons;
    const simdjson::error_code problem = object[name].get(reasons);
    if (problem == simdjson::NO_SUCH_FIELD) return true;
    if (problem != simdjson::SUCCESS) return fail(fmt::format("has \"{}\" that are none", name));
    for (const auto [reason, value] : reasons) {
      dom::object entry;
      std::uint64_t count = 0;
      std::string example;
      if (value.get(entry) != simdjson::SUCCESS) return fail(fmt::format("has \"{}\" that are none", name));
      if (!number(entry, "count", count) || !text(entry, "example", example)) return false;
      out.add(reason, std::move(example), count);
    }
    return true;
  }

  bool text(dom::object object, std::string_view name, std::string& out) {
    std::string_view value;
    if (object[name].get(value) != simdjson::SUCCESS) return fail(fmt::format("has no text \"{}\"", name));
    out = value;
    return true;
  }
  bool number(dom::object object, std::string_view name, std::uint64_t& out) {
    if (object[name].get(out) != simdjson::SUCCESS) return fail(fmt::format("has no number \"{}\"", name));
    return true;
  }
  bool flag(dom::object object, std::string_view name, bool& out) {
    const simdjson::error_code problem = object[name].get(out);
    return problem == simdjson::SUCCESS || problem == simdjson::NO_SUCH_FIELD || fail(fmt::format("has no flag \"{}\"", name));
  }

  std::string problem_;
  bool is_newer_ = false;
};

Error no_manifest(std::string_view key, std::string_view what) {
  return {ErrorCode::kCorruptData,
          fmt::format("{} {}; remove it and run \"vieweratlas compact\", which makes the day anew from its raw files",
                      printable(key, kMaxKeyText), what)};
}

}  // namespace

Result<LakeManifest> parse_manifest(std::string_view json, std::string_view key) {
  dom::parser parser;
  dom::object root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS) return no_manifest(key, "is no JSON object");
  LakeManifest manifest;
  ManifestParser reader;
  const bool is_read = reader.parse(root, manifest);
  if (reader.is_newer()) {
    return Error{ErrorCode::kCorruptData, fmt::format("{} {}: a newer version of this program made it; use that one for this lake",
                                                      printable(key, kMaxKeyText), reader.problem())};
  }
  if (!is_read) return no_manifest(key, reader.problem());
  if (key != manifest_key(manifest.day)) return no_manifest(key, "is of " + format_day(manifest.day));
  return manifest;
}

Result<std::vector<LakeManifest>> read_manifests(const ObjectStore& store, Losses* damaged) {
  const Result<std::vector<StoredObject>> objects = store.list(kPresence, kManifestName);
  if (!objects) return Error(objects.error()).with_context("listing the lake's days");
  std::vector<LakeManifest> manifests;
  for (const StoredObject& object : *objects) {
    const Result<std::string> json = store.get(object.key);
    if (!json && json.error().code == ErrorCode::kNotFound) continue;  // purged since it was listed
    if (!json) return json.error();
    Result<LakeManifest> manifest = parse_manifest(*json, object.key);
    if (!manifest && damaged != nullptr) {
      damaged->add("damaged_manifest", manifest.error().message);
      continue;
    }
    if (!manifest) return std::move(manifest).error();
    manifests.push_back(*std::move(manifest));
  }
  return manifests;
}

}  // namespace vieweratlas
