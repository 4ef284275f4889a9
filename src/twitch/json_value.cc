#include "twitch/json_value.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::twitch_internal {
namespace {

constexpr std::size_t kMaxDepth = 32;

// Recursion is bounded: the parser refuses deeper documents.
JsonValue tree_of(simdjson::dom::element element) {  // NOLINT(misc-no-recursion)
  switch (element.type()) {
    case simdjson::dom::element_type::BOOL: return JsonValue(bool{element});
    case simdjson::dom::element_type::UINT64: return JsonValue(std::uint64_t{element});
    case simdjson::dom::element_type::INT64: {
      const std::int64_t number{element};
      return number < 0 ? JsonValue(number) : JsonValue(static_cast<std::uint64_t>(number));
    }
    case simdjson::dom::element_type::DOUBLE: return JsonValue(double{element});
    case simdjson::dom::element_type::STRING: return JsonValue(std::string(std::string_view{element}));
    case simdjson::dom::element_type::ARRAY: {
      JsonValue::Array array;
      for (const simdjson::dom::element item : simdjson::dom::array{element}) array.push_back(tree_of(item));
      return JsonValue(std::move(array));
    }
    case simdjson::dom::element_type::OBJECT: {
      JsonValue::Object object;
      for (const auto [key, value] : simdjson::dom::object{element}) object.emplace_back(std::string(key), tree_of(value));
      return JsonValue(std::move(object));
    }
    case simdjson::dom::element_type::NULL_VALUE: return {};
  }
  return {};
}

}  // namespace

Result<JsonValue> JsonValue::parse(std::string_view text) {
  simdjson::dom::parser parser;
  if (parser.allocate(std::max<std::size_t>(text.size(), 64), kMaxDepth) != simdjson::SUCCESS) {
    return Error{ErrorCode::kLimitExceeded, "there is no memory to read the JSON document"};
  }
  simdjson::dom::element root;
  if (const simdjson::error_code problem = parser.parse(simdjson::padded_string(text)).get(root); problem != simdjson::SUCCESS) {
    return Error{ErrorCode::kCorruptData,
                 fmt::format("this is no JSON ({}): \"{}\"", simdjson::error_message(problem), printable(text, 60))};
  }
  return tree_of(root);
}

const JsonValue& JsonValue::operator[](std::string_view name) const {
  static const JsonValue kNull;
  const auto* const object = std::get_if<Object>(&any_);
  if (object == nullptr) return kNull;
  const auto found = std::find_if(object->begin(), object->end(), [&](const auto& member) { return member.first == name; });
  return found == object->end() ? kNull : found->second;
}

std::span<const JsonValue> JsonValue::items() const {
  const auto* const array = std::get_if<Array>(&any_);
  return array == nullptr ? std::span<const JsonValue>() : std::span<const JsonValue>(*array);
}

std::string JsonValue::text() const {
  if (const auto* const text = std::get_if<std::string>(&any_)) return *text;
  if (const auto* const number = std::get_if<std::uint64_t>(&any_)) return std::to_string(*number);
  if (const auto* const negative = std::get_if<std::int64_t>(&any_)) return std::to_string(*negative);
  return {};
}

std::optional<std::uint64_t> JsonValue::count() const {
  if (const auto* const number = std::get_if<std::uint64_t>(&any_)) return *number;
  if (const auto* const real = std::get_if<double>(&any_)) {
    constexpr double kLastExact = 9007199254740992.0;  // 2^53
    if (*real < 0 || *real > kLastExact || std::floor(*real) != *real) return std::nullopt;
    return static_cast<std::uint64_t>(*real);
  }
  const auto* const text = std::get_if<std::string>(&any_);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits = trim(*text);
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace vieweratlas::twitch_internal
