#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace vieweratlas {

/// A 128-bit content digest (XXH3), not cryptographic: it tells inputs apart, it does not defend against forgery.
struct Digest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Digest&, const Digest&) = default;
};

[[nodiscard]] Digest digest_of(std::string_view bytes);

/// "xxh3-128:<32 lower-case hex digits>", as printed by `xxh128sum`.
[[nodiscard]] std::string to_string(const Digest& digest);

/// digest_of() for content that comes in pieces; how it is cut changes nothing. Thread-compatible.
class Digester {
 public:
  Digester();
  Digester(Digester&&) noexcept;
  Digester& operator=(Digester&&) noexcept;
  Digester(const Digester&) = delete;
  Digester& operator=(const Digester&) = delete;
  ~Digester();
  void add(std::string_view piece);
  /// Of what was added so far.
  [[nodiscard]] Digest digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vieweratlas
