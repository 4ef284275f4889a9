#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "collect/vod_queue_file.h"
#include "collect/vod_queue_home.h"
#include "collect/vod_queue_versions.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::collect_internal {
namespace {

namespace fs = std::filesystem;

/// Holds FILE.lock until it ends; the kernel lets it go when the process dies.
class QueueLock {
 public:
  [[nodiscard]] static Result<QueueLock> take(const fs::path& file) {
    fs::path path = file;
    path += ".lock";
    std::error_code problem;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), problem);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return system_error(errno, "locking", path);
    QueueLock lock(fd);
    while (::flock(fd, LOCK_EX) != 0) {
      if (errno != EINTR) return system_error(errno, "locking", path);
    }
    return lock;
  }
  QueueLock(QueueLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  QueueLock(const QueueLock&) = delete;
  QueueLock& operator=(const QueueLock&) = delete;
  QueueLock& operator=(QueueLock&&) = delete;
  ~QueueLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit QueueLock(int fd) : fd_(fd) {}
  int fd_;
};

class VodQueueInFile final : public VodQueueHome {
 public:
  explicit VodQueueInFile(fs::path file) : file_(std::move(file)) {}

  [[nodiscard]] Result<Items> read() const override {
    const auto json = read_file(file_);
    if (!json && json.error().code == ErrorCode::kNotFound) return left_by_a_store();
    if (!json) return json.error();
    auto items = parse_vod_queue(*json);
    if (!items) return std::move(items).error().with_context(printable(file_.string(), 400));
    return items;
  }

  [[nodiscard]] Status update(const Change& change) override {
    const auto lock = QueueLock::take(file_);
    if (!lock) return lock.error();
    auto items = read();
    if (!items) return std::move(items).error();
    const auto is_changed = change(*items);
    if (!is_changed) return is_changed.error();
    return *is_changed ? write_file_atomic(file_, print_vod_queue(*items)) : Status();
  }

 private:
  [[nodiscard]] Result<Items> left_by_a_store() const {
    std::error_code problem;
    if (!fs::is_directory(file_.parent_path() / "vod_queue", problem)) return Items();
    const LocalStore folder(file_.parent_path());
    const auto last = last_vod_queue_version(folder, "vod_queue/");
    if (!last) return last.error();
    return last->items;
  }

  fs::path file_;
};

}  // namespace

std::unique_ptr<VodQueueHome> vod_queue_in_file(fs::path file) { return std::make_unique<VodQueueInFile>(std::move(file)); }

}  // namespace vieweratlas::collect_internal
