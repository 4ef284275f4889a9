#include "collect/vod_queue_versions.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "collect/vod_queue_file.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::string_view kSuffix = ".json.zst";
constexpr std::size_t kDigits = 10;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30U;
constexpr int kTries = 20;

std::string text_of(const simdjson::dom::element& root, std::string_view name) {
  std::string_view text;
  return root[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

Error damaged(const ObjectStore& store, std::string_view key, std::string_view why) {
  return {ErrorCode::kCorruptData,
          fmt::format("{} is no version of a queue of recordings ({}); remove it, and the version before it counts",
                      printable(store.uri(key), 400), printable(why, 200))};
}

}  // namespace

std::string vod_queue_version_key(std::string_view prefix, std::uint64_t number) {
  return fmt::format("{}{:010}{}", prefix, number, kSuffix);
}

std::uint64_t vod_queue_version_number(std::string_view prefix, std::string_view key) {
  if (!key.starts_with(prefix) || !key.ends_with(kSuffix) || key.size() != prefix.size() + kDigits + kSuffix.size()) return 0;
  const std::string_view digits = key.substr(prefix.size(), kDigits);
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return problem == std::errc() && end == digits.data() + digits.size() ? number : 0;
}

std::string print_vod_queue_version(const VodQueueVersion& version) {
  std::string json = "{\"writing\":";
  append_json_string(json, version.writing);
  json += ",\"before\":";
  append_json_string(json, version.before);
  json += ",\"items\":" + print_vod_queue(version.items) + "}\n";
  return compress_zstd(json);
}

Result<VodQueueVersion> get_vod_queue_version(const ObjectStore& store, std::string_view prefix, std::uint64_t number) {
  const std::string key = vod_queue_version_key(prefix, number);
  const auto bytes = store.get(key);
  if (!bytes) return bytes.error();
  std::string json;
  const auto whole = decompress(Compression::kZstd, *bytes, json, kMostBytes);
  if (!whole) return damaged(store, key, whole.error().message);
  if (!whole->complete) return damaged(store, key, whole->problem);
  VodQueueVersion version{.number = number};
  auto items = parse_vod_queue(json);
  if (!items) return damaged(store, key, items.error().message);
  version.items = *std::move(items);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json).get(root) == simdjson::SUCCESS) {
    version.writing = text_of(root, "writing");
    version.before = text_of(root, "before");
  }
  return version;
}

Result<VodQueueVersion> last_vod_queue_version(const ObjectStore& store, std::string_view prefix) {
  for (int i = 0;; ++i) {
    const auto objects = store.list(prefix);
    if (!objects) return objects.error();
    std::uint64_t last = 0;
    for (const StoredObject& object : *objects) last = std::max(last, vod_queue_version_number(prefix, object.key));
    if (last == 0) return VodQueueVersion{};
    auto version = get_vod_queue_version(store, prefix, last);
    // Gone since the listing: then there are newer ones.
    const bool is_gone = !version && version.error().code == ErrorCode::kNotFound;
    if (!is_gone || i == kTries) return version;
  }
}

}  // namespace vieweratlas::collect_internal
