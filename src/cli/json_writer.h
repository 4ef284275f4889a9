#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace vieweratlas {

/// Builds one JSON document, indented, for stdout. Text becomes valid UTF-8; numbers that are not finite become null.
class JsonWriter {
 public:
  JsonWriter();
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object();
  void begin_object(std::string_view key);
  void end_object();
  void begin_array(std::string_view key);
  void end_array();
  void field(std::string_view key, std::string_view value);
  void field(std::string_view key, const char* value) { field(key, std::string_view(value)); }
  void field(std::string_view key, std::uint64_t value);
  void field(std::string_view key, double value);
  void flag(std::string_view key, bool value);
  void item(std::string_view value);

  /// The document, with a newline at its end.
  [[nodiscard]] std::string finish();

 private:
  struct Implementation;
  void key(std::string_view name);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vieweratlas
