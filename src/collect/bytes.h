#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace vieweratlas::collect_internal {

/// Appends numbers and texts to a string: numbers as LEB128 (7 bits a byte, least first), texts with their length before them.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void number(std::uint64_t value) {
    while (value >= 0x80) {
      byte(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7U;
    }
    byte(static_cast<std::uint8_t>(value));
  }
  /// Small magnitudes are short for both signs (zigzag).
  void signed_number(std::int64_t value) { number((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U)); }
  void fixed64(std::uint64_t value) { raw(&value, sizeof value); }
  void text(std::string_view text) {
    number(text.size());
    out_.append(text);
  }
  template <std::size_t kSize>
  void bytes(const std::array<std::uint8_t, kSize>& bytes) {
    raw(bytes.data(), kSize);
  }

 private:
  // The machines that we build for are little-endian (check in bytes of a known journal: test_journal).
  void raw(const void* data, std::size_t size) { out_.append(static_cast<const char*>(data), size); }

  std::string& out_;
};

/// Reads what a ByteWriter wrote, from any bytes: after the first thing that is not there, all is zero and `ok` is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::uint8_t byte() {
    std::uint8_t value = 0;
    raw(&value, 1);
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7FU) << shift;
      if (next < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
  }
  std::uint64_t fixed64() {
    std::uint64_t value = 0;
    raw(&value, sizeof value);
    return value;
  }
  /// Borrowed from the bytes.
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view result = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(result.size());
    return result;
  }
  template <std::size_t kSize>
  std::array<std::uint8_t, kSize> bytes() {
    std::array<std::uint8_t, kSize> result{};
    raw(result.data(), kSize);
    return result;
  }

 private:
  void raw(void* into, std::size_t size) {
    if (size > rest_.size()) ok_ = false;
    if (!ok_) return;
    std::memcpy(into, rest_.data(), size);
    rest_.remove_prefix(size);
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace vieweratlas::collect_internal
