#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::storage_internal {

/// What a transfer remembers of one object: in these versions both sides held the same.
struct TransferNote {
  std::string from_version;
  std::string to_version;
  std::string digest;
  friend bool operator==(const TransferNote&, const TransferNote&) = default;
};

/// The notes of transfers from one store, kept in another as lines of key, versions and digest, divided by tabs. Thread-compatible.
class TransferNotes {
 public:
  /// Notes that cannot be understood are as good as none: what they said is compared again.
  [[nodiscard]] static Result<TransferNotes> load(const ObjectStore& from, const ObjectStore& to);
  [[nodiscard]] const TransferNote* find(std::string_view key) const;
  void set(std::string_view key, TransferNote note);
  /// Writes them when something was set since they were loaded or saved.
  [[nodiscard]] Status save(ObjectStore& to);
  /// So many notes are not saved yet that it is time: a part of all, so that saving costs little however many there are.
  [[nodiscard]] bool wants_saving() const;
  [[nodiscard]] std::string text() const;

 private:
  void read(std::string_view text);

  std::string key_;
  std::map<std::string, TransferNote, std::less<>> notes_;
  std::size_t num_unsaved_ = 0;
};

}  // namespace vieweratlas::storage_internal
