// What the files of rows share. Each row of the option table stands in one of them, by subject.
#pragma once

#include <limits>
#include <span>
#include <string_view>

#include "cli/option.h"
#include "cli/option_field.h"

// A field of Settings as a row needs it. A macro, because only a lambda written out can name a member at compile time.
#define VA_FIELD(path) field_of<[](auto& settings) -> auto& { return settings.path; }>()

namespace vieweratlas {

inline constexpr double kAboveZero = std::numeric_limits<double>::denorm_min();
inline constexpr double kMaxU32 = 4294967295.0;

/// Commands that draw maps, and those that read presence.
inline constexpr std::string_view kMap = "analyze, continuous";
inline constexpr std::string_view kReaders = "analyze, quality";
/// Commands that listen to chats.
inline constexpr std::string_view kCollectors = "collect, continuous, doctor";
/// Commands that look at a collector's folder.
inline constexpr std::string_view kFolderUsers =
    "collect, continuous, doctor, status, health, vod add, vod discover, vod process, vod stats, vod import, preprocess_vods, storage "
    "export, storage import, storage list, storage get, storage put";
/// Commands that ask Twitch.
inline constexpr std::string_view kTwitch = "collect, continuous, doctor, login, channels update, vod discover, preprocess_vods";
inline constexpr std::string_view kRosters = "collect, continuous, doctor, channels update";
/// Commands that look for recordings, and those that store what was said in recorded chats and logs.
inline constexpr std::string_view kVodFinders = "vod discover, preprocess_vods";
inline constexpr std::string_view kVodWorkers = "vod process, preprocess_vods";
inline constexpr std::string_view kImporters = "vod process, vod import, preprocess_vods";
/// Commands that work on data.
inline constexpr std::string_view kWorkers = "analyze, quality, simulate, collect, continuous, doctor, status, health";
/// Commands that read or write a store.
inline constexpr std::string_view kStoreUsers =
    "analyze, quality, simulate, collect, continuous, doctor, status, health, forget, purge, vod add, vod discover, vod process, "
    "vod stats, vod import, preprocess_vods, compact, lake stats, lake verify, lake purge, storage export, storage import, storage list, "
    "storage get, storage put";
/// Commands that talk and write a log.
inline constexpr std::string_view kEvery =
    "analyze, quality, simulate, collect, continuous, doctor, status, health, login, channels update, vod add, vod discover, "
    "vod process, vod stats, vod import, preprocess_vods";
/// Commands that talk but keep no log of what they say.
inline constexpr std::string_view kTalkers =
    "analyze, quality, simulate, collect, continuous, doctor, status, health, login, channels update, forget, purge, vod add, "
    "vod discover, vod process, vod stats, vod import, preprocess_vods, compact, lake stats, lake verify, lake purge, storage export, "
    "storage import, storage list, storage get, storage put";
/// Commands that need the key of the viewers' pseudonyms.
inline constexpr std::string_view kKeyHolders =
    "collect, continuous, doctor, login, channels update, analyze, quality, forget, vod discover, "
    "vod process, vod import, preprocess_vods, compact, lake verify";

[[nodiscard]] std::span<const Option> analysis_input_options();
[[nodiscard]] std::span<const Option> analysis_filter_options();
[[nodiscard]] std::span<const Option> analysis_graph_options();
[[nodiscard]] std::span<const Option> analysis_community_options();
[[nodiscard]] std::span<const Option> analysis_picture_options();
[[nodiscard]] std::span<const Option> analysis_output_options();
[[nodiscard]] std::span<const Option> simulate_options();
[[nodiscard]] std::span<const Option> talk_options();
[[nodiscard]] std::span<const Option> collection_options();
[[nodiscard]] std::span<const Option> storage_options();
[[nodiscard]] std::span<const Option> lake_options();
[[nodiscard]] std::span<const Option> vod_options();

}  // namespace vieweratlas
