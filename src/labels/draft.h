#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "labels/shares.h"

#include "vieweratlas/labels/label.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::labels_internal {

/// What a label leads with.
enum class Lead { kGame, kTwoGames, kLanguage, kChannels };

/// A label in parts, so that labels that come out equal can be told apart by a part more.
struct Draft {
  Lead lead = Lead::kChannels;
  std::string text;                           ///< the leading part: "Valorant", "DayZ & Rust", "German", "xqc & forsen"
  std::string language;                       ///< name of the clear language; empty when there is none or it leads
  bool language_shown = false;                ///< put in brackets in the plain label
  std::string second_game;                    ///< the next game in question; may be empty
  std::vector<std::uint32_t> named_channels;  ///< whom `text` names
  std::string typical;                        ///< the most typical channel that the text does not name; may be empty
  std::string reason;                         ///< one sentence, without the full stop
};

/// All that is known of one community.
struct Evidence {
  const Fact& games;
  const Fact& languages;
  std::span<const std::uint32_t> representatives;
  std::span<const Channel> channels;
  std::uint32_t num_channels = 0;
  std::uint32_t community = 0;
};

/// Chooses the label of one community, on its own.
[[nodiscard]] Draft draft_label(const Evidence& evidence, const LabelOptions& options);

/// The texts of all drafts, pairwise different, none empty; adds to a draft's reason what told it apart.
[[nodiscard]] std::vector<std::string> unique_texts(std::vector<Draft>& drafts);

}  // namespace vieweratlas::labels_internal
