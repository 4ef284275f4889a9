#include "presence/intake.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "presence/snapshot_fields.h"
#include "presence/viewer_key.h"

#include "vieweratlas/presence/redact.h"

namespace vieweratlas::presence_internal {

std::uint32_t TextTable::number_of(std::string_view text) {
  if (text.empty()) return 0;
  const auto known = numbers_.find(text);
  if (known != numbers_.end()) return known->second;
  const auto it = numbers_.emplace(std::string(text), static_cast<std::uint32_t>(texts_.size())).first;
  texts_.push_back(&it->first);
  return it->second;
}

Intake::OpenRecord Intake::open(SnapshotFacts facts) {
  if (is_for_days()) note_day(facts.time_s);
  if (last_facts_ == facts) return last_record_;
  OpenRecord record{.wanted = wants(facts), .day = day_of(facts.time_s)};
  const bool is_known = passes_over(record.day);
  if (is_known || (is_for_days() && !record.wanted)) {
    record.wanted = false;
    last_facts_ = std::move(facts);
    last_record_ = record;
    return record;
  }
  return add_record(std::move(facts));
}

Intake::OpenRecord Intake::add_record(SnapshotFacts facts) {
  OpenRecord record{.wanted = wants(facts), .day = day_of(facts.time_s)};
  record.number = shared_->num_records.fetch_add(1, std::memory_order_relaxed);
  records_.push_back({.time_s = facts.time_s,
                      .content = facts.content,
                      .viewer_count = facts.viewer_count.value_or(kNoViewerCount),
                      .number = record.number,
                      .seconds_observed = facts.seconds_observed.value_or(kNotObserved),
                      .channel = texts_.number_of(facts.channel),
                      .channel_id = texts_.number_of(facts.channel_id),
                      .display_name = texts_.number_of(facts.display_name),
                      .game = texts_.number_of(facts.game),
                      .language = texts_.number_of(facts.language),
                      .title = texts_.number_of(facts.title),
                      .source = texts_.number_of(facts.source)});
  last_facts_ = std::move(facts);
  last_record_ = record;
  return record;
}

bool Intake::wants(const SnapshotFacts& facts) const {
  if (is_for_days()) return shared_->wants_day(day_of(facts.time_s));
  return facts.time_s >= shared_->since_s && facts.time_s < shared_->until_s;
}

bool Intake::passes_over(std::int32_t day) {
  const std::vector<std::int32_t>& days = shared_->curated_days;
  if (days.empty() || !std::binary_search(days.begin(), days.end(), day)) return false;
  if (shared_->passes_over[file_] != 0) return true;
  curated_days_met_.insert(day);
  return false;
}

void Intake::note_day(std::int64_t time_s) {
  const FileDay file_day{.file = file_, .day = day_of(time_s)};
  if (file_days_.empty() || file_days_.back() != file_day) file_days_.push_back(file_day);
}

void Intake::add_alias(OpenRecord record, const ViewerKey& login, const ViewerKey& id) {
  if (!is_for_days()) {
    aliases_.add(login, id);
  } else if (record.wanted) {
    add_name_pair({.day = record.day, .is_listed = false, .login = login, .id = id});
  }
}

void Intake::add_listed_alias(OpenRecord record, const ViewerKey& login, const ViewerKey& id) {
  if (is_for_days()) {
    if (record.wanted && login != ViewerKey()) add_name_pair({.day = record.day, .is_listed = true, .login = login, .id = id});
  } else if (std::binary_search(shared_->wanted_logins.begin(), shared_->wanted_logins.end(), login)) {
    aliases_.add(login, id);
  }
}

/// Most pairs are told once an hour: repetitions are thrown out each time that the list has doubled.
void Intake::add_name_pair(const NamePair& pair) {
  constexpr std::size_t kMinPairs = std::size_t{1} << 16U;
  name_pairs_.push_back(pair);
  if (name_pairs_.size() < std::max(2 * num_distinct_pairs_, kMinPairs)) return;
  std::sort(name_pairs_.begin(), name_pairs_.end());
  name_pairs_.erase(std::unique(name_pairs_.begin(), name_pairs_.end()), name_pairs_.end());
  num_distinct_pairs_ = name_pairs_.size();
}

bool Intake::asks_to_refuse(const ViewerKey& key, std::string_view name, NameKind kind) {
  // The test makes pseudonyms, which costs more than all other reading of a row; most rows are of viewers met before.
  constexpr std::size_t kNumAnswers = std::size_t{1} << 18U;  // 6 MB a worker
  if (answers_.empty()) answers_.resize(kNumAnswers);
  // An id may be somebody else's login: each place that a name stands in has answers of its own.
  ViewerKey question = key;
  question.high ^= static_cast<std::uint64_t>(kind);
  Answer& answer = answers_[(question.low ^ static_cast<std::uint64_t>(kind)) % kNumAnswers];
  if (answer.key == question) return answer.is_refused;
  NamedViewer viewer;
  if (kind == NameKind::kAny) viewer.name = name;
  if (kind == NameKind::kId) viewer.id = name;
  if (kind == NameKind::kLogin) viewer.login = name;
  answer = {.key = question, .is_refused = shared_->refuse(viewer)};
  return answer.is_refused;
}

}  // namespace vieweratlas::presence_internal
