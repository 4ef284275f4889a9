#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fake_twitch {

/// A value of a JSON document, or nothing; what is missing or of another type reads as the given default.
class Json {
 public:
  Json() = default;
  explicit Json(simdjson::dom::element element) : element_(element), there_(true) {}

  [[nodiscard]] bool there() const { return there_; }
  [[nodiscard]] Json at(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view otherwise = {}) const;
  [[nodiscard]] std::int64_t number(std::int64_t otherwise = 0) const;
  [[nodiscard]] double real(double otherwise = 0) const;
  [[nodiscard]] bool flag(bool otherwise = false) const;
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] bool is_list() const;
  [[nodiscard]] std::vector<Json> items() const;
  /// The items of a list of texts.
  [[nodiscard]] std::vector<std::string> texts() const;
  [[nodiscard]] std::vector<std::string> keys() const;

 private:
  simdjson::dom::element element_{};
  bool there_ = false;
};

/// Holds a document that Json values point into.
class JsonDocument {
 public:
  /// The root, or nothing when `text` is no JSON.
  [[nodiscard]] Json parse(std::string_view text);

 private:
  simdjson::dom::parser parser_;
};

/// Writes JSON; commas come by themselves.
class JsonWriter {
 public:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::int64_t value);
  JsonWriter& real(double value);
  JsonWriter& flag(bool value);
  JsonWriter& raw(std::string_view json);
  JsonWriter& field(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonWriter& field(std::string_view name, std::int64_t value) { return key(name).number(value); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void separate();
  std::string out_;
  bool comma_ = false;
};

}  // namespace fake_twitch
