#include "vieweratlas/core/secret.h"

#include <cstddef>
#include <utility>

namespace vieweratlas {

// A moved std::string may leave its characters behind in the old object (short strings do): copy and wipe instead.
Secret::Secret(Secret&& other) noexcept : text_(other.text_) { other.wipe(); }

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  wipe();
  text_ = other.text_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  text_ = other.text_;
  other.wipe();
  return *this;
}

void Secret::wipe() {
  volatile char* at = text_.data();  // volatile: the writes may not be optimised away
  for (std::size_t i = 0; i < text_.size(); ++i) at[i] = 0;
  text_.clear();
}

}  // namespace vieweratlas
