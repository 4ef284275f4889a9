// Telling apart labels that come out equal. Each step offers every label of an equal group a longer text; a group leaves a step only
// with texts that nobody else has. Order: second game, language, most typical channel, number.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labels/draft.h"
#include "labels/wording.h"

namespace vieweratlas::labels_internal {
namespace {

enum class Step { kSecondGame, kLanguage, kTypicalChannel };

std::string with_language(const std::string& text, const Draft& draft, bool shown) {
  return shown && !draft.language.empty() ? text + " (" + draft.language + ")" : text;
}

std::string plain_text(const Draft& draft) { return with_language(draft.text, draft, draft.language_shown); }

/// The draft's text with one part more; empty when it has no such part.
std::string extended_text(const Draft& draft, Step step) {
  switch (step) {
    case Step::kSecondGame: {
      if (draft.second_game.empty() || draft.lead == Lead::kTwoGames) return {};
      const std::string_view joint = draft.lead == Lead::kGame ? " & " : " · ";
      return with_language(draft.text + std::string(joint) + draft.second_game, draft, draft.language_shown);
    }
    case Step::kLanguage: return draft.language_shown ? std::string() : with_language(draft.text, draft, true);
    case Step::kTypicalChannel:
      return draft.typical.empty() ? std::string() : with_language(draft.text, draft, draft.language_shown) + " · " + draft.typical;
  }
  return {};
}

std::string_view explanation(Step step) {
  switch (step) {
    case Step::kSecondGame: return "; its next game tells it from a community of the same name";
    case Step::kLanguage: return "; its language tells it from a community of the same name";
    case Step::kTypicalChannel: return "; its most typical channel tells it from a community of the same name";
  }
  return {};
}

using Groups = std::map<std::string, std::vector<std::size_t>>;

/// The language is said, too, where the same games name communities of different languages.
void show_languages_that_differ(std::vector<Draft>& drafts) {
  Groups groups;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (drafts[i].lead == Lead::kGame || drafts[i].lead == Lead::kTwoGames) groups[folded(drafts[i].text)].push_back(i);
  }
  for (const auto& [text, members] : groups) {
    std::set<std::string> languages;
    for (const std::size_t i : members) languages.insert(drafts[i].language);
    for (const std::size_t i : members) drafts[i].language_shown |= languages.size() > 1;
  }
}

/// Texts given so far, and to whom: one label per key.
class Register {
 public:
  explicit Register(std::size_t size) : texts_(size) {}

  [[nodiscard]] bool is_free(const std::string& text) const { return !text.empty() && !taken_.contains(folded(text)); }
  void give(std::size_t draft, std::string text) {
    taken_.insert(folded(text));
    texts_[draft] = std::move(text);
  }
  [[nodiscard]] bool has(std::size_t draft) const { return !texts_[draft].empty(); }
  [[nodiscard]] std::vector<std::string> take() && { return std::move(texts_); }

 private:
  std::vector<std::string> texts_;
  std::set<std::string> taken_;
};

/// Gives each draft without a text the one of `text_of`, where nobody else has it or would get it in this step.
template <typename TextOf, typename Given>
void give_unique(std::size_t num_drafts, const TextOf& text_of, Register& given, const Given& on_given) {
  Groups groups;
  for (std::size_t i = 0; i < num_drafts; ++i) {
    if (!given.has(i)) groups[folded(text_of(i))].push_back(i);
  }
  for (const auto& [key, members] : groups) {
    const std::string text = text_of(members.front());
    if (members.size() > 1 || !given.is_free(text)) continue;
    given.give(members.front(), text);
    on_given(members.front());
  }
}

void number_the_rest(const std::vector<Draft>& drafts, Register& given) {
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (given.has(i)) continue;
    const std::string plain = plain_text(drafts[i]);
    std::string text = plain;
    for (std::uint64_t number = 2; !given.is_free(text); ++number) text = plain + " " + std::to_string(number);
    given.give(i, std::move(text));
  }
}

}  // namespace

std::vector<std::string> unique_texts(std::vector<Draft>& drafts) {
  show_languages_that_differ(drafts);
  Register given(drafts.size());
  give_unique(drafts.size(), [&](std::size_t i) { return plain_text(drafts[i]); }, given, [](std::size_t) {});
  for (const Step step : {Step::kSecondGame, Step::kLanguage, Step::kTypicalChannel}) {
    const auto explain = [&](std::size_t i) { drafts[i].reason += explanation(step); };
    give_unique(drafts.size(), [&](std::size_t i) { return extended_text(drafts[i], step); }, given, explain);
    // Who is left alone with a name may bear it.
    give_unique(drafts.size(), [&](std::size_t i) { return plain_text(drafts[i]); }, given, [](std::size_t) {});
  }
  number_the_rest(drafts, given);
  return std::move(given).take();
}

}  // namespace vieweratlas::labels_internal
