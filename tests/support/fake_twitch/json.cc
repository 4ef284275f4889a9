#include "support/fake_twitch/json.h"

#include <cstdio>

namespace fake_twitch {

Json Json::at(std::string_view key) const {
  simdjson::dom::element found;
  return there_ && element_.at_key(key).get(found) == simdjson::SUCCESS ? Json(found) : Json();
}

std::string Json::text(std::string_view otherwise) const {
  std::string_view found;
  return std::string(there_ && element_.get(found) == simdjson::SUCCESS ? found : otherwise);
}

std::int64_t Json::number(std::int64_t otherwise) const {
  if (!there_) {
    return otherwise;
  }
  std::int64_t whole = 0;
  bool yes = false;
  double real = 0;
  if (element_.get(whole) == simdjson::SUCCESS) {
    return whole;
  }
  if (element_.get(yes) == simdjson::SUCCESS) {
    return yes ? 1 : 0;
  }
  return element_.get(real) == simdjson::SUCCESS ? static_cast<std::int64_t>(real) : otherwise;
}

double Json::real(double otherwise) const {
  double found = 0;
  return there_ && element_.get(found) == simdjson::SUCCESS ? found : otherwise;
}

bool Json::flag(bool otherwise) const { return number(otherwise ? 1 : 0) != 0; }

bool Json::is_number() const { return there_ && (element_.is_number() || element_.is_bool()); }

bool Json::is_list() const { return there_ && element_.is_array(); }

std::vector<Json> Json::items() const {
  std::vector<Json> found;
  simdjson::dom::array list;
  if (there_ && element_.get(list) == simdjson::SUCCESS) {
    for (const simdjson::dom::element item : list) {
      found.emplace_back(item);
    }
  }
  return found;
}

std::vector<std::string> Json::texts() const {
  std::vector<std::string> found;
  for (const Json& item : items()) {
    found.push_back(item.text());
  }
  return found;
}

std::vector<std::string> Json::keys() const {
  std::vector<std::string> found;
  simdjson::dom::object object;
  if (there_ && element_.get(object) == simdjson::SUCCESS) {
    for (const simdjson::dom::key_value_pair& pair : object) {
      found.emplace_back(pair.key);
    }
  }
  return found;
}

Json JsonDocument::parse(std::string_view text) {
  simdjson::dom::element root;
  return parser_.parse(text.data(), text.size()).get(root) == simdjson::SUCCESS ? Json(root) : Json();
}

void JsonWriter::separate() {
  if (comma_) {
    out_ += ',';
  }
  comma_ = true;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  text(name);
  out_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  out_ += '"';
  for (const char c : value) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (code < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", code);
      out_ += escape;
    } else {
      out_ += c;
    }
  }
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value) { return raw(std::to_string(value)); }

JsonWriter& JsonWriter::real(double value) {
  char digits[40];
  std::snprintf(digits, sizeof digits, "%.6g", value);
  return raw(digits);
}

JsonWriter& JsonWriter::flag(bool value) { return raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace fake_twitch
