#include "presence/json_records.h"

#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "presence/block.h"
#include "presence/framing.h"
#include "presence/intake.h"
#include "presence/loss_log.h"
#include "presence/snapshot_fields.h"
#include "presence/staged_chatters.h"
#include "presence/viewer_key.h"

#include "vieweratlas/core/text.h"

namespace vieweratlas::presence_internal {
namespace {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

namespace ondemand = simdjson::ondemand;

enum class Outcome {
  kSnapshot,  ///< taken
  kUseless,   ///< a snapshot without channel or time: counted
  kForeign,   ///< well-formed, but no snapshot
  kRound,     ///< what a collector says of a whole round
  kMore,      ///< a whole object that is followed by something else; not taken
  kInvalid,
  kInvalidUtf8,
  kControlCharacters,
};

Outcome outcome_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR: return Outcome::kInvalidUtf8;
    case simdjson::UNESCAPED_CHARS: return Outcome::kControlCharacters;
    case simdjson::INCORRECT_TYPE: return Outcome::kForeign;
    default: return Outcome::kInvalid;
  }
}

/// Ends a text with a NUL for as long as it lives. The parser's iterator trusts that no structural character follows a document;
/// where records follow each other one does, and would lead a malformed record into the next.
class Terminator {
 public:
  /// `text` is followed by at least one byte of writable memory.
  explicit Terminator(std::string_view text) : end_(const_cast<char*>(text.data()) + text.size()), kept_(*end_) { *end_ = '\0'; }
  Terminator(const Terminator&) = delete;
  Terminator& operator=(const Terminator&) = delete;
  ~Terminator() { *end_ = kept_; }

 private:
  char* end_;
  char kept_;
};

/// Which field of a chatter object names the viewer: ids before logins.
std::optional<unsigned> rank_of_name(std::string_view field) {
  constexpr std::string_view kNames[] = {"id", "user_id", "login", "user_login", "username", "user_name", "name"};
  const auto* known = std::find(std::begin(kNames), std::end(kNames), field);
  if (known == std::end(kNames)) return std::nullopt;
  return static_cast<unsigned>(known - std::begin(kNames));
}
constexpr unsigned kNumIdRanks = 2;
constexpr unsigned kNoRank = 99;

/// Names of a chatter object that nobody is counted by, but somebody may be recognised by who is to be forgotten.
constexpr std::string_view kFurtherId = "_id";
constexpr std::string_view kFurtherLogin = "display_name";

}  // namespace

/// What a chatter object says of who it is.
struct ChatterNames {
  unsigned id_rank = kNoRank;
  unsigned login_rank = kNoRank;
  std::string_view id;
  std::string_view login;
  std::string_view further_id;
  std::string_view further_login;
};

class JsonRecords::Reader {
 public:
  explicit Reader(Intake& intake) : intake_(&intake), chatters_(intake) {}

  void read(const Block& block) {
    block_ = &block;
    if (block.framing == Framing::kLines) {
      read_lines();
    } else {
      read_objects(block.text, block.first_line, block.is_last);
    }
  }

 private:
  void read_lines();
  void read_broken_line(std::string_view line, std::uint64_t number, bool is_cut_off);
  void read_objects(std::string_view text, std::uint64_t first_line, bool is_end);
  void lose_tail(std::uint64_t line, std::string_view text);

  Outcome take(std::string_view object, std::uint64_t line);
  Outcome take_repaired(std::string_view object, std::uint64_t line);
  Outcome parse(std::string_view object);
  Outcome walk(std::string_view object);
  Outcome commit(std::uint64_t line);
  [[nodiscard]] std::string_view token_of(ondemand::value& value) const;
  simdjson::error_code read_field(ondemand::field field);
  simdjson::error_code read_chatters(ondemand::value value);
  void read_beside(std::string_view token, Field field);
  simdjson::error_code read_chatter(ondemand::value value);
  simdjson::error_code read_chatter_object(ondemand::value value);
  simdjson::error_code read_chatter_field(ondemand::field& field, ChatterNames& names);
  simdjson::error_code read_name(ondemand::value value, bool is_id, std::string_view& text);
  void stage(std::string_view name);

  Intake* intake_;
  const Block* block_ = nullptr;
  ondemand::parser parser_;
  std::string repaired_;
  std::string_view object_;
  // Of the record being parsed; taken over by commit() when the record turns out to be whole.
  RawFields fields_;
  StagedChatters chatters_;
  bool chatters_is_array_ = false;
};

void JsonRecords::Reader::read_lines() {
  std::string_view rest = block_->text;
  for (std::uint64_t number = block_->first_line; !rest.empty(); ++number) {
    const std::size_t newline = rest.find('\n');
    const bool is_cut_off = newline == std::string_view::npos;
    const std::string_view line = trim(rest.substr(0, newline));
    rest.remove_prefix(is_cut_off ? rest.size() : newline + 1);
    if (line.empty()) continue;
    const Outcome outcome = line.starts_with('{') ? take(line, number) : Outcome::kInvalid;
    if (outcome == Outcome::kInvalid || outcome == Outcome::kMore) read_broken_line(line, number, is_cut_off && block_->is_last);
  }
}

/// A line that is not one object: several, an array, or a record that was cut off when its writer ended, in which case the next
/// writer's first record may follow on the same line.
void JsonRecords::Reader::read_broken_line(std::string_view line, std::uint64_t number, bool is_cut_off) {
  if (line.starts_with('[') || (line.starts_with('{') && object_end(line, 0) != std::string_view::npos)) {
    read_objects(line, number, is_cut_off);
    return;
  }
  constexpr int kMaxAttempts = 64;  // a bound for lines of garbage
  std::size_t at = line.find("{\"", 1);
  for (int attempt = 0; attempt < kMaxAttempts && at != std::string_view::npos; ++attempt, at = line.find("{\"", at + 1)) {
    if (object_end(line, at) != line.size()) continue;
    if (take(line.substr(at), number) == Outcome::kSnapshot) {
      intake_->losses().add(reason::kTruncatedJson, {block_->file, number}, "a record was cut off and the next one follows on its line",
                            line);
      return;
    }
  }
  if (is_cut_off) {
    lose_tail(number, line);
  } else {
    intake_->losses().add(reason::kInvalidJson, {block_->file, number}, "this line is no JSON object", line);
  }
}

void JsonRecords::Reader::read_objects(std::string_view text, std::uint64_t first_line, bool is_end) {
  constexpr std::string_view kBetween = " \t\r\n,[]";
  std::uint64_t line = first_line;
  std::size_t counted = 0;  // `line` is that of this position
  for (std::size_t at = text.find_first_not_of(kBetween); at != std::string_view::npos; at = text.find_first_not_of(kBetween, at)) {
    line += static_cast<std::uint64_t>(
        std::count(text.begin() + static_cast<std::ptrdiff_t>(counted), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    counted = at;
    if (text[at] != '{') {
      block_->tally->add_foreign(line);  // whatever stands between two objects counts as one record
      at = next_object(text, at);
      if (at == std::string_view::npos) return;
      continue;
    }
    // Most files are one object: no need to look for its end first.
    std::size_t end = text.size();
    Outcome outcome = take(trim(text.substr(at)), line);
    if (outcome == Outcome::kMore || outcome == Outcome::kInvalid) {
      end = object_end(text, at);
      if (end == std::string_view::npos) {
        if (is_end) {
          lose_tail(line, text.substr(at));
        } else {
          intake_->losses().add(reason::kTruncatedJson, {block_->file, line}, "a record is cut off", text.substr(at));
        }
        return;
      }
      outcome = take(text.substr(at, end - at), line);
      if (outcome == Outcome::kInvalid || outcome == Outcome::kMore) {
        intake_->losses().add(reason::kInvalidJson, {block_->file, line}, "this record is no valid JSON", text.substr(at, end - at));
      }
    }
    at = end;
  }
}

/// The file ends inside of a record that starts at `line`.
void JsonRecords::Reader::lose_tail(std::uint64_t line, std::string_view text) {
  block_->tally->ends_open.store(true, std::memory_order_relaxed);
  if (block_->being_written) {
    block_->tally->unfinished.store(true, std::memory_order_relaxed);
  } else {
    intake_->losses().add(reason::kTruncatedJson, {block_->file, line}, "the file ends in the middle of this record", text);
  }
}

/// Parses and commits one record.
Outcome JsonRecords::Reader::take(std::string_view object, std::uint64_t line) {
  const Outcome outcome = parse(object);
  if (outcome == Outcome::kSnapshot) return commit(line);
  if (outcome == Outcome::kForeign) block_->tally->add_foreign(line);
  if (outcome == Outcome::kRound) block_->tally->num_round_records.fetch_add(1, std::memory_order_relaxed);
  if (outcome == Outcome::kInvalidUtf8 || outcome == Outcome::kControlCharacters) return take_repaired(object, line);
  return outcome;
}

/// Bytes that JSON forbids are replaced, so that they cost their character and not the record.
Outcome JsonRecords::Reader::take_repaired(std::string_view object, std::uint64_t line) {
  const Place place{block_->file, line};
  const bool malformed = !is_utf8(object);
  const bool controls = std::any_of(object.begin(), object.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  std::string clean = malformed ? sanitise_utf8(object) : std::string(object);
  std::replace_if(clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  repaired_ = std::move(clean);
  const std::size_t size = repaired_.size();
  repaired_.append(kPadding, '\0');
  const Outcome outcome = parse(std::string_view(repaired_).substr(0, size));
  if (outcome == Outcome::kForeign) block_->tally->add_foreign(line);
  if (outcome == Outcome::kRound) block_->tally->num_round_records.fetch_add(1, std::memory_order_relaxed);
  if (outcome == Outcome::kForeign || outcome == Outcome::kRound || outcome == Outcome::kMore) return outcome;
  if (outcome != Outcome::kSnapshot) return Outcome::kInvalid;
  if (malformed) intake_->losses().add(reason::kInvalidUtf8, place, "bytes that are no UTF-8 were replaced");
  if (!malformed && controls) intake_->losses().add(reason::kControlCharacters, place, "control characters were replaced by spaces");
  return commit(line);
}

Outcome JsonRecords::Reader::parse(std::string_view object) {
  fields_.clear();
  chatters_.clear();
  chatters_is_array_ = false;
  object_ = object;
  const Terminator terminator(object);
  const Outcome outcome = walk(object);
  if (outcome != Outcome::kSnapshot) return outcome;
  if (fields_.has(Field::kRecord)) return fields_[Field::kRecord].text == "round" ? Outcome::kRound : Outcome::kForeign;
  const bool is_snapshot =
      fields_.has(Field::kChatters) || fields_.has(Field::kChatter) || (fields_.has(Field::kChannel) && fields_.has(Field::kTime));
  return is_snapshot ? Outcome::kSnapshot : Outcome::kForeign;
}

Outcome JsonRecords::Reader::walk(std::string_view object) {
  ondemand::document document;
  if (const auto error = parser_.iterate(object.data(), object.size(), object.size() + kPadding).get(document)) return outcome_of(error);
  ondemand::object root;
  if (const auto error = document.get_object().get(root)) return outcome_of(error);
  for (auto member : root) {
    ondemand::field field;
    if (std::move(member).get(field) != simdjson::SUCCESS) return Outcome::kInvalid;
    if (read_field(field) != simdjson::SUCCESS) return Outcome::kInvalid;
  }
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? Outcome::kSnapshot : Outcome::kMore;
}

Outcome JsonRecords::Reader::commit(std::uint64_t line) {
  const Place place{block_->file, line};
  LossLog& losses = intake_->losses();
  chatters_.refuse_by_logins();
  const RawValue& chatter = fields_[Field::kChatter];
  if (chatter.kind == RawValue::Kind::kOther) {
    chatters_.add_wrong(chatter.text);
  } else if (fields_.has(Field::kChatter)) {
    stage(chatter.text);
  }
  if (!fields_.has(Field::kChatters) && !fields_.has(Field::kChatter)) {
    losses.add(reason::kMissingChatters, place, "this snapshot has no field \"chatters\"");
    return Outcome::kUseless;
  }
  auto facts = interpret(fields_, Carrier::kJson, *block_->file_name, place, losses);
  if (!facts) {
    chatters_.lose();
    return Outcome::kUseless;
  }
  if (fields_.has(Field::kChatters) && !chatters_is_array_) losses.add(reason::kWrongChatters, place, "chatters is no list");
  if (chatters_.num_wrong() > 0)
    losses.add(reason::kWrongChatter, place, "a chatter has no name", chatters_.first_wrong(), chatters_.num_wrong());
  chatters_.commit(intake_->open(*std::move(facts)));
  block_->tally->num_snapshots.fetch_add(1, std::memory_order_relaxed);
  return Outcome::kSnapshot;
}

/// A value's first token without the blanks after it; empty when a malformed record led beyond its end.
std::string_view JsonRecords::Reader::token_of(ondemand::value& value) const {
  std::string_view token = value.raw_json_token();
  const char* end = object_.data() + object_.size();
  if (token.data() > end || token.size() > static_cast<std::size_t>(end - token.data())) return {};
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  return token;
}

simdjson::error_code JsonRecords::Reader::read_field(ondemand::field field) {
  std::string_view key;
  if (const auto error = field.unescaped_key().get(key)) return error;
  const auto name = field_of(key);
  if (!name || (name->field == Field::kMessages && !intake_->wants_messages())) return simdjson::SUCCESS;  // the iterator steps over it
  ondemand::value value = field.value();
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  const std::string_view token = token_of(value);
  if (type == ondemand::json_type::null) return simdjson::SUCCESS;
  if (type == ondemand::json_type::array && name->field == Field::kChatters) {
    fields_.set(*name, RawValue::Kind::kOther, token);
    return read_chatters(value);
  }
  if (type == ondemand::json_type::array && name->field == Field::kLogins && (intake_->wants_logins() || intake_->may_refuse())) {
    read_beside(token, name->field);
    return simdjson::SUCCESS;
  }
  if (name->field == Field::kMessages) {
    if (type == ondemand::json_type::array) read_beside(token, name->field);
    return simdjson::SUCCESS;
  }
  if (type == ondemand::json_type::string) {
    std::string_view text;
    if (const auto error = value.get_string().get(text)) return error;
    fields_.set(*name, RawValue::Kind::kText, text);
    return simdjson::SUCCESS;
  }
  if (type == ondemand::json_type::number) {
    if (const auto error = value.get_double().error()) return error;  // the iterator does not look at what it steps over
  }
  fields_.set(*name, type == ondemand::json_type::number ? RawValue::Kind::kNumber : RawValue::Kind::kOther, token);
  return simdjson::SUCCESS;
}

simdjson::error_code JsonRecords::Reader::read_chatters(ondemand::value value) {
  chatters_is_array_ = true;
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return error;
  for (auto element : array) {
    ondemand::value chatter;
    if (const auto error = std::move(element).get(chatter)) return error;
    // The common case without a copy: a plain lower-case name between quotes.
    const std::string_view token = token_of(chatter);
    if (token.size() > 2 && token.front() == '"' && token.back() == '"') {
      const std::string_view name = token.substr(1, token.size() - 2);
      if (!needs_care(name) && name.front() > ' ' && name.back() > ' ') {
        chatters_.add(key_of_lower(name), name);
        continue;
      }
    }
    if (const auto error = read_chatter(chatter)) return error;
  }
  return simdjson::SUCCESS;
}

/// Reads a list beside the chatters, whose first token is `token`, past the parser: it steps over the list either way, so that a list
/// that is malformed costs no record that others read without it.
void JsonRecords::Reader::read_beside(std::string_view token, Field field) {
  if (token.empty()) return;
  const std::string_view text = object_.substr(static_cast<std::size_t>(token.data() - object_.data()));
  field == Field::kLogins ? chatters_.set_logins(text) : chatters_.set_messages(text);
}

simdjson::error_code JsonRecords::Reader::read_chatter(ondemand::value value) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::object) return read_chatter_object(value);
  const std::string_view token = token_of(value);
  if (type == ondemand::json_type::string) {
    std::string_view text;
    if (const auto error = value.get_string().get(text)) return error;
    stage(text);
  } else if (type == ondemand::json_type::number) {
    stage(token);
  } else {
    chatters_.add_wrong(token);
  }
  return simdjson::SUCCESS;
}

simdjson::error_code JsonRecords::Reader::read_chatter_object(ondemand::value value) {
  ondemand::object object;
  if (const auto error = value.get_object().get(object)) return error;
  ChatterNames names;
  for (auto member : object) {
    ondemand::field field;
    if (const auto error = std::move(member).get(field)) return error;
    if (const auto error = read_chatter_field(field, names)) return error;
  }
  const std::string_view any_id = names.id.empty() ? names.further_id : names.id;
  const std::string_view any_login = names.login.empty() ? names.further_login : names.login;
  if (intake_->may_refuse() && chatters_.take_refused(any_id, any_login)) return simdjson::SUCCESS;
  if (names.id.empty() && names.login.empty()) {
    chatters_.add_wrong("{}");
  } else {
    chatters_.add_named(names.id, names.login);
  }
  return simdjson::SUCCESS;
}

/// Of several names of a kind that with the lowest rank counts.
simdjson::error_code JsonRecords::Reader::read_chatter_field(ondemand::field& field, ChatterNames& names) {
  std::string_view key;
  if (const auto error = field.unescaped_key().get(key)) return error;
  const auto rank = rank_of_name(key);
  std::string_view text;
  if (!rank) {
    if (!intake_->may_refuse() || (key != kFurtherId && key != kFurtherLogin)) return simdjson::SUCCESS;
    if (const auto error = read_name(field.value(), key == kFurtherId, text)) return error;
    (key == kFurtherId ? names.further_id : names.further_login) = text;
    return simdjson::SUCCESS;
  }
  const bool is_id = *rank < kNumIdRanks;
  if (const auto error = read_name(field.value(), is_id, text)) return error;
  unsigned& best_rank = is_id ? names.id_rank : names.login_rank;
  if (text.empty() || *rank >= best_rank) return simdjson::SUCCESS;
  best_rank = *rank;
  (is_id ? names.id : names.login) = text;
  return simdjson::SUCCESS;
}

/// An id or a login: text, or for an id a number. Of anything else `text` is left empty.
simdjson::error_code JsonRecords::Reader::read_name(ondemand::value value, bool is_id, std::string_view& text) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::string) {
    if (const auto error = value.get_string().get(text)) return error;
  } else if (type == ondemand::json_type::number && is_id) {
    text = token_of(value);
  }
  text = trim(text);
  return simdjson::SUCCESS;
}

void JsonRecords::Reader::stage(std::string_view name) {
  name = trim(name);
  if (name.empty()) {
    chatters_.add_wrong("\"\"");
  } else {
    chatters_.add(name);
  }
}

JsonRecords::JsonRecords(Intake& intake) : reader_(std::make_unique<Reader>(intake)) {}
JsonRecords::~JsonRecords() = default;

void JsonRecords::read(const Block& block) { reader_->read(block); }

}  // namespace vieweratlas::presence_internal
