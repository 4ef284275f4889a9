#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas::twitch_internal {

/// A small JSON document as a tree, read the tolerant way: what is missing or of another type is simply not there, numbers may
/// stand in quotes. Meant for answers of some hundred kilobytes, not for streams of records.
class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Object = std::vector<std::pair<std::string, JsonValue>>;
  using Any = std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string, Array, Object>;

  JsonValue() = default;
  explicit JsonValue(Any any) : any_(std::move(any)) {}

  /// Errors: corrupt_data (no JSON, damaged UTF-8, deeper than 32).
  [[nodiscard]] static Result<JsonValue> parse(std::string_view text);

  [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(any_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(any_); }
  /// The first member of that name; a null value where there is none, so that calls can follow each other.
  [[nodiscard]] const JsonValue& operator[](std::string_view name) const;
  /// The elements of an array, else none.
  [[nodiscard]] std::span<const JsonValue> items() const;
  /// A text; whole numbers as they are written (ids are texts that some servers write as numbers); else empty.
  [[nodiscard]] std::string text() const;
  /// A number that is whole and not negative, also in quotes, also written as 12.0.
  [[nodiscard]] std::optional<std::uint64_t> count() const;

 private:
  Any any_;
};

}  // namespace vieweratlas::twitch_internal
