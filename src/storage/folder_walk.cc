// Depth first, the entries of each folder sorted as their keys are: a folder's name counts with its '/', so that "a-b" < "a.b" < "a/b" <
// "a0" come as they come in a store without folders. The range cuts off folders before they are opened.

#include "storage/folder_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/store_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::storage_internal {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

class Walk {
 public:
  Walk(const StoreFolder& root, const WalkRange& range) : root_(root), range_(range) {}

  /// `begin` is the folder's key with its '/', or empty.
  Status enter(Descriptor descriptor, const std::string& begin) {
    const OpenFolder folder(::fdopendir(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 0)));
    if (folder == nullptr) return system_error(errno, "listing", root_.path_of(begin));
    Result<std::vector<std::string>> keys = read_entries(folder.get(), begin);
    if (!keys) return std::move(keys).error();
    for (std::string& key : *keys) {
      if (files_.size() == range_.max_files) return {};
      if (Status taken = take(descriptor.get(), begin, std::move(key)); !taken) return taken;
    }
    return {};
  }
  [[nodiscard]] std::vector<WalkedFile> files() && { return std::move(files_); }

 private:
  /// Keys of the files and, with '/' at the end, of the folders that have a part in the range; sorted.
  Result<std::vector<std::string>> read_entries(DIR* folder, const std::string& begin) const {
    std::vector<std::string> keys;
    for (;;) {
      errno = 0;
      const struct dirent* entry = ::readdir(folder);  // NOLINT(concurrency-mt-unsafe): glibc's is safe for streams of one's own
      if (entry == nullptr) break;
      const std::string_view name(entry->d_name);
      if (!is_object_key(name)) continue;
      std::string key = begin + std::string(name);
      unsigned char kind = entry->d_type;
      if (kind == DT_UNKNOWN) kind = kind_of(::dirfd(folder), entry->d_name);
      if (kind == DT_DIR) key += '/';
      if ((kind == DT_DIR && folder_matters(key)) || (kind == DT_REG && file_matters(key))) keys.push_back(std::move(key));
    }
    if (errno != 0) return system_error(errno, "listing", root_.path_of(begin));
    std::sort(keys.begin(), keys.end());
    // An entry that is replaced while the folder is read may come twice.
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }

  static unsigned char kind_of(int folder, const char* name) {
    struct stat facts{};
    if (::fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
    if (S_ISDIR(facts.st_mode)) return DT_DIR;
    return S_ISREG(facts.st_mode) ? DT_REG : DT_UNKNOWN;
  }
  [[nodiscard]] bool file_matters(std::string_view key) const {
    return key.starts_with(range_.prefix) && key > range_.after && is_object_key(key);
  }
  [[nodiscard]] bool folder_matters(std::string_view key) const {
    const bool below_prefix = key.starts_with(range_.prefix) || range_.prefix.starts_with(key);
    return below_prefix && is_object_key(key.substr(0, key.size() - 1)) && (key > range_.after || range_.after.starts_with(key));
  }

  Status take(int folder, const std::string& begin, std::string key) {
    const bool is_folder = key.back() == '/';
    const std::string name = key.substr(begin.size(), key.size() - begin.size() - (is_folder ? 1 : 0));
    // What vanishes between listing and here was removed by somebody else, or is being replaced: then the next walk sees it.
    if (is_folder) {
      Descriptor child(::openat(folder, name.c_str(), kFolderFlags | O_NOFOLLOW));
      if (child.valid()) return enter(std::move(child), key);
      if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return {};
      return system_error(errno, "listing", root_.path_of(key));
    }
    WalkedFile file{.key = std::move(key), .facts = {}};
    if (::fstatat(folder, name.c_str(), &file.facts, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(file.facts.st_mode)) return {};
    files_.push_back(std::move(file));
    return {};
  }

  const StoreFolder& root_;
  const WalkRange& range_;
  std::vector<WalkedFile> files_;
};

}  // namespace

Result<std::vector<WalkedFile>> walk_folder(const StoreFolder& folder, const WalkRange& range) {
  const std::size_t slash = range.prefix.rfind('/');
  const std::string_view begin = slash == std::string_view::npos ? std::string_view() : range.prefix.substr(0, slash);
  Result<Descriptor> top = folder.open_below(begin, kFolderFlags);
  if (!top && top.error().code == ErrorCode::kNotFound) return std::vector<WalkedFile>();
  if (!top) return std::move(top).error();
  Walk walk(folder, range);
  if (Status walked = walk.enter(*std::move(top), begin.empty() ? std::string() : std::string(begin) + "/"); !walked) {
    return std::move(walked).error();
  }
  return std::move(walk).files();
}

}  // namespace vieweratlas::storage_internal
