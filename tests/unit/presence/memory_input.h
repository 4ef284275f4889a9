#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/file_name.h"
#include "presence/read_files.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {

/// Files in memory, by key: what tests read instead of a folder.
using MemoryFiles = std::map<std::string, std::string>;

inline std::vector<presence_internal::InputFile> as_input(const MemoryFiles& files, bool being_written = false) {
  std::vector<presence_internal::InputFile> input;
  for (const auto& [key, bytes] : files) {
    const presence_internal::FileName name = presence_internal::interpret_file_name(key);
    if (name.format == presence_internal::SnapshotFormat::kNone) continue;
    input.push_back({.object = {.key = key, .num_bytes = bytes.size()}, .bytes = bytes, .name = name, .being_written = being_written});
  }
  return input;
}

inline Result<Presence> read_memory(const MemoryFiles& files, const ReadOptions& options = {},
                                    const presence_internal::ReadLimits& limits = {}, unsigned threads = 1) {
  ThreadPool pool(threads);
  return presence_internal::read_files(as_input(files), nullptr, options, limits, pool);
}

/// Reads one file and expects that to work.
inline Presence read_one(const std::string& key, const std::string& bytes) {
  Result<Presence> presence = read_memory({{key, bytes}});
  EXPECT_TRUE(presence.ok()) << presence.error().message;
  return presence.ok() ? std::move(presence).value() : Presence{};
}

inline const Channel* find_channel(const Presence& presence, std::string_view login) {
  for (const Channel& channel : presence.channels) {
    if (channel.login == login) return &channel;
  }
  return nullptr;
}

/// In how many snapshots the viewer was seen in the channel; 0 when never, or when one of both is not known.
inline std::uint32_t presence_count(const Presence& presence, std::string_view login, std::string_view viewer) {
  const Channel* channel = find_channel(presence, login);
  const auto id = presence.viewers.find(viewer);
  if (channel == nullptr || !id) return 0;
  const auto row = static_cast<std::uint32_t>(channel - presence.channels.data());
  const auto viewers = presence.incidence.row(row);
  for (std::size_t i = 0; i < viewers.size(); ++i) {
    if (viewers[i] == *id) return presence.incidence.counts[presence.incidence.offsets[row] + i];
  }
  return 0;
}

inline std::uint64_t losses_of(const Presence& presence, std::string_view reason) {
  const auto& by_reason = presence.report.losses.by_reason();
  const auto it = by_reason.find(reason);
  return it == by_reason.end() ? 0 : it->second.count;
}

inline std::string example_of(const Presence& presence, std::string_view reason) {
  const auto& by_reason = presence.report.losses.by_reason();
  const auto it = by_reason.find(reason);
  return it == by_reason.end() ? std::string() : it->second.example;
}

/// All that the analysis sees, in words: equal for equal presence.
inline std::string describe(const Presence& presence) {
  std::string text;
  for (const Channel& channel : presence.channels) {
    text += channel.login + "|" + channel.display_name + "|" + channel.platform_id + "|" + std::to_string(channel.audience) + "|" +
            std::to_string(channel.viewer_count) + "|" + std::to_string(channel.num_snapshots);
    for (const auto* values : {&channel.games, &channel.languages, &channel.titles}) {
      text += "|";
      for (const WeightedValue& value : *values) text += value.value + "=" + std::to_string(value.weight) + ";";
    }
    text += "\n";
  }
  const Incidence& incidence = presence.incidence;
  text += std::to_string(incidence.num_viewers) + "\n";
  for (const std::uint64_t offset : incidence.offsets) text += std::to_string(offset) + " ";
  for (const std::uint32_t viewer : incidence.viewers) text += std::to_string(viewer) + " ";
  for (const std::uint16_t count : incidence.counts) text += std::to_string(count) + " ";
  text += "\n" + std::to_string(presence.report.num_snapshots) + " " + std::to_string(presence.report.num_presence_rows) + " " +
          std::to_string(presence.report.num_outside_window) + "\n";
  for (const auto& [source, count] : presence.report.snapshot_sources) text += source + "=" + std::to_string(count) + ";";
  for (const auto& [hour, count] : presence.report.snapshots_per_hour) text += format_iso(hour) + "=" + std::to_string(count) + ";";
  if (presence.report.first) text += format_iso(*presence.report.first) + format_iso(*presence.report.last);
  return text + "\n";
}

/// `describe` and what depends on how the snapshots lie in files.
inline std::string describe_all(const Presence& presence) {
  const ReadReport& report = presence.report;
  std::string text = describe(presence) + std::to_string(report.num_files) + " " + std::to_string(report.num_files_empty) + " " +
                     std::to_string(report.num_bytes) + " " + std::to_string(report.num_duplicate_rows) + " " + report.input_digest + "\n";
  for (const Losses* losses : {&report.losses, &report.set_aside}) {
    for (const auto& [reason, entry] : losses->by_reason()) text += reason + " " + std::to_string(entry.count) + " " + entry.example + "\n";
  }
  return text;
}

}  // namespace vieweratlas
