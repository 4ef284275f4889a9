#include "presence/staged_chatters.h"

#include <cstddef>
#include <string_view>
#include <vector>

#include "presence/intake.h"
#include "presence/json_lists.h"
#include "presence/viewer_key.h"

#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {

void StagedChatters::clear() {
  chatters_.clear();
  aliases_.clear();
  logins_.clear();
  messages_.clear();
  logins_text_ = {};
  has_plain_name_ = false;
  num_refused_ = 0;
  num_wrong_ = 0;
}

void StagedChatters::add_named(std::string_view id, std::string_view login) {
  const std::string_view name = id.empty() ? login : id;
  chatters_.push_back(ViewerTable::key_of(name));
  note_if_plain(name);
  if (id.empty() || login.empty()) return;
  aliases_.push_back({.login = ViewerTable::key_of(login), .id = chatters_.back()});
  note_if_plain(login);
}

bool StagedChatters::take_refused(std::string_view id, std::string_view login) {
  using Kind = Intake::NameKind;
  const bool is_refused = (!id.empty() && intake_->refuses(ViewerTable::key_of(id), id, Kind::kId)) ||
                          (!login.empty() && intake_->refuses(ViewerTable::key_of(login), login, Kind::kLogin));
  if (is_refused) add_refused();
  return is_refused;
}

void StagedChatters::add_refused() {
  chatters_.emplace_back();
  ++num_refused_;
}

void StagedChatters::add_wrong(std::string_view text) {
  if (num_wrong_++ == 0) first_wrong_ = text;
  chatters_.emplace_back();
}

void StagedChatters::set_logins(std::string_view text) {
  if (intake_->may_refuse()) logins_text_ = text;
  if (!intake_->wants_logins()) return;
  const bool has_plain = read_logins(text, logins_);
  has_plain_name_ = has_plain_name_ || has_plain;
}

void StagedChatters::set_messages(std::string_view text) { read_messages(text, messages_); }

void StagedChatters::refuse_by_logins() {
  NameList names;
  if (logins_text_.empty() || !read_names(logins_text_, names) || names.size() != chatters_.size()) return;
  for (std::size_t i = 0; i < chatters_.size(); ++i) {
    if (chatters_[i] == ViewerKey() || names[i].empty()) continue;
    if (!intake_->refuses(ViewerTable::key_of(names[i]), names[i], Intake::NameKind::kLogin)) continue;
    std::erase_if(aliases_, [&](const ViewerAlias& alias) { return alias.id == chatters_[i]; });
    chatters_[i] = {};
    ++num_refused_;
  }
}

void StagedChatters::commit(Intake::OpenRecord record) {
  intake_->count_refused(record, num_refused_);
  if (has_plain_name_) intake_->note_plain_name(record);
  // Where a chatter has no name, it cannot be told which login or number of messages belongs to whom.
  const bool lists_fit = num_wrong_ == 0;
  const bool has_messages = lists_fit && messages_.size() == chatters_.size();
  const bool has_logins = lists_fit && logins_.size() == chatters_.size();
  for (std::size_t i = 0; i < chatters_.size(); ++i) {
    if (chatters_[i] == ViewerKey()) continue;
    intake_->add_row(record, chatters_[i], has_messages ? messages_[i] : 0);
    if (has_logins) intake_->add_listed_alias(record, logins_[i], chatters_[i]);
  }
  for (const ViewerAlias& alias : aliases_) intake_->add_alias(record, alias.login, alias.id);
}

}  // namespace vieweratlas::presence_internal
