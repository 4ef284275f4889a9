#include "storage/cache_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "storage/file_calls.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::storage_internal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kCheckDigits = 16;
constexpr std::size_t kCheckBlock = std::size_t{1} << 20U;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
// No download takes that long without being given up by the store's deadline.
constexpr std::int64_t kLeftOverSeconds = 24 * 3600;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<CachedFile> parse_name(std::string_view name) {
  if (name.size() < kIdDigits + kCheckDigits + 3 || name[kIdDigits] != '-' || name[name.size() - kCheckDigits - 1] != '-')
    return std::nullopt;
  CachedFile file{.id = std::string(name.substr(0, kIdDigits)), .check = std::string(name.substr(name.size() - kCheckDigits))};
  const std::string_view size = name.substr(kIdDigits + 1, name.size() - kIdDigits - kCheckDigits - 2);
  const auto [end, problem] = std::from_chars(size.data(), size.data() + size.size(), file.num_bytes);
  if (problem != std::errc() || end != size.data() + size.size() || !is_hex(file.id) || !is_hex(file.check)) return std::nullopt;
  return file;
}

std::int64_t modified_ns(const struct stat& facts) { return facts.st_mtim.tv_sec * kNsPerSecond + facts.st_mtim.tv_nsec; }

/// One folder with its parents, for this user alone where it is new.
Status make_folder(const fs::path& folder) {
  if (folder.empty() || ::mkdir(folder.c_str(), 0700) == 0) return {};
  if (errno == ENOENT && folder.has_relative_path()) {
    if (Status made = make_folder(folder.parent_path()); !made) return made;
    if (::mkdir(folder.c_str(), 0700) == 0) return {};
  }
  return errno == EEXIST ? Status() : system_error(errno, "making the folder", folder);
}

}  // namespace

std::string CachedFile::name() const { return id + "-" + std::to_string(num_bytes) + "-" + check; }

Status CacheFolder::prepare() const {
  constexpr mode_t kRightsOfOthers = 077;
  if (Status made = make_folder(folder_); !made) return made;
  struct stat facts{};
  if (::lstat(folder_.c_str(), &facts) != 0) return system_error(errno, "opening the folder", folder_);
  if (!S_ISDIR(facts.st_mode)) return system_error(ENOTDIR, "opening the folder", folder_);
  const std::string name = printable(folder_.string());
  if (facts.st_uid != ::geteuid()) {
    return Error{ErrorCode::kDenied, "the cache " + name + " belongs to another user; storage.cache_dir names a folder of your own"};
  }
  if ((facts.st_mode & kRightsOfOthers) != 0) {
    return Error{ErrorCode::kDenied, "the cache " + name + " is open to other users; run: chmod 700 " + name};
  }
  if (::access(folder_.c_str(), R_OK | W_OK | X_OK) != 0) return system_error(errno, "writing into", folder_);
  return {};
}

void CacheFolder::list_one(const fs::path& folder, std::string_view prefix, std::vector<CachedFile>& files) const {
  const std::int64_t now_s = std::chrono::floor<std::chrono::seconds>(SystemClock().utc()).time_since_epoch().count();
  std::error_code problem;
  for (fs::directory_iterator it(folder, problem); !problem && it != fs::directory_iterator(); it.increment(problem)) {
    const std::string name = it->path().filename().string();
    const bool is_temporary = name.starts_with('.') && name.ends_with(".tmp");
    std::optional<CachedFile> file = parse_name(name);
    if (!is_temporary && (!file || !file->id.starts_with(prefix))) continue;
    struct stat facts{};
    // Other processes may remove files at any time.
    if (::lstat(it->path().c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    if (is_temporary) {
      if (facts.st_mtim.tv_sec < now_s - kLeftOverSeconds) ::unlink(it->path().c_str());
      continue;
    }
    file->used_ns = modified_ns(facts);
    files.push_back(*std::move(file));
  }
}

Result<std::vector<CachedFile>> CacheFolder::list() const {
  std::vector<CachedFile> files;
  std::error_code problem;
  fs::directory_iterator it(folder_, problem);
  if (problem) return system_error(problem.value(), "listing", folder_);
  for (; !problem && it != fs::directory_iterator(); it.increment(problem)) {
    const std::string name = it->path().filename().string();
    if (name.size() == 2 && is_hex(name)) list_one(it->path(), name, files);
  }
  if (problem) return system_error(problem.value(), "listing", folder_);
  return files;
}

std::optional<CachedFile> CacheFolder::find(const std::string& id) const {
  std::vector<CachedFile> files;
  list_one(folder_of(id), id, files);
  // Two with one id: an object whose version does not tell its content. The later one is as good as the store's.
  const auto latest =
      std::max_element(files.begin(), files.end(), [](const CachedFile& a, const CachedFile& b) { return a.used_ns < b.used_ns; });
  return latest == files.end() ? std::nullopt : std::optional(*latest);
}

Result<fs::path> CacheFolder::temporary_for(const std::string& id) const {
  const fs::path folder = folder_of(id);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return system_error(errno, "making the folder", folder);
  return temporary_name(folder / id);
}

bool CacheFolder::place(const fs::path& temporary, const CachedFile& file) const {
  const fs::path path = path_of(file);
  if (::rename(temporary.c_str(), path.c_str()) == 0) return true;
  // An object that changed after it was listed has another id, and maybe another folder, than it was fetched for.
  return errno == ENOENT && ::mkdir(folder_of(file.id).c_str(), 0700) == 0 && ::rename(temporary.c_str(), path.c_str()) == 0;
}

Result<ContentCheck> check_content(int fd, const fs::path& path) {
  ContentCheck result;
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return system_error(errno, "reading", path);
  // Most files are small: they need no more memory than their size.
  std::string block(std::clamp<std::size_t>(static_cast<std::size_t>(facts.st_size), 1, kCheckBlock), '\0');
  std::string digests;
  for (;;) {
    std::size_t size = 0;
    while (size < block.size()) {
      const ssize_t got = ::pread(fd, block.data() + size, block.size() - size, static_cast<off_t>(result.num_bytes + size));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(errno, "reading", path);
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
    }
    if (size == 0) break;
    result.num_bytes += size;
    digests += to_string(digest_of(std::string_view(block).substr(0, size)));
  }
  const std::string whole = to_string(digest_of(digests));
  result.check = whole.substr(whole.size() - kCheckDigits);
  return result;
}

}  // namespace vieweratlas::storage_internal
