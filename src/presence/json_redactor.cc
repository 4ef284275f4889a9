#include "presence/json_redactor.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "presence/block.h"
#include "presence/framing.h"
#include "presence/json_string.h"
#include "presence/snapshot_fields.h"
#include "presence/text_edits.h"

#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/redact.h"

namespace vieweratlas::presence_internal {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMaxDepth = 64;  // deeper than any format; keeps the walk from running out of stack
constexpr std::string_view kBlank = " \t\r\n";
/// Lists beside `chatters` that say something about the chatter at the same place.
constexpr std::array<std::string_view, 3> kBeside{"messages", "logins", "ids"};
constexpr std::size_t kLogins = 1;
/// An object in here is a person, and what holds it is what that person said.
constexpr std::array<std::string_view, 1> kPersons{"commenter"};

bool is_blank(char c) { return kBlank.find(c) != kNone; }

struct NameField {
  std::string_view key;
  bool is_id = false;
};
constexpr std::array<NameField, 9> kNameFields{{{"id", true},
                                                {"user_id", true},
                                                {"_id", true},
                                                {"login", false},
                                                {"user_login", false},
                                                {"username", false},
                                                {"user_name", false},
                                                {"name", false},
                                                {"display_name", false}}};

/// Whether the value that follows `text`, which ends behind a key, is a person's name: only the key can say so, for a channel may have
/// the same name.
bool is_of_person(std::string_view text) {
  const std::size_t key_end = text.rfind('"');
  const std::size_t key_begin = key_end == kNone || key_end == 0 ? kNone : text.substr(0, key_end).rfind('"');
  if (key_begin == kNone) return false;
  const std::string_view key = text.substr(key_begin + 1, key_end - key_begin - 1);
  if (equals_ignoring_case(key, "display_name")) return false;
  return equals_ignoring_case(key, "chatter") ||
         std::any_of(kNameFields.begin(), kNameFields.end(), [&](const NameField& field) { return equals_ignoring_case(field.key, key); });
}

}  // namespace

void JsonRedactor::Frame::clear() {
  has_chatters = false;
  chatters.clear();
  num_beside = 0;
  logins = 0;
  row_chatter.reset();
  row_name = {};
  names = {};
  person.reset();
}

std::vector<JsonRedactor::Element>& JsonRedactor::Frame::next_beside() {
  if (num_beside == beside.size()) beside.emplace_back();
  beside[num_beside].clear();
  return beside[num_beside++];
}

void JsonRedactor::find(std::string_view text, Framing framing, TextEdits& edits, Redaction& redaction) {
  text_ = text;
  edits_ = &edits;
  redaction_ = &redaction;
  unescaped_.clear();
  if (framing == Framing::kLines) {
    find_in_lines();
  } else {
    find_in_objects(0, text.size());
  }
}

void JsonRedactor::find_in_lines() {
  for (std::size_t begin = 0; begin < text_.size();) {
    const std::size_t newline = text_.find('\n', begin);
    const std::size_t next = newline == kNone ? text_.size() : newline + 1;
    at_ = begin;
    end_ = next;
    skip_blank();
    if (at_ == end_) {
      begin = next;
      continue;
    }
    const std::size_t mark = edits_->size();
    const Redaction counted = *redaction_;
    Verdict verdict = text_[at_] == '{' ? walk_value(0, nullptr) : Verdict::kBroken;
    if (verdict != Verdict::kBroken) {
      skip_blank();
      if (at_ != end_) verdict = Verdict::kBroken;
    }
    if (verdict == Verdict::kRemove) edits_->cut(begin, next);
    if (verdict == Verdict::kBroken) {
      edits_->shrink(mark);
      *redaction_ = counted;
      const bool is_sequence =
          trim(text_.substr(begin, next - begin)).starts_with('[') || object_end(text_.substr(0, next), begin) != kNone;
      if (is_sequence) {
        find_in_objects(begin, next);
      } else {
        find_loose(begin, next);
      }
    }
    unescaped_.clear();
    begin = next;
  }
}

/// Objects that follow each other, with or without commas and brackets between them.
void JsonRedactor::find_in_objects(std::size_t begin, std::size_t end) {
  records_.clear();
  const std::string_view text = text_.substr(0, end);
  for (std::size_t at = next_object(text, begin); at != kNone; at = next_object(text, at)) {
    at_ = at;
    end_ = end;
    const std::size_t mark = edits_->size();
    const Redaction counted = *redaction_;
    const Verdict verdict = walk_value(0, nullptr);
    if (verdict == Verdict::kBroken) {
      edits_->shrink(mark);
      *redaction_ = counted;
      // Where a damaged record ends is a matter of opinion: parsers that have another one than we must not find a name either.
      find_loose(at, end);
      break;
    }
    records_.push_back({.begin = at, .end = at_, .is_removed = verdict == Verdict::kRemove});
    unescaped_.clear();
    at = at_;
  }
  edits_->cut_elements(records_, [this](std::size_t i) { return records_[i].is_removed; });
}

/// In a record that is damaged: each quoted text that is a forgotten name, except in the place of a key or of another field.
void JsonRedactor::find_loose(std::size_t begin, std::size_t end) {
  constexpr std::size_t kMaxNameBytes = 64;
  for (std::size_t quote = text_.find('"', begin); quote < end;) {
    std::size_t close = text_.find('"', quote + 1);
    close = close > end ? end : close;  // the end of the text may have taken the quote
    const std::string_view name = text_.substr(quote + 1, close - quote - 1);
    if (!name.empty() && name.size() <= kMaxNameBytes && name.find_first_of(":,{}[]") == kNone) {
      loose_token({.begin = quote, .end = std::min(close + 1, end)}, begin, end);
    }
    quote = close;  // damage may have turned inside and outside: each quote may be an opening one
    if (quote >= end) break;
  }
}

void JsonRedactor::loose_token(TextSpan quoted, std::size_t begin, std::size_t end) {
  std::size_t after = quoted.end;
  while (after < end && is_blank(text_[after])) ++after;
  if (after < end && text_[after] == ':') return;  // a key
  std::size_t before = quoted.begin;
  while (before > begin && is_blank(text_[before - 1])) --before;
  const bool is_value = before > begin && text_[before - 1] == ':';
  std::string_view name = text_.substr(quoted.begin + 1, quoted.end - quoted.begin - 1);
  if (name.ends_with('"')) name.remove_suffix(1);
  name = plain_text(name);
  if (is_value) {
    if (is_of_person(text_.substr(begin, before - 1 - begin)) && judge_name({.name = name})) edits_->replace(quoted, "\"\"");
    return;
  }
  if (!judge_name({.name = name})) return;
  if (after < end && text_[after] == ',') {
    edits_->cut(quoted.begin, after + 1);
  } else if (before > begin && text_[before - 1] == ',') {
    edits_->cut(before - 1, quoted.end);
  } else {
    edits_->cut(quoted.begin, quoted.end);
  }
}

void JsonRedactor::skip_blank() {
  while (at_ < end_ && is_blank(text_[at_])) ++at_;
}

void JsonRedactor::skip_separators() {
  while (at_ < end_ && (is_blank(text_[at_]) || text_[at_] == ',')) ++at_;
}

bool JsonRedactor::skip_string() {
  const std::size_t end = json_string_end(text_.substr(0, end_), at_);
  if (end == kNone) return false;
  at_ = end;
  return true;
}

void JsonRedactor::skip_scalar() {
  while (at_ < end_ && std::string_view(",]}:\"{[").find(text_[at_]) == kNone && !is_blank(text_[at_])) ++at_;
}

/// Steps over the value at at_. For an object that is not taken for a record, `names` gets the names in it.
JsonRedactor::Verdict JsonRedactor::walk_value(std::size_t depth, Names* names) {
  if (at_ >= end_ || depth > kMaxDepth) return Verdict::kBroken;
  switch (text_[at_]) {
    case '"': return skip_string() ? Verdict::kKeep : Verdict::kBroken;
    case '{': return walk_object(depth, names);
    case '[': return walk_array(depth);
    default: break;
  }
  const std::size_t begin = at_;
  skip_scalar();
  return at_ > begin ? Verdict::kKeep : Verdict::kBroken;
}

JsonRedactor::Verdict JsonRedactor::walk_object(std::size_t depth, Names* names) {
  Frame& frame = frame_at(depth);
  frame.clear();
  ++at_;
  for (;;) {
    skip_separators();
    if (at_ >= end_) return Verdict::kBroken;
    if (text_[at_] == '}') break;
    if (walk_member(depth, frame) == Verdict::kBroken) return Verdict::kBroken;
  }
  ++at_;
  if (names != nullptr) *names = frame.names;
  return judge(frame);
}

JsonRedactor::Verdict JsonRedactor::walk_member(std::size_t depth, Frame& frame) {
  const std::size_t key_begin = at_;
  if (text_[at_] != '"' || !skip_string()) return Verdict::kBroken;
  const std::string_view key = text_of(key_begin, at_);
  skip_blank();
  if (at_ >= end_ || text_[at_] != ':') return Verdict::kBroken;
  ++at_;
  skip_blank();
  if (at_ >= end_) return Verdict::kBroken;
  const std::optional<FieldName> field = field_of(key);
  if (text_[at_] == '[') {
    if (field && field->field == Field::kChatters) {
      if (frame.has_chatters) {  // a second list, which readers add to the first
        judge_chatters(frame);
        frame.num_beside = 0;
        frame.logins = 0;
      }
      frame.has_chatters = true;
      frame.chatters.clear();
      return walk_list(depth, frame.chatters);
    }
    const auto* beside = std::find(kBeside.begin(), kBeside.end(), key);
    if (beside == kBeside.end()) return walk_array(depth + 1);
    if (static_cast<std::size_t>(beside - kBeside.begin()) == kLogins) frame.logins = frame.num_beside + 1;
    return walk_list(depth, frame.next_beside());
  }
  const std::size_t begin = at_;
  Names names;
  const Verdict verdict = walk_value(depth + 1, &names);
  if (verdict == Verdict::kBroken) return verdict;
  if (text_[begin] == '{') {
    if (std::find(kPersons.begin(), kPersons.end(), key) != kPersons.end()) frame.person = names;
    return Verdict::kKeep;
  }
  take_name(frame.names, key, begin);
  if (field && field->field == Field::kChatter && text_[begin] == '"') {
    frame.row_chatter = {.begin = begin, .end = at_};
    frame.row_name = text_of(begin, at_);
  }
  return Verdict::kKeep;
}

/// The elements of a list of chatters or of what belongs to them.
JsonRedactor::Verdict JsonRedactor::walk_list(std::size_t depth, std::vector<Element>& elements) {
  ++at_;
  for (;;) {
    skip_separators();
    if (at_ >= end_) return Verdict::kBroken;
    if (text_[at_] == ']') break;
    Element element{.begin = at_, .is_object = text_[at_] == '{'};
    Names names;
    if (walk_value(depth + 1, &names) == Verdict::kBroken) return Verdict::kBroken;
    element.end = at_;
    element.id = names.id;
    element.login = names.login;
    elements.push_back(element);
  }
  ++at_;
  return Verdict::kKeep;
}

/// An array of anything else: records in it that are a forgotten person's go.
JsonRedactor::Verdict JsonRedactor::walk_array(std::size_t depth) {
  if (depth > kMaxDepth) return Verdict::kBroken;
  while (lists_.size() <= depth) lists_.emplace_back();
  std::vector<Element>& elements = lists_[depth];
  elements.clear();
  bool any = false;
  ++at_;
  for (;;) {
    skip_separators();
    if (at_ >= end_) return Verdict::kBroken;
    if (text_[at_] == ']') break;
    Element element{.begin = at_};
    const Verdict verdict = walk_value(depth + 1, nullptr);
    if (verdict == Verdict::kBroken) return verdict;
    element.end = at_;
    element.is_removed = verdict == Verdict::kRemove;
    any = any || element.is_removed;
    elements.push_back(element);
  }
  ++at_;
  if (any) edits_->cut_elements(elements, [&elements](std::size_t i) { return elements[i].is_removed; });
  return Verdict::kKeep;
}

/// Called at the end of an object.
JsonRedactor::Verdict JsonRedactor::judge(Frame& frame) {
  if (frame.has_chatters) judge_chatters(frame);
  if (frame.row_chatter && judge_name({.name = frame.row_name})) {
    if (!frame.has_chatters) return Verdict::kRemove;
    edits_->replace(*frame.row_chatter, "null");
  }
  if (frame.person && judge_name({.name = {}, .id = frame.person->id, .login = frame.person->login})) return Verdict::kRemove;
  return Verdict::kKeep;
}

void JsonRedactor::judge_chatters(Frame& frame) {
  std::vector<Element>& chatters = frame.chatters;
  const std::vector<Element>* logins = frame.logins == 0 ? nullptr : &frame.beside[frame.logins - 1];
  const bool logins_belong = logins != nullptr && logins->size() == chatters.size();
  bool any = false;
  for (std::size_t i = 0; i < chatters.size(); ++i) {
    Element& chatter = chatters[i];
    NamedViewer viewer{.name = {}, .id = chatter.id, .login = chatter.login};
    if (!chatter.is_object) viewer.name = text_of(chatter.begin, chatter.end);
    if (logins_belong && viewer.login.empty() && text_[(*logins)[i].begin] == '"') {  // null is nobody's login
      viewer.login = text_of((*logins)[i].begin, (*logins)[i].end);
    }
    chatter.is_removed = judge_name(viewer);
    any = any || chatter.is_removed;
  }
  if (any) edits_->cut_elements(chatters, [&chatters](std::size_t i) { return chatters[i].is_removed; });
  for (std::size_t list = 0; list < frame.num_beside; ++list) {
    std::vector<Element>& beside = frame.beside[list];
    if (beside.size() == chatters.size()) {
      if (any) edits_->cut_elements(beside, [&chatters](std::size_t i) { return chatters[i].is_removed; });
    } else if (list + 1 == frame.logins) {
      // Out of step: at least the names go.
      for (Element& login : beside) login.is_removed = judge_name({.name = text_of(login.begin, login.end)});
      edits_->cut_elements(beside, [&beside](std::size_t i) { return beside[i].is_removed; });
    }
  }
}

bool JsonRedactor::judge_name(const NamedViewer& viewer) {
  ++redaction_->num_viewers;
  if (!(*test_)(viewer)) return false;
  ++redaction_->num_removed;
  return true;
}

JsonRedactor::Frame& JsonRedactor::frame_at(std::size_t depth) {
  while (frames_.size() <= depth) frames_.emplace_back();
  return frames_[depth];
}

/// The text of a string, unescaped, or the characters of a number; trimmed, as the reader does.
std::string_view JsonRedactor::text_of(std::size_t begin, std::size_t end) {
  std::string_view token = text_.substr(begin, end - begin);
  if (!token.starts_with('"')) return token;
  return plain_text(token.substr(1, token.size() - 2));
}

/// What the reader makes of the `inside` of a string: unescaped, what is no text replaced by blanks, trimmed.
std::string_view JsonRedactor::plain_text(std::string_view inside) {
  if (inside.find('\\') != kNone) inside = unescaped_.emplace_back(unescape_json(inside));
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(inside.begin(), inside.end(), is_control)) {
    std::string& clean = unescaped_.emplace_back(inside);
    std::replace_if(clean.begin(), clean.end(), is_control, ' ');
    inside = clean;
  }
  return trim(inside);
}

/// The value of the member `key` is from `begin` to at_.
void JsonRedactor::take_name(Names& names, std::string_view key, std::size_t begin) {
  const auto* known = std::find_if(kNameFields.begin(), kNameFields.end(), [&](const NameField& field) { return field.key == key; });
  if (known == kNameFields.end()) return;
  const auto rank = static_cast<unsigned>(known - kNameFields.begin());
  unsigned& best = known->is_id ? names.id_rank : names.login_rank;
  if (rank >= best) return;
  const std::string_view text = text_of(begin, at_);
  if (text.empty() || text == "null") return;
  best = rank;
  (known->is_id ? names.id : names.login) = text;
}

}  // namespace vieweratlas::presence_internal
