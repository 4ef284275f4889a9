#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vieweratlas {

/// One value of a fact that changes over time (a game, a language, a title) and how much of the time it held.
struct WeightedValue {
  std::string value;
  double weight = 0;  ///< sum over snapshots of viewer_count (unique chatters where viewer_count is missing); > 0
};

/// What is known of one channel over the whole window. Values are sorted by falling weight, ties by value.
struct Channel {
  std::string login;                ///< the key: lower case, unique in a dataset
  std::string display_name;         ///< as last written by the source; never empty (falls back to login)
  std::string platform_id;          ///< the platform's own id, empty where the source has none
  std::uint64_t audience = 0;       ///< unique viewers seen in the window, after filters
  std::uint64_t viewer_count = 0;   ///< highest concurrent viewer count that the platform reported; 0 = not reported
  std::uint32_t num_snapshots = 0;  ///< snapshots in which the channel was seen; 0 for a measured graph
  std::vector<WeightedValue> games;
  std::vector<WeightedValue> languages;  ///< codes as the platform gives them, lower case ("en", "pt-br")
  std::vector<WeightedValue> titles;     ///< at most 8 kept, the heaviest

  [[nodiscard]] std::string top_game() const { return games.empty() ? std::string() : games.front().value; }
  [[nodiscard]] std::string top_language() const { return languages.empty() ? std::string() : languages.front().value; }
  [[nodiscard]] std::string top_title() const { return titles.empty() ? std::string() : titles.front().value; }
};

}  // namespace vieweratlas
