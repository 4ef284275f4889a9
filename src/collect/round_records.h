#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collect/viewer_names.h"

#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"

// The changes of a round as bytes. Version 1. A record is a byte that says which, and then (number = LEB128, text = number of
// bytes and bytes, time = zigzag LEB128 of Unix milliseconds):
//
//   1 channel      text login                                 the next channel: they are numbered from 0
//   2 channel id   number channel, text id
//   3 viewer       byte flags (1 id, 2 login, 4 text), 12 bytes of each pseudonym there is, text login in clear if there is one
//                                                             the next viewer: they are numbered from 0
//   4 rename       number viewer, 12 bytes pseudonym of the login, text login in clear or empty
//   5 message      number channel, number viewer, 8 bytes hash of the message's id
//   6 sightings    number channel, number viewer, number count
//   7 members      number channel, number viewer, number count
//   8 facts        number channel, time, texts id, display name, game, language, title, byte flags (1 viewer count, 2 start),
//                  number viewer count, time of the start
//   9 observed     number channel, number milliseconds
//  10 loss         number channel + 1 (0 = of the round), text reason, number count
//  11 summary      numbers wanted and confirmed, number of reasons, each text reason and number count

namespace vieweratlas::collect_internal::records {

enum class Kind : std::uint8_t {
  kChannel = 1,
  kChannelId,
  kViewer,
  kRename,
  kMessage,
  kSightings,
  kMembers,
  kFacts,
  kObserved,
  kLoss,
  kSummary,
};

inline constexpr std::uint8_t kHasId = 1;
inline constexpr std::uint8_t kHasLogin = 2;
inline constexpr std::uint8_t kHasText = 4;
inline constexpr std::uint8_t kHasViewerCount = 1;
inline constexpr std::uint8_t kHasStart = 2;

struct SightingRecord {
  std::uint32_t channel = 0;
  std::uint32_t viewer = 0;
  bool is_member = false;
  std::uint32_t count = 1;
  std::uint64_t message = 0;  ///< 0 = none
};

void append_channel(std::string& out, std::string_view login);
void append_channel_id(std::string& out, std::uint32_t channel, std::string_view id);
void append_viewer(std::string& out, const ViewerNames& names, std::string_view login);
void append_rename(std::string& out, std::uint32_t viewer, const Pseudonym& login, std::string_view text);
void append_sighting(std::string& out, const SightingRecord& sighting);
void append_facts(std::string& out, std::uint32_t channel, const ChannelFacts& facts, UtcMillis time);
void append_observed(std::string& out, std::uint32_t channel, std::int64_t length_ms);
void append_loss(std::string& out, std::optional<std::uint32_t> channel, std::string_view reason, std::uint64_t count);
void append_summary(std::string& out, const RoundSummary& summary);

}  // namespace vieweratlas::collect_internal::records
