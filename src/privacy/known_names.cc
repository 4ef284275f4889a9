#include "privacy/known_names.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "vieweratlas/core/text.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {
namespace {

bool has_capitals(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

bool NameSet::add(std::string_view name) { return names_.insert(to_lower(name)).second; }

bool NameSet::contains(std::string_view name) const { return has_capitals(name) ? names_.contains(to_lower(name)) : names_.contains(name); }

bool KnownNames::add_id(std::string_view id) {
  const bool is_new = ids_.add(id);
  ids_.add(pseudonym_of_id(id).hex());
  return is_new;
}

bool KnownNames::add_login(std::string_view login) {
  const bool is_new = logins_.add(login);
  logins_.add(pseudonym_of_login(login).hex());
  return is_new;
}

void KnownNames::add(const ForgottenList& list) {
  for (const Pseudonym& id : list.ids()) ids_.add(id.hex());
  for (const Pseudonym& login : list.logins()) logins_.add(login.hex());
}

// A text of 24 hex digits is taken for a pseudonym: no id is that long, and a login of that look is nobody's.

Pseudonym KnownNames::pseudonym_of_id(std::string_view id) const {
  const std::optional<Pseudonym> pseudonym = Pseudonym::from_hex(id);
  return pseudonym ? *pseudonym : key_->of_id(platform_, id);
}

Pseudonym KnownNames::pseudonym_of_login(std::string_view login) const {
  const std::optional<Pseudonym> pseudonym = Pseudonym::from_hex(login);
  return pseudonym ? *pseudonym : key_->of_login(platform_, login);
}

}  // namespace vieweratlas
