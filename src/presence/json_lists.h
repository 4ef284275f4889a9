#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/viewer_key.h"

// Lists that stand beside the chatters of a snapshot, one element for each. They are read apart from the record: what is wrong in them
// costs the list and not the record.

namespace vieweratlas::presence_internal {

/// The keys of the names in the JSON array that `text` begins with; no key for what is no name. Empty when that is no list.
/// Returns whether one of them is no pseudonym.
bool read_logins(std::string_view text, std::vector<ViewerKey>& logins);

/// Texts, some of which are of its own.
class NameList {
 public:
  void add(std::string_view name) { names_.push_back(name); }
  void add_copy(std::string name) { names_.emplace_back(copies_.emplace_back(std::move(name))); }
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t i) const { return names_[i]; }

 private:
  std::vector<std::string_view> names_;
  std::deque<std::string> copies_;
};

/// Appends the names in the JSON array that `text` begins with, trimmed; an empty text for what is no name. False when that is no list.
[[nodiscard]] bool read_names(std::string_view text, NameList& names);

/// The numbers in the JSON array that `text` begins with; 0 for what is no number. Empty when that is no list.
void read_messages(std::string_view text, std::vector<std::uint32_t>& messages);

}  // namespace vieweratlas::presence_internal
