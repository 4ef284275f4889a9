#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "presence/intake.h"
#include "presence/viewer_key.h"

#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {

/// The chatters of one JSON record, and what lists beside them say, until it is known that the record is whole and what it is of.
/// Each element of the record's list has a place of its own, so that the other lists fit. Thread-compatible.
class StagedChatters {
 public:
  /// Must outlive it.
  explicit StagedChatters(Intake& intake) : intake_(&intake) {}

  void clear();
  /// A bare name, which is not empty.
  void add(const ViewerKey& key, std::string_view name) {
    if (intake_->refuses(key, name)) {
      add_refused();
      return;
    }
    chatters_.push_back(key);
    note_if_plain(name);
  }
  void add(std::string_view name) { add(ViewerTable::key_of(name), name); }
  /// Somebody with names of their own; one of both may be empty.
  void add_named(std::string_view id, std::string_view login);
  /// True, and counted, where somebody with these names is to be refused; either may be empty.
  [[nodiscard]] bool take_refused(std::string_view id, std::string_view login);
  /// Somebody without a name; `text` is what stands there.
  void add_wrong(std::string_view text);
  /// The JSON arrays beside the chatters, from their first character; alive until commit().
  void set_logins(std::string_view text);
  void set_messages(std::string_view text);

  /// Takes out who is refused by the login beside. To be called once, before the next two.
  void refuse_by_logins();
  /// Puts them into the intake as those of `record`.
  void commit(Intake::OpenRecord record);
  void lose() { intake_->count_refused_of_lost_record(num_refused_); }

  [[nodiscard]] std::uint64_t num_wrong() const { return num_wrong_; }
  [[nodiscard]] const std::string& first_wrong() const { return first_wrong_; }

 private:
  void add_refused();
  void note_if_plain(std::string_view name) {
    if (!has_plain_name_ && intake_->wants_plain_names() && !is_pseudonym(name)) has_plain_name_ = true;
  }

  Intake* intake_;
  std::vector<ViewerKey> chatters_;  // by place; no key = nobody, or somebody who is refused
  std::vector<ViewerAlias> aliases_;
  std::vector<ViewerKey> logins_;        // by place
  std::vector<std::uint32_t> messages_;  // by place
  std::string_view logins_text_;         // where somebody may be refused by these
  bool has_plain_name_ = false;
  std::uint64_t num_refused_ = 0;
  std::uint64_t num_wrong_ = 0;
  std::string first_wrong_;
};

}  // namespace vieweratlas::presence_internal
