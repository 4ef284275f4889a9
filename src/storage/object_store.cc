#include "vieweratlas/storage/object_store.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/file_sink.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kMaxKeyBytes = 1024;   // what S3 takes
constexpr std::size_t kMaxPartBytes = 200;   // file systems take 255; a temporary name adds to it
constexpr std::size_t kObjectsAPage = 1000;  // what S3 gives

bool has_wrong_character(std::string_view text) {
  return !is_utf8(text) ||
         std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\'; });
}

bool is_key_part(std::string_view part) {
  if (part.empty() || part.size() > kMaxPartBytes || part.starts_with('.')) return false;
  return !part.ends_with(".tmp") && !part.ends_with(".part") && !part.ends_with('~');
}

}  // namespace

bool is_object_key(std::string_view key) {
  if (key.empty() || key.size() > kMaxKeyBytes || has_wrong_character(key)) return false;
  const std::vector<std::string_view> parts = split(key, '/');
  return std::all_of(parts.begin(), parts.end(), is_key_part);
}

bool is_object_prefix(std::string_view prefix) {
  const std::size_t slash = prefix.rfind('/');
  if (slash != std::string_view::npos && !is_object_key(prefix.substr(0, slash))) return false;
  const std::string_view begun = slash == std::string_view::npos ? prefix : prefix.substr(slash + 1);
  return prefix.size() <= kMaxKeyBytes && begun.size() <= kMaxPartBytes && !begun.starts_with('.') && !has_wrong_character(begun);
}

Error wrong_key(std::string_view key) {
  return {ErrorCode::kInvalidArgument, "\"" + printable(key) +
                                           "\" is no name for a stored object: names are UTF-8 in parts divided by '/', of which none is "
                                           "empty, begins with a dot, ends like a temporary file or is longer than 200 bytes"};
}

Error wrong_prefix(std::string_view prefix) {
  return {ErrorCode::kInvalidArgument, "no stored object can have a name that begins with \"" + printable(prefix) + "\""};
}

std::string_view content_type_of(std::string_view key) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes{{
      {".json", "application/json"},
      {".ndjson", "application/x-ndjson"},
      {".jsonl", "application/x-ndjson"},
      {".csv", "text/csv; charset=utf-8"},
      {".html", "text/html; charset=utf-8"},
      {".txt", "text/plain; charset=utf-8"},
      {".png", "image/png"},
      {".svg", "image/svg+xml"},
      {".gexf", "application/gexf+xml"},
      {".parquet", "application/vnd.apache.parquet"},
      {".gz", "application/gzip"},
      {".zst", "application/zstd"},
  }};
  for (const auto& [suffix, type] : kTypes) {
    if (key.ends_with(suffix)) return type;
  }
  return "application/octet-stream";
}

Result<bool> ObjectStore::exists(std::string_view key) const {
  const Result<std::optional<StoredObject>> found = find(key);
  if (!found) return found.error();
  return found->has_value();
}

Result<std::vector<StoredObject>> ObjectStore::list(std::string_view prefix, std::string_view suffix) const {
  std::vector<StoredObject> all;
  std::string next;
  do {
    Result<ObjectPage> page = list_page(prefix, next, kObjectsAPage);
    if (!page) return std::move(page).error();
    for (StoredObject& object : page->objects) {
      if (object.key.ends_with(suffix)) all.push_back(std::move(object));
    }
    next = std::move(page->next);
  } while (!next.empty());
  return all;
}

Status ObjectStore::put_file(std::string_view key, const std::filesystem::path& path, const PutOptions& options) {
  const Result<std::unique_ptr<ByteSource>> source = open_stored_bytes(path);
  if (!source) return source.error();
  return put_stream(key, **source, options);
}

Result<StoredObject> ObjectStore::get_file(std::string_view key, const std::filesystem::path& path) const {
  Result<FileSink> file = FileSink::begin(path);
  if (!file) return std::move(file).error();
  Result<StoredObject> object = get_stream(key, [&](std::string_view piece) { return file->append(piece); });
  if (!object) return object;
  if (Status placed = file->commit(); !placed) return std::move(placed).error();
  return object;
}

}  // namespace vieweratlas
