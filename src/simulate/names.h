#pragma once

#include <cstdint>
#include <string>

#include "simulate/vocabulary.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::simulate_internal {

struct ChannelName {
  std::string login;         // [a-z0-9_]{4,25}
  std::string display_name;  // as the streamer writes it, often in another script
};

/// A name in the manner of `language`; not unique.
[[nodiscard]] ChannelName draw_channel_name(const Language& language, Random& random);

/// Writes names of viewers: id -> login is one to one, so nothing needs to be stored. Immutable.
class ViewerNames {
 public:
  /// Ids 0..num_viewers-1; those from `first_bot` on get a tail that people do not have.
  ViewerNames(std::uint32_t num_viewers, std::uint32_t first_bot, std::uint64_t seed);

  /// Appends the login of `viewer`, at most 25 bytes.
  void append(std::string& out, std::uint32_t viewer) const;

 private:
  std::uint64_t num_viewers_;
  std::uint32_t first_bot_;
  std::uint64_t factor_;  // coprime with num_viewers_: id -> factor * id + shift is a permutation
  std::uint64_t shift_;
};

}  // namespace vieweratlas::simulate_internal
