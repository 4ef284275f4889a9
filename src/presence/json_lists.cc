#include "presence/json_lists.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
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
  explicit Elements(std::string_view array) : text_(trim(array)) {
    is_list_ = text_.size() >= 2 && text_.front() == '[' && text_.back() == ']';
    if (is_list_) text_ = text_.substr(1, text_.size() - 2);
    is_list_ = is_list_ && !trim(text_).empty();
  }

  /// False at the end, and where the list is malformed.
  bool next(std::string_view& element) {
    if (!is_list_ || is_done_) return false;
    at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
    const bool is_text = at_ < text_.size() && text_[at_] == '"';
    std::size_t end = is_text ? json_string_end(text_, at_) : std::min(text_.find_first_of(",\"[]{}", at_), text_.size());
    if (end == std::string_view::npos) return fail();
    element = trim(text_.substr(at_, end - at_));
    end = std::min(text_.find_first_not_of(kBlanks, end), text_.size());
    if (element.empty() || (end < text_.size() && text_[end] != ',')) return fail();
    is_done_ = end == text_.size();
    at_ = end + 1;
    return true;
  }

  [[nodiscard]] bool is_malformed() const { return is_malformed_; }

 private:
  static constexpr std::string_view kBlanks = " \t\r\n";

  bool fail() {
    is_malformed_ = true;
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_list_ = false;
  bool is_done_ = false;
  bool is_malformed_ = false;
};

ViewerKey key_of_text(std::string_view element) {
  if (element.size() <= 2 || element.front() != '"') return {};
  const std::string_view inside = element.substr(1, element.size() - 2);
  if (!needs_care(inside)) return key_of_lower(inside);
  return ViewerTable::key_of(inside.find('\\') == std::string_view::npos ? inside : std::string_view(unescape_json(inside)));
}

}  // namespace

void read_logins(std::string_view array, std::vector<ViewerKey>& logins) {
  logins.clear();
  Elements elements(array);
  std::string_view element;
  while (elements.next(element)) logins.push_back(key_of_text(element));
  if (elements.is_malformed()) logins.clear();
}

void read_messages(std::string_view array, std::vector<std::uint32_t>& messages) {
  messages.clear();
  Elements elements(array);
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
