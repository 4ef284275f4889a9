#include "simulate/names.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>

#include "simulate/vocabulary.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::simulate_internal {
namespace {

constexpr std::size_t kMaxLogin = 25;  // the platform's limit

struct Part {
  std::string_view native;
  std::string_view roman;
};

Part draw_part(std::span<const std::string_view> parts, Random& random) {
  const std::string_view part = parts[random.below(parts.size())];
  const std::size_t bar = part.find('|');
  if (bar == std::string_view::npos) return {part, part};
  return {part.substr(0, bar), part.substr(bar + 1)};
}

/// For each `salt` one-to-one on [1, 99] and on [100, 9999], so that numbers in names do not look counted.
std::uint64_t scrambled(std::uint64_t number, std::uint64_t salt) {
  if (number < 100) return (number + salt % 99) % 99 + 1;
  if (number < 10'000) return (number + salt % 9900) % 9900 + 100;
  return number;
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

ChannelName draw_channel_name(const Language& language, Random& random) {
  const Part first = draw_part(language.first_parts, random);
  const Part last = draw_part(language.last_parts, random);
  constexpr std::array<std::string_view, 10> kTails = {"", "", "", "", "", "TV", "_live", "x", "Plays", "_ttv"};
  const std::string_view tail = kTails[random.below(kTails.size())];
  const std::string_view joint = random.chance(0.2) ? "_" : "";

  ChannelName name;
  name.login = to_lower(first.roman) + std::string(joint) + to_lower(last.roman) + to_lower(tail);
  if (name.login.size() > kMaxLogin - 4) name.login.resize(kMaxLogin - 4);  // room for a number
  const bool latin = first.native == first.roman && last.native == last.roman;
  if (latin) {
    // Display names of the platform differ from the login in letter case only.
    name.display_name = std::string(first.native) + std::string(joint) + std::string(last.native) + std::string(tail);
    name.display_name.resize(name.login.size());
    if (random.chance(0.25)) name.display_name = name.login;
  } else if (random.chance(0.7)) {
    name.display_name = std::string(first.native) + std::string(last.native);
  } else {
    name.display_name = name.login;
  }
  return name;
}

ViewerNames::ViewerNames(std::uint32_t num_viewers, std::uint32_t first_bot, std::uint64_t seed)
    : num_viewers_(num_viewers), first_bot_(first_bot) {
  VA_CHECK(num_viewers > 0);
  Random random = Random(seed).fork("viewer names");
  factor_ = 1 + random.below(num_viewers_);
  while (std::gcd(factor_, num_viewers_) != 1) ++factor_;
  shift_ = random.below(num_viewers_);
}

void ViewerNames::append(std::string& out, std::uint32_t viewer) const {
  const auto firsts = viewer_first_parts();
  const auto lasts = viewer_last_parts();
  const std::uint64_t place = (viewer * factor_ + shift_) % num_viewers_;
  const std::uint64_t pair = place % (firsts.size() * lasts.size());
  const std::uint64_t number = place / (firsts.size() * lasts.size());
  out += firsts[pair % firsts.size()];
  if (mix64(place) % 4 == 0) out += '_';  // for variety only: words and number alone tell viewers apart
  out += lasts[pair / firsts.size()];
  if (number != 0) append_number(out, scrambled(number, mix64(pair)));
  if (viewer >= first_bot_) out += (viewer - first_bot_) % 2 == 0 ? "_bot" : "_x";
}

}  // namespace vieweratlas::simulate_internal
