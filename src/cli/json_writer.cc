#include "cli/json_writer.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "vieweratlas/core/text.h"

namespace vieweratlas {

struct JsonWriter::Implementation {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer{buffer};

  void string(std::string_view text) {
    const std::string clean = sanitise_utf8(text);
    writer.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
  }
};

JsonWriter::JsonWriter() : implementation_(std::make_unique<Implementation>()) { implementation_->writer.SetIndent(' ', 2); }
JsonWriter::~JsonWriter() = default;

void JsonWriter::key(std::string_view name) { implementation_->writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }

void JsonWriter::begin_object() { implementation_->writer.StartObject(); }
void JsonWriter::begin_object(std::string_view name) {
  key(name);
  implementation_->writer.StartObject();
}
void JsonWriter::end_object() { implementation_->writer.EndObject(); }
void JsonWriter::begin_array(std::string_view name) {
  key(name);
  implementation_->writer.StartArray();
}
void JsonWriter::end_array() { implementation_->writer.EndArray(); }

void JsonWriter::field(std::string_view name, std::string_view value) {
  key(name);
  implementation_->string(value);
}
void JsonWriter::field(std::string_view name, std::uint64_t value) {
  key(name);
  implementation_->writer.Uint64(value);
}
void JsonWriter::field(std::string_view name, double value) {
  key(name);
  if (std::isfinite(value)) {
    implementation_->writer.Double(value);
  } else {
    implementation_->writer.Null();
  }
}
void JsonWriter::flag(std::string_view name, bool value) {
  key(name);
  implementation_->writer.Bool(value);
}
void JsonWriter::item(std::string_view value) { implementation_->string(value); }

std::string JsonWriter::finish() { return std::string(implementation_->buffer.GetString(), implementation_->buffer.GetSize()) + "\n"; }

}  // namespace vieweratlas
