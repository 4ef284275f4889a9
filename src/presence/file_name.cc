#include "presence/file_name.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/compression.h"

namespace vieweratlas::presence_internal {
namespace {

/// Takes the suffix off `name` when it is there.
bool take_suffix(std::string_view& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  return true;
}

SnapshotFormat take_format(std::string_view& lower_name) {
  lower_name = without_compression_suffix(lower_name);
  if (take_suffix(lower_name, ".json")) return SnapshotFormat::kJson;
  if (take_suffix(lower_name, ".ndjson") || take_suffix(lower_name, ".jsonl")) return SnapshotFormat::kLines;
  if (take_suffix(lower_name, ".csv")) return SnapshotFormat::kCsv;
  return SnapshotFormat::kNone;
}

/// The name of the folder "channel=<name>" that the file is in.
std::string_view channel_folder(std::string_view key) {
  constexpr std::string_view kPrefix = "channel=";
  for (const std::string_view part : split(key, '/')) {
    if (part.starts_with(kPrefix) && part.data() + part.size() != key.data() + key.size()) return part.substr(kPrefix.size());
  }
  return {};
}

/// Recorded chats as they were downloaded, gigabytes each, lie below the data folder too: `vod process` reads them, not the analysis.
bool is_raw_chat(std::string_view key) { return key.starts_with("vod_chat/") || key.find("/vod_chat/") != std::string_view::npos; }

}  // namespace

FileName interpret_file_name(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
  const std::string lower = to_lower(name);
  std::string_view stem = lower;
  FileName result{.format = is_raw_chat(key) ? SnapshotFormat::kNone : take_format(stem),
                  .channel = std::string(channel_folder(key)),
                  .time = std::nullopt};
  if (result.format != SnapshotFormat::kJson) return result;
  // The stamp is cut off at its fixed length: a channel's name may hold underscores and digits itself.
  constexpr std::size_t kStampBytes = 15;  // YYYYMMDD_HHMMSS
  if (stem.size() < kStampBytes + 2 || stem[stem.size() - kStampBytes - 1] != '_') return result;
  const std::string_view stamp = stem.substr(stem.size() - kStampBytes);
  if (stamp[8] != '_') return result;
  result.time = parse_time(stamp);
  if (result.time) result.channel = std::string(name.substr(0, stem.size() - kStampBytes - 1));
  return result;
}

}  // namespace vieweratlas::presence_internal
