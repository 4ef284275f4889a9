#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// Who is not to be recorded and not to be read: tombstones. The list itself names nobody; whom it means can be told only with the
/// key of the installation, and only for somebody whose id or login is at hand. Thread-compatible.
///
/// Stored at forgotten_path(): {"version":1,"key":"<id of the key>","ids":["<24 hex>",...],"logins":[...]}, sorted, owner-only.
/// `vieweratlas forget` may change the file while a collector runs. Who holds a list for long therefore asks is_current() now and
/// then (each second; it is one look at the file's facts) and loads it anew, and asks holds() again when a round is stored and when
/// a journal is read back.
class ForgottenList {
 public:
  /// Nobody.
  ForgottenList() = default;

  /// A missing file is an empty list. `key_id` is ViewerKey::id() of the installation; empty = the list is taken whatever its key is,
  /// for who only looks for pseudonyms as they are stored.
  /// Errors: corrupt_data (not a list, another version), invalid_argument (the list was made with another key: nobody on it would be
  /// recognised), denied.
  [[nodiscard]] static Result<ForgottenList> load(const std::filesystem::path& file, std::string_view key_id);

  /// The same for the content of such a file; `where` names it in messages.
  [[nodiscard]] static Result<ForgottenList> parse(std::string_view json, std::string_view where, std::string_view key_id);
  [[nodiscard]] std::string to_json(std::string_view key_id) const;

  [[nodiscard]] bool empty() const { return ids_.empty() && logins_.empty(); }
  [[nodiscard]] std::size_t size() const { return ids_.size() + logins_.size(); }
  /// Either is on the list. O(log n).
  [[nodiscard]] bool holds(const Pseudonym& id, const Pseudonym& login) const { return holds_id(id) || holds_login(login); }
  [[nodiscard]] bool holds_id(const Pseudonym& id) const;
  [[nodiscard]] bool holds_login(const Pseudonym& login) const;
  /// The same text for the same people: "xxh3-128:..."; empty for nobody.
  [[nodiscard]] std::string digest() const;
  [[nodiscard]] std::span<const Pseudonym> ids() const { return ids_; }
  [[nodiscard]] std::span<const Pseudonym> logins() const { return logins_; }

  /// Returns how many were new.
  std::size_t add(std::span<const Pseudonym> ids, std::span<const Pseudonym> logins);
  /// Replaces the file at once; missing folders are made. Errors: those of writing.
  [[nodiscard]] Status save(const std::filesystem::path& file, std::string_view key_id) const;
  /// True when `file` has not been replaced since this list was loaded from it.
  [[nodiscard]] bool is_current(const std::filesystem::path& file) const { return stamp_ == stamp_of(file); }

 private:
  /// What tells two states of a file apart without reading it.
  struct Stamp {
    std::uint64_t inode = 0;
    std::uint64_t num_bytes = 0;
    std::int64_t modified_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  [[nodiscard]] static Stamp stamp_of(const std::filesystem::path& file);

  std::vector<Pseudonym> ids_;     // sorted
  std::vector<Pseudonym> logins_;  // sorted
  Stamp stamp_;
};

/// <data_dir>/state/forgotten.json
[[nodiscard]] std::filesystem::path forgotten_path(const std::filesystem::path& data_dir);

/// Adds to the list at `file` what it does not hold yet, also when other processes do so at the same time. Returns how many were
/// new; nothing is written when none was. Errors: those of load and save.
[[nodiscard]] Result<std::size_t> add_to_forgotten(const std::filesystem::path& file, std::string_view key_id,
                                                   std::span<const Pseudonym> ids, std::span<const Pseudonym> logins);

/// state/forgotten.json: the list of a store, for all machines that work with it.
inline constexpr std::string_view kForgottenKey = "state/forgotten.json";

/// The list of a store; empty when it has none. Errors: those of parse and of the store.
[[nodiscard]] Result<ForgottenList> load_forgotten(const ObjectStore& store, std::string_view key_id);

/// Adds to the list of a store what it does not hold yet, reads it back, and does so again while another machine's change came in
/// between. Returns how many were new. Errors: those of load_forgotten and of the store; unavailable (others change it all the time).
[[nodiscard]] Result<std::size_t> add_to_forgotten(ObjectStore& store, std::string_view key_id, std::span<const Pseudonym> ids,
                                                   std::span<const Pseudonym> logins);

/// Makes the list at `file` hold all that the store's list holds. `seen` is the version of the store's list that was taken over last,
/// empty at first: when it is the same still, nothing is read. Errors: those of load_forgotten and add_to_forgotten.
[[nodiscard]] Status take_over_forgotten(const ObjectStore& store, const std::filesystem::path& file, std::string_view key_id,
                                         std::string& seen);

}  // namespace vieweratlas
