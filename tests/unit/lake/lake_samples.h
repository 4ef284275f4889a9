#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/day.h"

namespace vieweratlas {

inline constexpr DayNumber kSampleDay = 20'779;  // 2026-11-22

/// A manifest with something in every field.
inline LakeManifest sample_manifest(DayNumber day = kSampleDay) {
  const std::string dt = "/dt=" + format_day(day) + "/";
  LakeManifest manifest;
  manifest.day = day;
  manifest.run = "0123456789abcdef";
  manifest.key_id = "a1b2c3d4";
  manifest.version = "0.1.0";
  manifest.presence = {{.key = "curated/presence" + dt + "source=live/part-00000-0123456789abcdef.parquet",
                        .num_rows = 3,
                        .num_bytes = std::numeric_limits<std::uint64_t>::max(),
                        .digest = "xxh3-128:00112233445566778899aabbccddeeff",
                        .source = "live"},
                       {.key = "curated/presence" + dt + "source=vod/part-00000-0123456789abcdef.parquet",
                        .num_rows = 0,
                        .num_bytes = 0,
                        .digest = "xxh3-128:0",
                        .source = "vod"}};
  manifest.snapshots = LakeTable{.key = "curated/snapshots" + dt + "part-00000-0123456789abcdef.parquet",
                                 .num_rows = 2,
                                 .num_bytes = 700,
                                 .digest = "xxh3-128:1",
                                 .source = {}};
  manifest.channels = LakeTable{.key = "curated/channels" + dt + "part-00000-0123456789abcdef.parquet",
                                .num_rows = 1,
                                .num_bytes = 600,
                                .digest = "xxh3-128:2",
                                .source = {}};
  FileFacts plain;
  plain.object = {.key = "raw/snapshots/2026/11/22/a b\"c.ndjson", .num_bytes = 12, .modified_s = -5, .version = "12-\"x\""};
  plain.digest = "xxh3-128:3";
  plain.num_snapshots = 4;
  plain.num_round_records = 1;
  plain.unfinished = true;
  plain.days = {day - 1, day};
  plain.losses.add("truncated_json", "a.ndjson:7: \xF0\x9F\x98\x80 \"cut\"\n", 3);
  plain.set_aside.add("bots", "", 9);
  FileFacts blank;
  blank.object = {.key = "raw/snapshots/2026/11/22/empty.json", .num_bytes = 0, .modified_s = 1, .version = ""};
  blank.is_blank = true;
  manifest.inputs = {plain, blank};
  manifest.num_rows_in = 10;
  manifest.num_rows_out = 7;
  manifest.num_duplicate_rows = 2;
  manifest.num_forgotten_rows = 1;
  manifest.num_number_collisions = 5;
  manifest.forgotten_list = "xxh3-128:4";
  manifest.has_plain_names = false;
  return manifest;
}

}  // namespace vieweratlas
