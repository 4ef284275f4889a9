#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas::twitch_internal {

/// What a JSON document says, in its order. Text is borrowed for the call.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  /// Whether the value is wanted. Values that are not cost neither memory nor events, however large and deep they are.
  [[nodiscard]] virtual bool key(std::string_view name) = 0;
  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
  /// `is_whole` is false when the text was longer than the limit and is cut.
  virtual void text(std::string_view value, bool is_whole) = 0;
  /// A number or one of true, false, null, as it is written.
  virtual void word(std::string_view value) = 0;
};

struct JsonLimits {
  std::size_t max_depth = 64;  ///< of values that are followed; deeper is no document of ours
  std::size_t max_skipped_depth = 1024;
  std::size_t max_text_bytes = 4096;
};

/// Reads one JSON document of any length from pieces that may be cut anywhere, in bounded memory. Tolerates what people and other
/// tools add: comments of both kinds, a comma before a closing bracket, raw control characters in strings, unknown escapes. What
/// follows the document is not looked at. UTF-8 is not checked. Thread-compatible.
class JsonStream {
 public:
  /// `events` must outlive it.
  explicit JsonStream(JsonEvents& events, JsonLimits limits = {}) : events_(events), limits_(limits) {}

  /// Errors: corrupt_data (with the byte), limit_exceeded (depth); final.
  [[nodiscard]] Status feed(std::string_view bytes);
  /// Errors: those of feed, corrupt_data when the document ends too early.
  [[nodiscard]] Status finish();
  [[nodiscard]] bool done() const { return done_; }

 private:
  enum class Lexical : std::uint8_t {
    kStructure,
    kString,
    kEscape,
    kHex,
    kWord,
    kSkippedWord,
    kSlash,
    kLineComment,
    kBlockComment,
    kBlockStar
  };
  enum class Expect : std::uint8_t { kValue, kValueOrEnd, kKeyOrEnd, kColon, kCommaOrEnd };

  const char* step(const char* at, const char* end);
  const char* structure(const char* at, const char* end);
  const char* string(const char* at, const char* end);
  const char* skip_structure(const char* at, const char* end);
  const char* skip_string(const char* at, const char* end);
  const char* skip_word(const char* at, const char* end);
  const char* escape(const char* at);
  const char* hex(const char* at);
  const char* word(const char* at, const char* end);
  const char* comment(const char* at, const char* end);

  void open(char bracket);
  void close(char bracket);
  void comma();
  void begin_string();
  void end_string(std::string_view text);
  void keep(std::string_view part);
  void flush_surrogate();
  void value_done();
  void fail(std::string_view what, ErrorCode code = ErrorCode::kCorruptData);

  JsonEvents& events_;
  JsonLimits limits_;
  std::vector<char> open_;  // brackets that are open
  Lexical lexical_ = Lexical::kStructure;
  Expect expect_ = Expect::kValue;
  bool is_skipping_ = false;
  bool is_escaped_ = false;  // while skipping a string
  bool is_whole_ = true;
  bool done_ = false;
  std::size_t skip_depth_ = 0;
  std::string token_;  // what earlier pieces and escapes gave of a string or word
  bool has_token_ = false;
  unsigned hex_digits_ = 0;
  char32_t hex_value_ = 0;
  char32_t high_surrogate_ = 0;
  std::uint64_t offset_ = 0;  // of the piece
  Status status_;
};

}  // namespace vieweratlas::twitch_internal
