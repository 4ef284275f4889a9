#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "presence/block.h"
#include "presence/text_edits.h"

#include "vieweratlas/presence/redact.h"

namespace vieweratlas::presence_internal {

/// Finds what must be cut out of JSON so that viewers are gone. It reads tokens, not a model of the data: what it does not know stays
/// as it is, and it goes on where parsers give up.
class JsonRedactor {
 public:
  /// `test` must outlive the redactor.
  explicit JsonRedactor(const ViewerTest& test) : test_(&test) {}

  /// `text` holds whole records but for the end of a file. Adds to `edits` and counts in `redaction`.
  void find(std::string_view text, Framing framing, TextEdits& edits, Redaction& redaction);

 private:
  enum class Verdict : std::uint8_t { kKeep, kRemove, kBroken };
  /// An element of a list, with the names that it holds when it is an object.
  struct Element {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool is_removed = false;
    bool is_object = false;
    std::string_view id;
    std::string_view login;
  };
  struct Names {
    std::string_view id;
    std::string_view login;
    unsigned id_rank = ~0U;
    unsigned login_rank = ~0U;
  };
  /// What is known of an object while its members are read; re-used at each depth.
  struct Frame {
    bool has_chatters = false;
    std::vector<Element> chatters;
    std::vector<std::vector<Element>> beside;  ///< lists whose places belong to those of the chatters
    std::size_t num_beside = 0;
    std::size_t logins = 0;  ///< 1 + index into beside; 0 = none
    std::optional<TextSpan> row_chatter;
    std::string_view row_name;
    Names names;
    std::optional<Names> person;
    void clear();
    std::vector<Element>& next_beside();
  };

  void find_in_lines();
  void find_in_objects(std::size_t begin, std::size_t end);
  void find_loose(std::size_t begin, std::size_t end);
  void loose_token(TextSpan quoted, std::size_t begin, std::size_t end);

  Verdict walk_value(std::size_t depth, Names* names);
  Verdict walk_object(std::size_t depth, Names* names);
  Verdict walk_member(std::size_t depth, Frame& frame);
  Verdict walk_list(std::size_t depth, std::vector<Element>& elements);
  Verdict walk_array(std::size_t depth);
  bool skip_string();
  void skip_scalar();
  void skip_blank();
  void skip_separators();
  Verdict judge(Frame& frame);
  void judge_chatters(Frame& frame);
  bool judge_name(const NamedViewer& viewer);
  Frame& frame_at(std::size_t depth);
  [[nodiscard]] std::string_view text_of(std::size_t begin, std::size_t end);
  [[nodiscard]] std::string_view plain_text(std::string_view inside);
  void take_name(Names& names, std::string_view key, std::size_t begin);

  const ViewerTest* test_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;  // the walk goes no further
  TextEdits* edits_ = nullptr;
  Redaction* redaction_ = nullptr;
  std::deque<Frame> frames_;
  std::deque<std::vector<Element>> lists_;  // of arrays of other things, by depth
  std::deque<std::string> unescaped_;       // of the record that is being read
  std::vector<Element> records_;
};

}  // namespace vieweratlas::presence_internal
