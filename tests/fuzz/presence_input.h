#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "presence/file_name.h"
#include "presence/read_files.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/aggregate.h"
#include "vieweratlas/presence/quality.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {

/// Reads `bytes` as the file `key`, whole and in small blocks, and checks what must hold for any input.
inline void fuzz_presence(std::string_view key, const std::uint8_t* data, std::size_t size) {
  static ThreadPool pool(1);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const std::size_t block_bytes : {std::size_t{1} << 20U, std::size_t{48}}) {
    presence_internal::ReadLimits limits;
    limits.block_bytes = block_bytes;
    limits.max_file_bytes = 1U << 22U;
    const std::vector<presence_internal::InputFile> files{
        {.object = {.key = std::string(key), .num_bytes = size}, .bytes = bytes, .name = presence_internal::interpret_file_name(key)}};
    const auto presence = presence_internal::read_files(files, nullptr, {}, limits, pool);
    VA_CHECK(presence.ok());
    const Incidence& incidence = presence->incidence;
    VA_CHECK(incidence.num_channels() == presence->channels.size());
    VA_CHECK(incidence.viewers.size() == incidence.num_memberships() && incidence.counts.size() == incidence.num_memberships());
    for (std::uint32_t c = 0; c < incidence.num_channels(); ++c) {
      VA_CHECK(!presence->channels[c].login.empty() && !presence->channels[c].display_name.empty());
      VA_CHECK(presence->channels[c].audience == incidence.row(c).size());
    }
    static_cast<void>(quality_report(*presence));
    static_cast<void>(aggregate(*presence, {.max_channels_per_viewer = 3, .min_user_appearances = 2}, pool));
  }
}

}  // namespace vieweratlas
