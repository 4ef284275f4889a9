#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/fake_twitch/ledger.h"
#include "support/fake_twitch/world.h"

#include "vieweratlas/core/random.h"

namespace fake_twitch {

struct LineRequest {
  LineKind kind = LineKind::kMessage;
  std::uint32_t channel = 0;
  std::uint32_t viewer = 0;
  Millis sent = 0;
  std::uint64_t message = 0;         ///< number that the message id is made from
  std::uint64_t source_message = 0;  ///< of the native copy, for kNative and kMirror
  std::uint32_t source_channel = 0;
  std::string_view text;  ///< empty: one of many
};

/// A message id: 36 characters, different for each number.
[[nodiscard]] std::string message_id(std::uint64_t number);

/// The line with its end, in one of many shapes that `random` chooses: tags in another order, escapes, empty values, names and
/// texts of many alphabets, 500 characters, heavy badges.
[[nodiscard]] std::string make_line(const World& world, const LineRequest& request, vieweratlas::Random& random);

}  // namespace fake_twitch
