#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "vieweratlas/presence/redact.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {

/// Texts of one kind, lower case.
class NameSet {
 public:
  /// Returns whether it was new.
  bool add(std::string_view name);
  [[nodiscard]] bool contains(std::string_view name) const;
  [[nodiscard]] bool empty() const { return names_.empty(); }
  [[nodiscard]] const auto& names() const { return names_; }

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard names it
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> names_;
};

/// All spellings that a file may have for the people that are looked for: plain ids and logins and the pseudonyms of both.
class KnownNames {
 public:
  KnownNames(const ViewerKey& key, std::string_view platform) : key_(&key), platform_(platform) {}

  /// Plain or a pseudonym. Returns whether it was new.
  bool add_id(std::string_view id);
  bool add_login(std::string_view login);
  void add(const ForgottenList& list);

  [[nodiscard]] bool is_id(std::string_view text) const { return !text.empty() && ids_.contains(text); }
  [[nodiscard]] bool is_login(std::string_view text) const { return !text.empty() && logins_.contains(text); }
  /// By text alone.
  [[nodiscard]] bool holds(const NamedViewer& viewer) const {
    return is_id(viewer.id) || is_login(viewer.login) || is_id(viewer.name) || is_login(viewer.name);
  }

  [[nodiscard]] Pseudonym pseudonym_of_id(std::string_view id) const;
  [[nodiscard]] Pseudonym pseudonym_of_login(std::string_view login) const;

 private:
  const ViewerKey* key_;
  std::string platform_;
  NameSet ids_;
  NameSet logins_;
};

}  // namespace vieweratlas
