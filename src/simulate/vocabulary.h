#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace vieweratlas::simulate_internal {

/// What people watch together: a group of channels has one.
struct Scene {
  std::string_view name;
  std::string_view game;                     // category shown most of the time
  std::span<const std::string_view> others;  // categories shown now and then
};

/// A language and how its streamers name themselves and their streams. Name parts are "native|roman", or plain ASCII.
struct Language {
  std::string_view code;
  double weight;                             // relative number of viewers
  int prime_time_hour;                       // UTC, when most streams are on
  std::span<const std::string_view> scenes;  // names, favourites first; other scenes follow in the order of the table
  std::span<const std::string_view> first_parts;
  std::span<const std::string_view> last_parts;
  std::span<const std::string_view> titles;  // {game}, {n} and {emoji} are filled in
};

/// Largest first.
[[nodiscard]] std::span<const Language> languages();
/// Most common first.
[[nodiscard]] std::span<const Scene> scenes();

[[nodiscard]] std::span<const std::string_view> emoji();
/// Titles that break careless readers and writers: markup, quotes, separators, newlines, formulas, directional marks.
[[nodiscard]] std::span<const std::string_view> hostile_titles();

/// Parts of viewer names: lower-case ASCII letters; no two concatenations of a first and a last part are equal.
[[nodiscard]] std::span<const std::string_view> viewer_first_parts();
[[nodiscard]] std::span<const std::string_view> viewer_last_parts();

}  // namespace vieweratlas::simulate_internal
