// Which facts name a community. In this order, the first that holds:
//
//   1. a game that reaches the threshold and is distinctive         Valorant            Valorant (Turkish)
//   2. two distinctive games that reach the threshold together      DayZ & Rust         DayZ & Rust (German)
//   3. a distinctive language that reaches its threshold            German
//   4. a game that reaches the threshold everywhere on the map      Just Chatting
//   5. the two most typical channels                                xqc & forsen
//
// Distinctive means against the rest of the map (see shares.h): what every community plays names none of them, unless
// nothing else does. The language of most of the map's channels goes without saying.

#include "labels/draft.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labels/shares.h"
#include "labels/wording.h"

#include "vieweratlas/core/text.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::labels_internal {
namespace {

// A community is named after two games only when the second is at least half as common as the first: else the second is a footnote.
constexpr double kSecondToFirst = 0.5;
// A game that tells two communities with the same name apart is played by one channel in ten at least.
constexpr double kSecondGameShare = 0.1;
// Above it a language is the map's own and goes without saying.
constexpr double kMajority = 0.5;
// Sums of shares are sums of fractions: 6 of 10 channels may come out a hair below 60 percent.
constexpr double kRounding = 1e-9;

bool reaches(double share, double percent) { return share * 100 + kRounding >= percent; }

std::string percent(double share) { return std::to_string(std::lround(share * 100)) + " %"; }

std::string counted(std::uint32_t number, std::string_view noun) {
  return with_thousands(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

/// A language as part of a label: brackets inside brackets would read badly.
std::string language_in_label(std::string_view code) {
  std::string name = shortened(one_line(language_name(code)), kLabelCharacters);
  if (const std::size_t bracket = name.find(" ("); bracket != std::string::npos && name.ends_with(')')) {
    name.pop_back();
    name.replace(bracket, 2, ", ");
  }
  return name;
}

std::string channel_name(const Channel& channel, std::uint32_t id) {
  for (const std::string& name : {channel.display_name, channel.login}) {
    if (std::string line = one_line(name); !line.empty()) return line;
  }
  return "channel " + std::to_string(id);
}

/// Games and languages in the running for one community's label.
class Candidates {
 public:
  Candidates(const Evidence& evidence, const LabelOptions& options) : options_(options) {
    const auto& games = evidence.games.terms;
    if (!games.empty()) top_game_ = &games.front();
    // By falling distinctiveness, ties by share (the order of `games`).
    for (const Term& game : games) {
      if (game.distinctive() && game.share >= kSecondGameShare) distinctive_games_.push_back(&game);
    }
    std::stable_sort(distinctive_games_.begin(), distinctive_games_.end(), [](const Term* a, const Term* b) { return a->z > b->z; });
    const auto& languages = evidence.languages.terms;
    if (!languages.empty() && reaches(languages.front().share, options.language_threshold) &&
        !equals_ignoring_case(languages.front().value, "other")) {
      clear_language_ = &languages.front();
    }
  }

  [[nodiscard]] const Term* distinctive_game() const { return clear_game() && top_game_->distinctive() ? top_game_ : nullptr; }
  [[nodiscard]] const Term* common_game() const { return clear_game() ? top_game_ : nullptr; }
  [[nodiscard]] const Term* clear_language() const { return clear_language_; }
  [[nodiscard]] bool language_of_the_map() const { return clear_language_ != nullptr && clear_language_->map_share > kMajority; }
  [[nodiscard]] const Term* distinctive_language() const {
    return clear_language_ != nullptr && clear_language_->distinctive() && !language_of_the_map() ? clear_language_ : nullptr;
  }
  /// Two games that reach the threshold together only, the more common first; empty when there are none.
  [[nodiscard]] std::vector<const Term*> two_games() const {
    if (distinctive_games_.size() < 2) return {};
    const Term* first = distinctive_games_[0];
    const Term* second = distinctive_games_[1];
    if (first->share < second->share) std::swap(first, second);
    const bool enough = reaches(first->share + second->share, options_.game_threshold) && second->share >= kSecondToFirst * first->share;
    return enough ? std::vector{first, second} : std::vector<const Term*>{};
  }
  /// The game that would tell this community from another with the same name; null when there is none.
  [[nodiscard]] const Term* next_game(const std::vector<const Term*>& named, const Evidence& evidence) const {
    const auto is_named = [&](const Term* game) { return std::find(named.begin(), named.end(), game) != named.end(); };
    for (const Term* game : distinctive_games_) {
      if (!is_named(game)) return game;
    }
    for (const Term& game : evidence.games.terms) {
      if (game.share >= kSecondGameShare && !is_named(&game)) return &game;
    }
    return nullptr;
  }

 private:
  [[nodiscard]] bool clear_game() const { return top_game_ != nullptr && reaches(top_game_->share, options_.game_threshold); }

  const LabelOptions& options_;
  const Term* top_game_ = nullptr;
  std::vector<const Term*> distinctive_games_;
  const Term* clear_language_ = nullptr;
};

std::string against_the_map(const Term& term) { return percent(term.share) + " (" + percent(term.map_share) + " on the whole map)"; }

std::string language_clause(const Term& language, const Evidence& evidence) {
  return language_name(language.value) + " is the language of " + against_the_map(language) + " of the " +
         counted(evidence.languages.num_channels, "channel") + " whose language is known";
}

std::string game_clause(const Term& game, const Evidence& evidence) {
  return one_line(game.value) + " takes " + against_the_map(game) + " of the " + counted(evidence.games.num_channels, "channel") +
         " whose game is known";
}

void lead_with_game(const Term& game, const Evidence& evidence, Draft& draft) {
  draft.lead = Lead::kGame;
  draft.text = short_game(game.value, kLabelCharacters);
  draft.reason = game_clause(game, evidence);
}

void lead_with_two_games(const std::vector<const Term*>& games, const Evidence& evidence, Draft& draft) {
  draft.lead = Lead::kTwoGames;
  // Half of the space each, what the first leaves for the second.
  const std::string first = short_game(games[0]->value, kLabelCharacters / 2 - 1);
  draft.text = first + " & " + short_game(games[1]->value, kLabelCharacters - 3 - num_characters(first));
  draft.reason = game_clause(*games[0], evidence) + ", and " + one_line(games[1]->value) + " " + against_the_map(*games[1]);
}

void lead_with_language(const Term& language, const Evidence& evidence, Draft& draft) {
  draft.lead = Lead::kLanguage;
  draft.text = language_in_label(language.value);
  draft.reason = language_clause(language, evidence);
}

std::string nothing_clear(const Evidence& evidence, const LabelOptions& options) {
  if (evidence.games.num_channels == 0 && evidence.languages.num_channels == 0) {
    return "No game and no language is known of its " + counted(evidence.num_channels, "channel");
  }
  std::string reason;
  if (evidence.games.terms.empty()) {
    reason = "No game is known";
  } else if (!reaches(evidence.games.terms.front().share, options.game_threshold)) {
    reason = "No game reaches " + percent(options.game_threshold / 100) + " (the most common is " +
             one_line(evidence.games.terms.front().value) + " with " + percent(evidence.games.terms.front().share) + ")";
  }
  if (evidence.languages.terms.empty()) return reason + " and no language is";
  return reason + " and no language sets it apart (" + language_name(evidence.languages.terms.front().value) + " " +
         against_the_map(evidence.languages.terms.front()) + ")";
}

/// A second name that would not fit gives way to the next, and all of them to "& friends".
void lead_with_channels(const Evidence& evidence, const LabelOptions& options, Draft& draft) {
  const auto ids = evidence.representatives;
  const auto name = [&](std::size_t i) { return channel_name(evidence.channels[ids[i]], ids[i]); };
  draft.lead = Lead::kChannels;
  if (ids.empty()) {
    draft.text = "Community " + std::to_string(evidence.community + 1);
    draft.reason = "It has no channels";
    return;
  }
  draft.named_channels = {ids[0]};
  if (ids.size() == 1) {
    draft.text = shortened(name(0), kLabelCharacters);
    draft.reason = nothing_clear(evidence, options) + ", so it is named after its only channel";
    return;
  }
  for (std::size_t i = 1; i < ids.size(); ++i) {
    std::string text = name(0) + " & " + name(i);
    if (num_characters(text) > kLabelCharacters) continue;
    draft.text = std::move(text);
    draft.named_channels.push_back(ids[i]);
    draft.reason = nothing_clear(evidence, options) + ", so it is named after two of its most typical channels";
    return;
  }
  constexpr std::string_view kFriends = " & friends";
  draft.text = shortened(name(0), kLabelCharacters - kFriends.size()) + std::string(kFriends);
  draft.reason = nothing_clear(evidence, options) + ", so it is named after its most typical channel";
}

/// The most typical channel that the label does not name; empty when there is none.
std::string next_channel(const Evidence& evidence, const Draft& draft) {
  for (const std::uint32_t id : evidence.representatives) {
    const auto& named = draft.named_channels;
    if (std::find(named.begin(), named.end(), id) == named.end())
      return shortened(channel_name(evidence.channels[id], id), kLabelCharacters / 2);
  }
  return {};
}

}  // namespace

Draft draft_label(const Evidence& evidence, const LabelOptions& options) {
  const Candidates candidates(evidence, options);
  Draft draft;
  std::vector<const Term*> named;
  if (const Term* game = candidates.distinctive_game()) {
    lead_with_game(*game, evidence, draft);
    named = {game};
  } else if (const auto two = candidates.two_games(); !two.empty()) {
    lead_with_two_games(two, evidence, draft);
    named = two;
  } else if (const Term* language = candidates.distinctive_language()) {
    lead_with_language(*language, evidence, draft);
  } else if (const Term* common = candidates.common_game()) {
    lead_with_game(*common, evidence, draft);
    named = {common};
  } else {
    lead_with_channels(evidence, options, draft);
  }
  if (candidates.clear_language() != nullptr && draft.lead != Lead::kLanguage) {
    draft.language = language_in_label(candidates.clear_language()->value);
    const bool of_games = draft.lead == Lead::kGame || draft.lead == Lead::kTwoGames;
    draft.language_shown = of_games && !candidates.language_of_the_map();
    if (of_games) draft.reason += "; " + language_clause(*candidates.clear_language(), evidence);
  }
  if (const Term* next = candidates.next_game(named, evidence)) draft.second_game = short_game(next->value, kLabelCharacters / 2);
  draft.typical = next_channel(evidence, draft);
  return draft;
}

}  // namespace vieweratlas::labels_internal
