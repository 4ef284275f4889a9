#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas::collect_internal {

/// A viewer's pseudonyms. All zero = the source does not tell.
struct ViewerNames {
  Pseudonym id;
  Pseudonym login;

  [[nodiscard]] bool has_id() const { return id != Pseudonym(); }
  [[nodiscard]] bool has_login() const { return login != Pseudonym(); }
  /// What the viewer is known by: the id where there is one.
  [[nodiscard]] const Pseudonym& key() const { return has_id() ? id : login; }
  friend bool operator==(const ViewerNames&, const ViewerNames&) = default;
};

/// Makes pseudonyms and remembers those of the viewers seen last, as making one costs a microsecond. 8 MB.
class PseudonymCache {
 public:
  /// `key` must outlive the cache; `platform` is part of what is hashed.
  PseudonymCache(const ViewerKey& key, std::string_view platform);
  /// Borrowed until the next call. Empty texts give no pseudonym.
  [[nodiscard]] const ViewerNames& names_of(std::string_view id, std::string_view login);

 private:
  struct Slot {
    std::uint64_t tag = 0;  // of the names that the slot holds; 0 = empty
    ViewerNames names;
  };
  const ViewerKey& key_;
  std::string platform_;
  std::vector<Slot> slots_;
};

}  // namespace vieweratlas::collect_internal
