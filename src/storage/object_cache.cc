#include "vieweratlas/storage/object_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/cache_folder.h"
#include "storage/file_calls.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

// Who fetches what: an object is fetched by one thread at a time, the others that want it wait (busy_). What was fetched ahead is not let
// go before it was opened (ahead_). Disk and network are used without the mutex.

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using storage_internal::CachedFile;
using storage_internal::CacheFolder;
using storage_internal::check_content;
using storage_internal::ContentCheck;

// Beyond it an object does not go to memory when the disk has no room for it.
constexpr std::uint64_t kMaxMemoryBytes = 256ULL << 20U;

/// A descriptor that is handed on.
class OpenFile {
 public:
  explicit OpenFile(int fd = -1) : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  [[nodiscard]] int get() const { return fd_; }
  /// At its beginning.
  [[nodiscard]] int release() {
    ::lseek(fd_, 0, SEEK_SET);
    return std::exchange(fd_, -1);
  }

 private:
  int fd_;
};

}  // namespace

class ObjectCache::Impl {
 public:
  Impl(const ObjectStore& store, ObjectCacheOptions options)
      : store_(store), options_(std::move(options)), folder_(options_.folder), max_ahead_(options_.max_bytes / 2) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& fetcher : fetchers_) fetcher.join();
  }

  Status start() {
    if (Status prepared = folder_.prepare(); !prepared) return prepared;
    return scan();
  }
  Result<int> open(const StoredObject& object);
  void prefetch(std::span<const StoredObject> objects);
  ObjectCacheCounts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  struct Known {
    CachedFile file;
    std::uint64_t use = 0;    ///< of this process, by number; 0 = none
    bool is_checked = false;  ///< its content was looked at in this process
  };

  [[nodiscard]] std::string id_of(const StoredObject& object) const {
    return to_string(digest_of(store_.uri(object.key) + "\n" + std::to_string(object.num_bytes) + "\n" + object.version)).substr(9);
  }

  Status scan();
  Result<OpenFile> obtain(const StoredObject& object, const std::string& id);
  OpenFile open_kept(const std::string& id);
  Result<OpenFile> fetch(const StoredObject& object, const std::string& id);
  Result<OpenFile> fetch_to_disk(const StoredObject& object, const std::string& id, StoredObject& got);
  Result<OpenFile> fetch_to_memory(const StoredObject& object, StoredObject& got);
  Status keep(const fs::path& temporary, const StoredObject& got, const OpenFile& file);
  void make_room(std::uint64_t num_bytes);
  void fetch_ahead();
  /// An object is not ahead any more. The caller holds the mutex.
  void stop_waiting(const std::string& id) {
    const auto waited = ahead_.find(id);
    if (waited == ahead_.end()) return;
    num_ahead_bytes_ -= waited->second;
    ahead_.erase(waited);
  }

  const ObjectStore& store_;
  const ObjectCacheOptions options_;
  const CacheFolder folder_;
  const std::uint64_t max_ahead_;
  std::mutex room_mutex_;  // one thread makes room; taken before mutex_

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<std::string, Known, std::less<>> known_;
  std::uint64_t num_kept_bytes_ = 0;
  std::uint64_t num_unscanned_bytes_ = 0;  // fetched since the folder was looked at
  std::uint64_t num_uses_ = 0;
  std::set<std::string, std::less<>> busy_;
  std::map<std::string, std::uint64_t, std::less<>> ahead_;  // bytes of what was fetched ahead and is not opened yet
  std::uint64_t num_ahead_bytes_ = 0;
  std::map<std::string, Error, std::less<>> problems_;  // of fetching ahead
  std::set<std::string, std::less<>> opened_;           // since prefetch(): need not be fetched ahead any more
  std::deque<StoredObject> wanted_;
  ObjectCacheCounts counts_;
  bool stopping_ = false;
  std::vector<std::thread> fetchers_;
};

Status ObjectCache::Impl::scan() {
  Result<std::vector<CachedFile>> files = folder_.list();
  if (!files) return std::move(files).error();
  const std::lock_guard lock(mutex_);
  std::map<std::string, Known, std::less<>> known;
  num_kept_bytes_ = 0;
  for (CachedFile& file : *files) {
    num_kept_bytes_ += file.num_bytes;
    Known& entry = known[file.id];
    if (const auto before = known_.find(file.id); before != known_.end() && before->second.file.check == file.check) {
      entry.use = before->second.use;
      entry.is_checked = before->second.is_checked;
    }
    entry.file = std::move(file);
  }
  known_ = std::move(known);
  num_unscanned_bytes_ = 0;
  return {};
}

Result<int> ObjectCache::Impl::open(const StoredObject& object) {
  const std::string id = id_of(object);
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !busy_.contains(id); });
    if (const auto problem = problems_.find(id); problem != problems_.end()) {
      Error error = std::move(problem->second);
      problems_.erase(problem);
      return error;
    }
    busy_.insert(id);
  }
  Result<OpenFile> file = obtain(object, id);
  {
    const std::lock_guard lock(mutex_);
    busy_.erase(id);
    stop_waiting(id);
    if (!fetchers_.empty()) opened_.insert(id);
  }
  changed_.notify_all();
  if (!file) return std::move(file).error();
  return file->release();
}

/// The object from the folder, else from the store. The caller has it in busy_.
Result<OpenFile> ObjectCache::Impl::obtain(const StoredObject& object, const std::string& id) {
  OpenFile kept = open_kept(id);
  if (kept.valid()) return kept;
  return fetch(object, id);
}

OpenFile ObjectCache::Impl::open_kept(const std::string& id) {
  std::optional<Known> entry;
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = known_.find(id); it != known_.end()) entry = it->second;
  }
  if (!entry) {
    if (std::optional<CachedFile> file = folder_.find(id)) entry = Known{.file = *std::move(file)};
  }
  if (!entry) return OpenFile();
  const fs::path path = folder_.path_of(entry->file);
  OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  bool is_right = file.valid();
  if (is_right && !entry->is_checked) {
    const Result<ContentCheck> content = check_content(file.get(), path);
    is_right = content.ok() && content->num_bytes == entry->file.num_bytes && content->check == entry->file.check;
    if (!is_right) ::unlink(path.c_str());
  }
  const std::lock_guard lock(mutex_);
  if (!is_right) {
    if (known_.erase(id) > 0) num_kept_bytes_ -= std::min(num_kept_bytes_, entry->file.num_bytes);
    if (file.valid()) ++counts_.num_damaged;
    return OpenFile();
  }
  ::futimens(file.get(), nullptr);  // it is in use; where that is not allowed it only goes earlier
  if (!entry->is_checked) ++counts_.num_hits;
  entry->is_checked = true;
  entry->use = ++num_uses_;
  const auto [it, inserted] = known_.insert_or_assign(id, *std::move(entry));
  if (inserted) num_kept_bytes_ += it->second.file.num_bytes;
  return file;
}

Result<OpenFile> ObjectCache::Impl::fetch(const StoredObject& object, const std::string& id) {
  make_room(object.num_bytes);
  StoredObject got;
  Result<OpenFile> file = fetch_to_disk(object, id, got);
  if (!file && file.error().code == ErrorCode::kLimitExceeded) {
    make_room(options_.max_bytes);
    file = fetch_to_disk(object, id, got);
  }
  if (!file && file.error().code == ErrorCode::kLimitExceeded && object.num_bytes <= kMaxMemoryBytes) file = fetch_to_memory(object, got);
  if (!file) {
    if (file.error().code != ErrorCode::kLimitExceeded) return file;
    return Error{ErrorCode::kLimitExceeded, "fetching " + printable(store_.uri(object.key)) + " into the cache: " + file.error().message +
                                                ", or name a folder on a larger disk with storage.cache_dir"};
  }
  const std::lock_guard lock(mutex_);
  ++counts_.num_downloads;
  counts_.num_bytes += got.num_bytes;
  return file;
}

Result<OpenFile> ObjectCache::Impl::fetch_to_disk(const StoredObject& object, const std::string& id, StoredObject& got) {
  const Result<fs::path> temporary = folder_.temporary_for(id);
  if (!temporary) return temporary.error();
  OpenFile file;
  Result<StoredObject> facts = StoredObject();
  if (object.num_bytes >= options_.part_bytes) {
    facts = store_.get_file(object.key, *temporary);
    if (facts) file = OpenFile(::open(temporary->c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (file.valid()) ::fchmod(file.get(), 0600);
  } else {
    file = OpenFile(::open(temporary->c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid()) return system_error(errno, "writing", *temporary);
    facts =
        store_.get_stream(object.key, [&](std::string_view piece) { return storage_internal::write_all(file.get(), piece, *temporary); });
  }
  if (facts && !file.valid()) facts = system_error(errno, "opening", *temporary);
  if (!facts) {
    ::unlink(temporary->c_str());
    return std::move(facts).error();
  }
  got = *std::move(facts);
  got.key = object.key;
  if (got.version.empty()) got.version = object.version;
  if (Status kept = keep(*temporary, got, file); !kept) return std::move(kept).error();
  return file;
}

Result<OpenFile> ObjectCache::Impl::fetch_to_memory(const StoredObject& object, StoredObject& got) {
  const fs::path name("memory");
  OpenFile file(::memfd_create("vieweratlas-object", MFD_CLOEXEC));
  if (!file.valid()) return system_error(errno, "making a file in", name);
  Result<StoredObject> facts =
      store_.get_stream(object.key, [&](std::string_view piece) { return storage_internal::write_all(file.get(), piece, name); });
  if (!facts) return std::move(facts).error();
  got = *std::move(facts);
  const std::lock_guard lock(mutex_);
  ++counts_.num_unkept;
  return file;
}

/// Gives what was fetched its name, or takes it away again when it is larger than all that may be kept.
Status ObjectCache::Impl::keep(const fs::path& temporary, const StoredObject& got, const OpenFile& file) {
  const Result<ContentCheck> content = check_content(file.get(), temporary);
  if (content && content->num_bytes != got.num_bytes) {
    ::unlink(temporary.c_str());
    return Error{ErrorCode::kUnavailable, "reading " + printable(store_.uri(got.key)) + ": " + with_thousands(content->num_bytes) + " of " +
                                              with_thousands(got.num_bytes) + " bytes arrived; run again"};
  }
  CachedFile kept{.id = id_of(got), .num_bytes = got.num_bytes, .check = content ? content->check : std::string(), .used_ns = 0};
  const bool is_kept = content.ok() && got.num_bytes <= options_.max_bytes && folder_.place(temporary, kept);
  if (!is_kept) ::unlink(temporary.c_str());
  const std::lock_guard lock(mutex_);
  if (!is_kept) {
    ++counts_.num_unkept;
    return {};
  }
  num_kept_bytes_ += got.num_bytes;
  num_unscanned_bytes_ += got.num_bytes;
  std::string id = kept.id;
  known_.insert_or_assign(std::move(id), Known{.file = std::move(kept), .use = ++num_uses_, .is_checked = true});
  return {};
}

/// Lets files go until `num_bytes` more fit. What other processes added is seen from time to time.
void ObjectCache::Impl::make_room(std::uint64_t num_bytes) {
  constexpr std::uint64_t kScanShare = 20;   // of max_bytes, fetched before the folder is looked at again
  constexpr std::uint64_t kSlackShare = 10;  // of max_bytes, that is freed beyond what is needed, so that it is not done for each object
  const std::lock_guard room(room_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (num_kept_bytes_ + num_bytes <= options_.max_bytes && num_unscanned_bytes_ <= options_.max_bytes / kScanShare) return;
  }
  if (!scan()) return;
  const std::lock_guard lock(mutex_);
  if (num_kept_bytes_ + num_bytes <= options_.max_bytes) return;
  const std::uint64_t slack = options_.max_bytes / kSlackShare;
  const std::uint64_t target = options_.max_bytes - std::min(options_.max_bytes, num_bytes + slack);
  std::vector<const Known*> by_use;
  for (const auto& [id, entry] : known_) {
    if (!ahead_.contains(id) && !busy_.contains(id)) by_use.push_back(&entry);
  }
  std::sort(by_use.begin(), by_use.end(), [](const Known* a, const Known* b) {
    return std::tie(a->file.used_ns, a->use, a->file.id) < std::tie(b->file.used_ns, b->use, b->file.id);
  });
  for (const Known* entry : by_use) {
    if (num_kept_bytes_ <= target) break;
    ::unlink(folder_.path_of(entry->file).c_str());
    num_kept_bytes_ -= std::min(num_kept_bytes_, entry->file.num_bytes);
    ++counts_.num_evicted;
    known_.erase(std::string(entry->file.id));
  }
}

void ObjectCache::Impl::prefetch(std::span<const StoredObject> objects) {
  {
    const std::lock_guard lock(mutex_);
    wanted_.assign(objects.begin(), objects.end());
    // What an earlier call fetched and nobody opened waits for nobody any more.
    ahead_.clear();
    num_ahead_bytes_ = 0;
    problems_.clear();
    opened_.clear();
    while (fetchers_.size() < options_.num_fetchers && fetchers_.size() < objects.size()) fetchers_.emplace_back([this] { fetch_ahead(); });
  }
  changed_.notify_all();
}

void ObjectCache::Impl::fetch_ahead() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] {
      return stopping_ || (!wanted_.empty() && (num_ahead_bytes_ + wanted_.front().num_bytes <= max_ahead_ || ahead_.empty()));
    });
    if (stopping_) return;
    const StoredObject object = std::move(wanted_.front());
    wanted_.pop_front();
    std::string id = id_of(object);
    // What is too large to wait here is fetched by whoever opens it.
    if (object.num_bytes > max_ahead_ || busy_.contains(id) || ahead_.contains(id) || opened_.contains(id)) continue;
    busy_.insert(id);
    ahead_.emplace(id, object.num_bytes);
    num_ahead_bytes_ += object.num_bytes;
    lock.unlock();
    const Result<OpenFile> file = obtain(object, id);
    lock.lock();
    busy_.erase(id);
    if (!file) {
      stop_waiting(id);
      // One object may be missing; when the store does not answer the others need not be tried.
      if (file.error().code != ErrorCode::kNotFound) wanted_.clear();
      problems_.emplace(std::move(id), file.error());
    }
    changed_.notify_all();
  }
}

ObjectCache::ObjectCache(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ObjectCache::~ObjectCache() = default;

Result<std::unique_ptr<ObjectCache>> ObjectCache::open(const ObjectStore& store, ObjectCacheOptions options) {
  auto impl = std::make_unique<Impl>(store, std::move(options));
  if (Status started = impl->start(); !started) return std::move(started).error();
  return std::unique_ptr<ObjectCache>(new ObjectCache(std::move(impl)));
}

Result<int> ObjectCache::open(const StoredObject& object) { return impl_->open(object); }
void ObjectCache::prefetch(std::span<const StoredObject> objects) { impl_->prefetch(objects); }
ObjectCacheCounts ObjectCache::counts() const { return impl_->counts(); }

}  // namespace vieweratlas
