#include "vieweratlas/storage/object_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "storage/descriptor.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxKeyBytes = 1024;  // what S3 takes
constexpr std::size_t kMaxPartBytes = 200;  // file systems take 255; a temporary name adds to it

bool is_key_part(std::string_view part) {
  if (part.empty() || part.size() > kMaxPartBytes || part.starts_with('.')) return false;
  if (part.ends_with(".tmp") || part.ends_with(".part") || part.ends_with('~')) return false;
  return std::none_of(part.begin(), part.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\'; });
}

Error wrong_key(std::string_view key) {
  return {ErrorCode::kInvalidArgument,
          "\"" + printable(key) + "\" is no name for a stored file: a part of it is empty, hidden or too long"};
}

}  // namespace

bool is_object_key(std::string_view key) {
  if (key.empty() || key.size() > kMaxKeyBytes) return false;
  const std::vector<std::string_view> parts = split(key, '/');
  return std::all_of(parts.begin(), parts.end(), is_key_part);
}

Status LocalStore::put(std::string_view key, std::string_view bytes) {
  if (!is_object_key(key)) return wrong_key(key);
  return write_file_atomic(root_ / key, bytes);
}

Result<std::string> LocalStore::get(std::string_view key) const {
  if (!is_object_key(key)) return wrong_key(key);
  return read_file(root_ / key);
}

Result<bool> LocalStore::exists(std::string_view key) const {
  if (!is_object_key(key)) return wrong_key(key);
  struct stat facts{};
  if (::stat((root_ / key).c_str(), &facts) == 0) return S_ISREG(facts.st_mode);
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return system_error(errno, "looking for", root_ / key);
}

Result<std::vector<StoredObject>> LocalStore::list(std::string_view prefix) const {
  // Only the folder that the prefix names is looked through.
  const std::size_t slash = prefix.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? std::string_view() : prefix.substr(0, slash);
  if (!folder.empty() && !is_object_key(folder)) return wrong_key(prefix);
  std::error_code ignored;
  if (!fs::exists(root_ / folder, ignored)) return std::vector<StoredObject>();
  Result<std::vector<FileEntry>> files = list_files(root_ / folder);
  if (!files) return std::move(files).error();
  std::vector<StoredObject> objects;
  for (const FileEntry& file : *files) {
    std::string key = folder.empty() ? file.key : std::string(folder) + "/" + file.key;
    if (key.starts_with(prefix)) {
      objects.push_back({.key = std::move(key), .num_bytes = file.num_bytes, .modified_s = file.modified_s});
    }
  }
  return objects;
}

Status LocalStore::remove(std::string_view key) {
  if (!is_object_key(key)) return wrong_key(key);
  const fs::path path = root_ / key;
  if (::unlink(path.c_str()) == 0) return storage_internal::sync_folder(storage_internal::parent_of(path));
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return system_error(errno, "removing", path);
}

std::string LocalStore::uri(std::string_view key) const {
  std::error_code ignored;
  const fs::path absolute = fs::absolute(root_ / key, ignored);
  return "file://" + absolute.lexically_normal().string();
}

}  // namespace vieweratlas
