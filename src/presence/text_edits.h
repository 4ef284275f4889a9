#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vieweratlas::presence_internal {

/// A part of a text.
struct TextSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What is to be cut out of a text. Cuts may come in any order and hold each other.
class TextEdits {
 public:
  void clear() { edits_.clear(); }
  [[nodiscard]] bool empty() const { return edits_.empty(); }
  [[nodiscard]] std::size_t size() const { return edits_.size(); }
  /// Forgets all but the first `size` edits.
  void shrink(std::size_t size) { edits_.resize(size); }
  void cut(std::size_t begin, std::size_t end) { edits_.push_back({.span = {.begin = begin, .end = end}, .replacement = {}}); }
  /// `replacement` must outlive the edits.
  void replace(TextSpan span, std::string_view replacement) { edits_.push_back({.span = span, .replacement = replacement}); }

  /// Cuts the elements of a list that `removed` says, each with one separator; `spans` are the elements from front to back.
  template <typename Spans, typename Removed>
  void cut_elements(const Spans& spans, const Removed& removed) {
    const std::size_t n = spans.size();
    for (std::size_t first = 0; first < n; ++first) {
      if (!removed(first)) continue;
      std::size_t last = first;
      while (last + 1 < n && removed(last + 1)) ++last;
      if (first > 0) {
        cut(spans[first - 1].end, spans[last].end);
      } else {
        cut(spans[0].begin, last + 1 < n ? spans[last + 1].begin : spans[last].end);
      }
      first = last;
    }
  }

  /// `text` without what is cut, appended to `out`.
  void apply(std::string_view text, std::string& out) {
    std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
      return a.span.begin != b.span.begin ? a.span.begin < b.span.begin : a.span.end > b.span.end;
    });
    std::size_t at = 0;
    for (const Edit& edit : edits_) {
      if (edit.span.end <= at && at > 0) continue;  // inside of what is cut already
      if (edit.span.begin > at) out += text.substr(at, edit.span.begin - at);
      if (edit.span.begin >= at) out += edit.replacement;
      at = std::max(at, edit.span.end);
    }
    out += text.substr(at);
  }

 private:
  struct Edit {
    TextSpan span;
    std::string_view replacement;
  };
  std::vector<Edit> edits_;
};

}  // namespace vieweratlas::presence_internal
