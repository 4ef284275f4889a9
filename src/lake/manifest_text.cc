#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/read_days.h"

namespace vieweratlas {
namespace {

/// One line for each table and file, so that people and `diff` see what changed.
class ManifestWriter {
 public:
  std::string write(const LakeManifest& manifest) {
    json_.StartObject();
    text("format", "vieweratlas-lake-day");
    number("schema_version", kLakeSchemaVersion);
    text("day", format_day(manifest.day));
    text("run", manifest.run);
    text("viewer_key", manifest.key_id);
    text("version", manifest.version);
    number("rows_in", manifest.num_rows_in);
    number("rows_out", manifest.num_rows_out);
    number("duplicate_rows", manifest.num_duplicate_rows);
    number("forgotten_rows", manifest.num_forgotten_rows);
    number("number_collisions", manifest.num_number_collisions);
    if (!manifest.forgotten_list.empty()) text("forgotten_list", manifest.forgotten_list);
    flag("plain_names", manifest.has_plain_names);
    tables(manifest);
    name("inputs");
    json_.StartArray();
    for (const FileFacts& file : manifest.inputs) input(file);
    new_line();
    json_.EndArray();
    json_.EndObject();
    return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n";
  }

 private:
  void tables(const LakeManifest& manifest) {
    name("presence");
    json_.StartArray();
    for (const LakeTable& of_source : manifest.presence) {
      new_line();
      table(of_source);
    }
    json_.EndArray();
    optional_table("snapshots", manifest.snapshots);
    optional_table("channels", manifest.channels);
    optional_table("logins", manifest.logins);
  }

  void optional_table(std::string_view key, const std::optional<LakeTable>& of_day) {
    if (!of_day) return;
    new_line();
    name(key);
    table(*of_day);
  }

  void table(const LakeTable& table) {
    json_.StartObject();
    if (!table.source.empty()) text("source", table.source);
    text("key", table.key);
    number("rows", table.num_rows);
    number("bytes", table.num_bytes);
    text("digest", table.digest);
    json_.EndObject();
  }

  void input(const FileFacts& file) {
    new_line();
    json_.StartObject();
    text("key", file.object.key);
    number("bytes", file.object.num_bytes);
    name("modified");
    json_.Int64(file.object.modified_s);
    text("object_version", file.object.version);
    text("digest", file.digest);
    number("snapshots", file.num_snapshots);
    number("round_records", file.num_round_records);
    if (file.is_blank) flag("blank");
    if (file.unfinished) flag("unfinished");
    name("days");
    json_.StartArray();
    for (const DayNumber day : file.days) string(format_day(day));
    json_.EndArray();
    losses("losses", file.losses);
    losses("set_aside", file.set_aside);
    json_.EndObject();
  }

  void losses(std::string_view key, const Losses& losses) {
    if (losses.empty()) return;
    name(key);
    json_.StartObject();
    for (const auto& [reason, entry] : losses.by_reason()) {
      name(reason);
      json_.StartObject();
      number("count", entry.count);
      text("example", entry.example);
      json_.EndObject();
    }
    json_.EndObject();
  }

  void new_line() { buffer_.Put('\n'); }
  void name(std::string_view key) { json_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size())); }
  void string(std::string_view value) { json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size())); }
  void text(std::string_view key, std::string_view value) {
    name(key);
    string(value);
  }
  void number(std::string_view key, std::uint64_t value) {
    name(key);
    json_.Uint64(value);
  }
  void flag(std::string_view key, bool value = true) {
    name(key);
    json_.Bool(value);
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> json_{buffer_};
};

}  // namespace

std::string to_json(const LakeManifest& manifest) { return ManifestWriter().write(manifest); }

}  // namespace vieweratlas
