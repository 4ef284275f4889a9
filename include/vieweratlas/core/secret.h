#pragma once

#include <string>
#include <string_view>

namespace vieweratlas {

/// A password, token or key. It cannot be printed or compared by accident, and its bytes are wiped when it is replaced or ends.
/// Only `reveal` gives the text: search for it to see every place where a secret leaves. Thread-compatible.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : text_(text) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// Borrowed until the secret changes. Never log it, never put it into an error or a URL.
  [[nodiscard]] std::string_view reveal() const { return text_; }

 private:
  void wipe();
  std::string text_;
};

}  // namespace vieweratlas
