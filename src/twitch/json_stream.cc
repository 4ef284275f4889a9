// A tokenizer that can stop at any byte: all that it knows between two pieces is in its members. Skipped values, which are most of a
// recorded chat (emotes, badges and pictures in base64), are crossed by looking for quotes and brackets only.

#include "twitch/json_stream.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/unicode.h"

namespace vieweratlas::twitch_internal {
namespace {

using Class = std::array<bool, 256>;

constexpr Class class_of(std::string_view characters) {
  Class result{};
  for (const char c : characters) result[static_cast<unsigned char>(c)] = true;
  return result;
}

constexpr Class kBrackets = class_of("\"{}[]/");
constexpr Class kOfWords = class_of("+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
constexpr Class kBlank = class_of(" \t\r\n\f\v");
constexpr Class kQuoteOrBackslash = class_of("\"\\");

bool is_in(const Class& members, char c) { return members[static_cast<unsigned char>(c)]; }

const char* find(const char* at, const char* end, const Class& members) {
  while (at < end && !is_in(members, *at)) ++at;
  return at;
}

const char* find_not(const char* at, const char* end, const Class& members) {
  while (at < end && is_in(members, *at)) ++at;
  return at;
}

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

}  // namespace

Status JsonStream::feed(std::string_view bytes) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  const char* at = begin;
  while (at < end && !done_ && status_.ok()) {
    const std::uint64_t piece = offset_;
    offset_ += static_cast<std::uint64_t>(at - begin);  // for messages
    const char* next = step(at, end);
    offset_ = piece;
    at = next;
  }
  offset_ += bytes.size();
  return status_;
}

Status JsonStream::finish() {
  if (status_.ok() && !done_) fail(offset_ == 0 ? "it is empty" : "it ends too early");
  return status_;
}

const char* JsonStream::step(const char* at, const char* end) {
  switch (lexical_) {
    case Lexical::kStructure: return is_skipping_ ? skip_structure(at, end) : structure(at, end);
    case Lexical::kString: return is_skipping_ ? skip_string(at, end) : string(at, end);
    case Lexical::kEscape: return escape(at);
    case Lexical::kHex: return hex(at);
    case Lexical::kWord: return word(at, end);
    case Lexical::kSkippedWord: return skip_word(at, end);
    default: return comment(at, end);
  }
}

/// Outside of strings and words.
const char* JsonStream::structure(const char* at, const char* end) {
  if (const char* next = find_not(at, end, kBlank); next != at) return next;
  const char c = *at;
  if (c == '/') {
    lexical_ = Lexical::kSlash;
  } else if (c == '"') {
    begin_string();
  } else if (c == '{' || c == '[') {
    open(c);
  } else if (c == '}' || c == ']') {
    close(c);
  } else if (c == ',') {
    comma();
  } else if (c == ':') {
    if (expect_ != Expect::kColon) fail("a colon is out of place");
    expect_ = Expect::kValue;
  } else if (is_in(kOfWords, c)) {
    if (expect_ != Expect::kValue && expect_ != Expect::kValueOrEnd) fail("a value is out of place");
    lexical_ = Lexical::kWord;
    token_.clear();
    return at;
  } else {
    fail("this is no JSON");
  }
  return at + 1;
}

void JsonStream::open(char bracket) {
  if (expect_ != Expect::kValue && expect_ != Expect::kValueOrEnd) return fail("a bracket is out of place");
  if (open_.size() == limits_.max_depth) return fail("it is nested too deeply", ErrorCode::kLimitExceeded);
  open_.push_back(bracket);
  if (bracket == '{') {
    expect_ = Expect::kKeyOrEnd;
    events_.begin_object();
  } else {
    expect_ = Expect::kValueOrEnd;
    events_.begin_array();
  }
}

void JsonStream::close(char bracket) {
  const char opened = bracket == '}' ? '{' : '[';
  const bool may_end = expect_ == Expect::kCommaOrEnd || expect_ == Expect::kKeyOrEnd || expect_ == Expect::kValueOrEnd;
  if (open_.empty() || open_.back() != opened || !may_end) return fail("a closing bracket is out of place");
  open_.pop_back();
  if (opened == '{') {
    events_.end_object();
  } else {
    events_.end_array();
  }
  value_done();
}

void JsonStream::comma() {
  if (expect_ != Expect::kCommaOrEnd) return fail("a comma is out of place");
  expect_ = open_.back() == '{' ? Expect::kKeyOrEnd : Expect::kValueOrEnd;
}

void JsonStream::value_done() {
  is_skipping_ = false;
  lexical_ = Lexical::kStructure;
  expect_ = Expect::kCommaOrEnd;
  done_ = open_.empty();
}

void JsonStream::begin_string() {
  if (expect_ == Expect::kColon || expect_ == Expect::kCommaOrEnd) return fail("a text is out of place");
  lexical_ = Lexical::kString;
  token_.clear();
  has_token_ = false;
  is_whole_ = true;
}

const char* JsonStream::string(const char* at, const char* end) {
  const char* stop = find(at, end, kQuoteOrBackslash);
  const std::string_view part = between(at, stop);
  if (!part.empty()) flush_surrogate();
  if (stop == end) {
    keep(part);
    return stop;
  }
  if (*stop == '\\') {
    keep(part);
    lexical_ = Lexical::kEscape;
    return stop + 1;
  }
  flush_surrogate();
  if (has_token_) {
    keep(part);
    end_string(token_);
  } else {
    is_whole_ = part.size() <= limits_.max_text_bytes;
    end_string(part.substr(0, limits_.max_text_bytes));
  }
  return stop + 1;
}

void JsonStream::keep(std::string_view part) {
  has_token_ = true;
  const std::size_t room = limits_.max_text_bytes - std::min(token_.size(), limits_.max_text_bytes);
  if (part.size() > room) is_whole_ = false;
  token_ += part.substr(0, room);
}

void JsonStream::end_string(std::string_view text) {
  lexical_ = Lexical::kStructure;
  if (expect_ != Expect::kKeyOrEnd) {
    events_.text(text, is_whole_);
    value_done();
    return;
  }
  expect_ = Expect::kColon;
  if (!events_.key(text)) {
    is_skipping_ = true;  // from here on: also the colon
    skip_depth_ = 0;
  }
}

const char* JsonStream::escape(const char* at) {
  lexical_ = Lexical::kString;
  const char c = *at;
  if (c == 'u') {
    lexical_ = Lexical::kHex;
    hex_digits_ = 0;
    hex_value_ = 0;
    return at + 1;
  }
  flush_surrogate();
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kMeanings = "\b\f\n\r\t";
  const std::size_t known = kNames.find(c);
  keep(known == std::string_view::npos ? std::string_view(at, 1) : kMeanings.substr(known, 1));
  return at + 1;
}

const char* JsonStream::hex(const char* at) {
  const char c = *at;
  unsigned digit = 16;
  if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') digit = static_cast<unsigned>(c - 'A' + 10);
  if (digit == 16) {
    fail("an escaped character has no four hexadecimal digits");
    return at;
  }
  hex_value_ = hex_value_ * 16 + digit;
  if (++hex_digits_ < 4) return at + 1;
  lexical_ = Lexical::kString;
  std::string encoded;
  if (high_surrogate_ != 0 && hex_value_ >= 0xDC00 && hex_value_ < 0xE000) {
    append_utf8(encoded, 0x10000 + ((high_surrogate_ - 0xD800) << 10U) + (hex_value_ - 0xDC00));
    high_surrogate_ = 0;
  } else {
    flush_surrogate();
    if (hex_value_ >= 0xD800 && hex_value_ < 0xDC00) {
      high_surrogate_ = hex_value_;
      has_token_ = true;
      return at + 1;
    }
    append_utf8(encoded, hex_value_);
  }
  keep(encoded);
  return at + 1;
}

/// The first half of a pair that nothing followed.
void JsonStream::flush_surrogate() {
  if (high_surrogate_ == 0) return;
  high_surrogate_ = 0;
  keep("\xEF\xBF\xBD");
}

const char* JsonStream::word(const char* at, const char* end) {
  const char* stop = find_not(at, end, kOfWords);
  keep(between(at, stop));
  if (stop == end) return stop;  // it may go on in the next piece
  events_.word(token_);
  value_done();
  return stop;
}

const char* JsonStream::comment(const char* at, const char* end) {
  const char* next = at + 1;
  if (lexical_ == Lexical::kSlash) {
    if (*at != '/' && *at != '*') {
      fail("a slash is out of place");
      return at;
    }
    lexical_ = *at == '/' ? Lexical::kLineComment : Lexical::kBlockComment;
  } else if (lexical_ == Lexical::kLineComment) {
    const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    if (newline == nullptr) return end;
    next = static_cast<const char*>(newline);
    lexical_ = Lexical::kStructure;
  } else if (lexical_ == Lexical::kBlockComment) {
    const void* star = std::memchr(at, '*', static_cast<std::size_t>(end - at));
    if (star == nullptr) return end;
    next = static_cast<const char*>(star) + 1;
    lexical_ = Lexical::kBlockStar;
  } else if (*at == '/') {
    lexical_ = Lexical::kStructure;
  } else if (*at != '*') {
    lexical_ = Lexical::kBlockComment;
  }
  return next;
}

/// Between a key that is not wanted and the end of its value. Brackets are counted, not matched.
const char* JsonStream::skip_structure(const char* at, const char* end) {
  const bool is_inside = skip_depth_ > 0;
  const char* next = is_inside ? find(at, end, kBrackets) : find_not(at, end, kBlank);
  if (next != at) return next;
  const char c = *at;
  if (c == '/') {
    lexical_ = Lexical::kSlash;
  } else if (expect_ == Expect::kColon) {
    if (c != ':') fail("a key has no value");
    expect_ = Expect::kValue;
  } else if (c == '"') {
    lexical_ = Lexical::kString;
    is_escaped_ = false;
  } else if (c == '{' || c == '[') {
    if (++skip_depth_ > limits_.max_skipped_depth) fail("it is nested too deeply", ErrorCode::kLimitExceeded);
  } else if (is_inside) {
    if (--skip_depth_ == 0) value_done();
  } else if (is_in(kOfWords, c)) {
    lexical_ = Lexical::kSkippedWord;
  } else {
    fail("a key has no value");
  }
  return at + 1;
}

const char* JsonStream::skip_word(const char* at, const char* end) {
  const char* stop = find_not(at, end, kOfWords);
  if (stop < end) value_done();
  return stop;
}

const char* JsonStream::skip_string(const char* at, const char* end) {
  if (is_escaped_) {
    is_escaped_ = false;
    ++at;
  }
  for (;;) {
    const void* found = at < end ? std::memchr(at, '"', static_cast<std::size_t>(end - at)) : nullptr;
    const char* quote = found == nullptr ? end : static_cast<const char*>(found);
    const char* backslashes = quote;
    while (backslashes > at && backslashes[-1] == '\\') --backslashes;
    const bool is_escaped = (quote - backslashes) % 2 != 0;
    if (quote == end) {
      is_escaped_ = is_escaped;
      return end;
    }
    at = quote + 1;
    if (is_escaped) continue;
    lexical_ = Lexical::kStructure;
    if (skip_depth_ == 0) value_done();
    return at;
  }
}

void JsonStream::fail(std::string_view what, ErrorCode code) {
  if (status_.ok()) status_ = Error{code, std::string(what) + " (byte " + std::to_string(offset_ + 1) + ")"};
}

}  // namespace vieweratlas::twitch_internal
