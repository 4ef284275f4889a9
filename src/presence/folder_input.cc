#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

StoredObject object_of(FileEntry file) {
  return {.key = std::move(file.key),
          .num_bytes = file.num_bytes,
          .modified_s = file.modified_s,
          .version = std::to_string(file.num_bytes) + "-" + std::to_string(file.modified_s) + "." + std::to_string(file.modified_ns)};
}

class FolderInput final : public PresenceInput {
 public:
  explicit FolderInput(fs::path path) : path_(std::move(path)) {}
  FolderInput(const FolderInput&) = delete;
  FolderInput& operator=(const FolderInput&) = delete;
  ~FolderInput() override {
    if (folder_ >= 0) ::close(folder_);
  }

  Result<std::vector<StoredObject>> list() override {
    if (is_file()) return list_alone();
    Result<std::vector<FileEntry>> files = list_files(path_);
    if (!files) return std::move(files).error();
    if (!open_folder()) return Error{ErrorCode::kDenied, "opening " + place() + ": permission denied"};
    std::vector<StoredObject> objects;
    objects.reserve(files->size());
    for (FileEntry& file : *files) objects.push_back(object_of(std::move(file)));
    return objects;
  }

  void will_open(std::span<const StoredObject> /*files*/) override {}

  Result<int> open(const StoredObject& file) override {
    if (!open_folder()) return Error{ErrorCode::kDenied, "the folder of the file cannot be opened"};
    const int descriptor = ::openat(folder_, file.key.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor >= 0) return descriptor;
    const int problem = errno;
    const bool is_gone = problem == ENOENT || problem == ENOTDIR;
    const bool is_our_lack = problem == EMFILE || problem == ENFILE || problem == ENOMEM;
    const ErrorCode code = is_gone ? ErrorCode::kNotFound : is_our_lack ? ErrorCode::kUnavailable : ErrorCode::kDenied;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's is safe
    return Error{code, std::string("the file cannot be opened: ") + std::strerror(problem)};
  }

  [[nodiscard]] std::string place() const override { return printable(path_.string()); }

 private:
  [[nodiscard]] bool is_file() const {
    std::error_code ignored;
    return fs::is_regular_file(path_, ignored);
  }

  /// A single file is as good as a folder that holds it alone.
  [[nodiscard]] Result<std::vector<StoredObject>> list_alone() const {
    std::error_code problem;
    const std::uintmax_t size = fs::file_size(path_, problem);
    if (problem) return Error{ErrorCode::kNotFound, "reading " + place() + ": the file was removed"};
    return std::vector<StoredObject>{object_of({.key = path_.filename().string(), .path = {}, .num_bytes = size})};
  }

  /// Keys are opened below a descriptor: shorter paths to walk, and a folder that is renamed meanwhile stays the same.
  bool open_folder() {
    std::call_once(folder_is_open_, [this] {
      const fs::path folder = !is_file() ? path_ : path_.has_parent_path() ? path_.parent_path() : fs::path(".");
      folder_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    });
    return folder_ >= 0;
  }

  fs::path path_;
  std::once_flag folder_is_open_;
  int folder_ = -1;
};

}  // namespace

std::unique_ptr<PresenceInput> folder_input(const fs::path& folder) { return std::make_unique<FolderInput>(folder); }

}  // namespace vieweratlas
