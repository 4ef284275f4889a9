#include "presence/json_lists.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "presence/json_string.h"
#include "presence/viewer_key.h"

#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {
namespace {

constexpr std::uint64_t kMaxMessages = 1'000'000'000;  // of one chatter in one snapshot

/// The elements of an array one after the other, as they are written. Arrays and objects in it are none.
class Elements {
 public:
  explicit Elements(std::string_view text) : text_(text) {
    if (!text.starts_with('[')) {
      is_malformed_ = true;
      return;
    }
    step_over_blanks(1);
    is_done_ = at_ < text_.size() && text_[at_] == ']';
  }

  /// False at the end, and where the list is malformed.
  bool next(std::string_view& element) {
    if (is_done_ || is_malformed_) return false;
    const std::size_t begin = at_;
    const bool is_text = begin < text_.size() && text_[begin] == '"';
    const std::size_t end = is_text ? json_string_end(text_, begin) : text_.find_first_of(",\"[]{}", begin);
    if (end == std::string_view::npos) return fail();
    element = trim(text_.substr(begin, end - begin));
    step_over_blanks(end);
    if (element.empty() || at_ >= text_.size() || (text_[at_] != ',' && text_[at_] != ']')) return fail();
    is_done_ = text_[at_] == ']';
    step_over_blanks(at_ + 1);
    return true;
  }

  [[nodiscard]] bool is_malformed() const { return is_malformed_; }

 private:
  void step_over_blanks(std::size_t from) { at_ = std::min(text_.find_first_not_of(" \t\r\n", from), text_.size()); }
  bool fail() {
    is_malformed_ = true;
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_done_ = false;
  bool is_malformed_ = false;
};

/// Numbers below a million without anything between them but commas, as collectors write them; false for other lists.
bool read_plain_numbers(std::string_view text, std::vector<std::uint32_t>& numbers) {
  constexpr std::size_t kMaxDigits = 6;
  if (!text.starts_with('[')) return false;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const std::size_t begin = at;
    std::uint32_t number = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) number = 10 * number + static_cast<std::uint32_t>(text[at] - '0');
    if (at == begin || at - begin > kMaxDigits || at == text.size()) return false;
    numbers.push_back(number);
    if (text[at] == ']') return true;
    if (text[at] != ',') return false;
  }
  return false;
}

ViewerKey key_of_text(std::string_view element, bool& has_plain) {
  if (element.size() <= 2 || element.front() != '"') return {};
  const std::string_view inside = element.substr(1, element.size() - 2);
  has_plain = has_plain || !is_pseudonym(inside);
  if (!needs_care(inside)) return key_of_lower(inside);
  return ViewerTable::key_of(inside.find('\\') == std::string_view::npos ? inside : std::string_view(unescape_json(inside)));
}

}  // namespace

bool read_logins(std::string_view text, std::vector<ViewerKey>& logins) {
  logins.clear();
  Elements elements(text);
  std::string_view element;
  bool has_plain = false;
  while (elements.next(element)) logins.push_back(key_of_text(element, has_plain));
  if (!elements.is_malformed()) return has_plain;
  logins.clear();
  return false;
}

bool read_names(std::string_view text, NameList& names) {
  Elements elements(text);
  std::string_view element;
  while (elements.next(element)) {
    const bool is_text = element.size() > 2 && element.front() == '"';
    const std::string_view inside = is_text ? element.substr(1, element.size() - 2) : std::string_view();
    if (inside.find('\\') != std::string_view::npos) {
      names.add_copy(std::string(trim(unescape_json(inside))));
    } else {
      names.add(trim(inside));
    }
  }
  return !elements.is_malformed();
}

void read_messages(std::string_view text, std::vector<std::uint32_t>& messages) {
  messages.clear();
  if (read_plain_numbers(text, messages)) return;
  messages.clear();
  Elements elements(text);
  std::string_view element;
  while (elements.next(element)) {
    std::uint64_t count = 0;
    const char* end = element.data() + element.size();
    const auto [read_to, problem] = std::from_chars(element.data(), end, count);
    if (problem != std::errc() || read_to != end) count = 0;
    messages.push_back(static_cast<std::uint32_t>(std::min(count, kMaxMessages)));
  }
  if (elements.is_malformed()) messages.clear();
}

}  // namespace vieweratlas::presence_internal
