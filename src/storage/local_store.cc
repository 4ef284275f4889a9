#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "storage/file_calls.h"
#include "storage/folder_walk.h"
#include "storage/store_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/file_sink.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

using storage_internal::StoreFolder;
using storage_internal::WalkedFile;

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;  // fits a second-level cache
constexpr int kMaxTries = 10;

StoredObject object_of(std::string_view key, const struct stat& facts) {
  return {
      .key = std::string(key),
      .num_bytes = static_cast<std::uint64_t>(facts.st_size),
      .modified_s = facts.st_mtim.tv_sec,
      .version = std::to_string(facts.st_size) + "-" + std::to_string(facts.st_mtim.tv_sec) + "." + std::to_string(facts.st_mtim.tv_nsec)};
}

std::string_view folder_of(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : key.substr(0, slash);
}

std::string name_of(std::string_view key) { return std::string(key.substr(key.rfind('/') + 1)); }

/// A file that is open for reading, with its facts at that moment. It is never written to again: whoever replaces it makes another.
struct OpenFile {
  Descriptor descriptor;
  StoredObject facts;
  fs::path path;
};

Result<OpenFile> open_file(const fs::path& root, std::string_view key) {
  if (!is_object_key(key)) return wrong_key(key);
  const Result<StoreFolder> folder = StoreFolder::open(root);
  if (!folder) return folder.error().code == ErrorCode::kNotFound ? system_error(ENOENT, "opening", root / key) : folder.error();
  // A pipe in the place of a file is not waited for.
  Result<Descriptor> descriptor = folder->open_below(key, O_RDONLY | O_NONBLOCK);
  if (!descriptor) return std::move(descriptor).error();
  fs::path path = folder->path_of(key);
  struct stat facts{};
  if (::fstat(descriptor->get(), &facts) != 0) return system_error(errno, "reading", path);
  if (S_ISDIR(facts.st_mode)) {
    return Error{ErrorCode::kNotFound, "reading " + printable(path.string(), 400) + ": a folder has that name, and no file"};
  }
  if (!S_ISREG(facts.st_mode)) {
    return Error{ErrorCode::kInvalidArgument, "reading " + printable(path.string(), 400) + ": it is no regular file; remove it"};
  }
  return OpenFile{.descriptor = *std::move(descriptor), .facts = object_of(key, facts), .path = std::move(path)};
}

/// Fills `out` from `offset` on; what is missing at the end was cut off by somebody else.
Status read_exactly(const OpenFile& file, std::uint64_t offset, char* out, std::size_t num_bytes) {
  std::size_t done = 0;
  while (done < num_bytes) {
    const ssize_t got = ::pread(file.descriptor.get(), out + done, num_bytes - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "reading", file.path);
    if (got == 0) {
      return Error{ErrorCode::kUnavailable, "reading " + printable(file.path.string(), 400) + ": it was cut off meanwhile; try again"};
    }
    done += static_cast<std::size_t>(got);
  }
  return {};
}

/// The content of a file that is open.
class FileContent final : public ByteSource {
 public:
  explicit FileContent(const OpenFile& file) : file_(file), piece_(std::make_unique_for_overwrite<char[]>(kPieceBytes)) {
    ::posix_fadvise(file.descriptor.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  Result<std::string_view> next() override {
    const auto num_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, file_.facts.num_bytes - offset_));
    if (Status done = read_exactly(file_, offset_, piece_.get(), num_bytes); !done) return std::move(done).error();
    offset_ += num_bytes;
    return std::string_view(piece_.get(), num_bytes);
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return offset_; }

 private:
  const OpenFile& file_;
  std::unique_ptr<char[]> piece_;
  std::uint64_t offset_ = 0;
};

/// Opens the folder of `key` for a new file, refusing to replace a link that leads out of the store.
Result<FileSink> begin_file(const fs::path& root, std::string_view key) {
  if (!is_object_key(key)) return wrong_key(key);
  const Result<StoreFolder> folder = StoreFolder::make(root);
  if (!folder) return folder.error();
  Result<Descriptor> parent = folder->make_below(folder_of(key));
  if (!parent) return std::move(parent).error();
  struct stat facts{};
  if (::fstatat(parent->get(), name_of(key).c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(facts.st_mode)) {
    const Result<Descriptor> behind = folder->open_below(key, O_PATH);
    if (!behind && behind.error().code == ErrorCode::kDenied) return behind.error();
  }
  return FileSink::begin_in(*std::move(parent), name_of(key), folder->path_of(key));
}

}  // namespace

Status LocalStore::put(std::string_view key, std::string_view bytes, const PutOptions& /*options*/) {
  Result<FileSink> file = begin_file(root_, key);
  if (!file) return std::move(file).error();
  if (Status written = file->append(bytes); !written) return written;
  return file->commit();
}

Result<bool> LocalStore::put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& /*options*/) {
  std::optional<FileSink> file;
  for (int tries = 0; tries < kMaxTries; ++tries) {
    const Result<bool> there = exists(key);
    if (!there || *there) return there ? Result<bool>(false) : there;
    if (!file) {
      Result<FileSink> begun = begin_file(root_, key);
      if (!begun) return std::move(begun).error();
      file.emplace(*std::move(begun));
      if (Status written = file->append(bytes); !written) return std::move(written).error();
    }
    const Result<bool> made = file->commit_if_absent();
    if (!made || *made) return made;
  }
  return Error{ErrorCode::kInvalidArgument,
               "making " + printable((root_ / key).string(), 400) + ": a folder or a broken link has that name; remove it"};
}

Status LocalStore::put_stream(std::string_view key, ByteSource& content, const PutOptions& /*options*/) {
  Result<FileSink> file = begin_file(root_, key);
  if (!file) return std::move(file).error();
  for (;;) {
    const Result<std::string_view> piece = content.next();
    if (!piece) return piece.error();
    if (piece->empty()) return file->commit();
    if (Status written = file->append(*piece); !written) return written;
  }
}

Result<std::string> LocalStore::get(std::string_view key) const {
  const Result<OpenFile> file = open_file(root_, key);
  if (!file) return file.error();
  std::string bytes(static_cast<std::size_t>(file->facts.num_bytes), '\0');
  if (Status done = read_exactly(*file, 0, bytes.data(), bytes.size()); !done) return std::move(done).error();
  return bytes;
}

Result<std::string> LocalStore::get_range(std::string_view key, ByteRange range) const {
  const Result<OpenFile> file = open_file(root_, key);
  if (!file) return file.error();
  const std::uint64_t size = file->facts.num_bytes;
  if (range.offset >= size && range.offset > 0) {
    return Error{ErrorCode::kInvalidArgument, "reading " + printable(file->path.string(), 400) + ": the range begins behind its end"};
  }
  std::string bytes(static_cast<std::size_t>(std::min(range.num_bytes, size - range.offset)), '\0');
  if (Status done = read_exactly(*file, range.offset, bytes.data(), bytes.size()); !done) return std::move(done).error();
  return bytes;
}

Result<StoredObject> LocalStore::get_stream(std::string_view key, const Sink& sink) const {
  Result<OpenFile> file = open_file(root_, key);
  if (!file) return std::move(file).error();
  FileContent content(*file);
  for (;;) {
    const Result<std::string_view> piece = content.next();
    if (!piece) return piece.error();
    if (piece->empty()) return std::move(file->facts);
    if (Status taken = sink(*piece); !taken) return std::move(taken).error();
  }
}

Result<std::optional<StoredObject>> LocalStore::find(std::string_view key) const {
  if (!is_object_key(key)) return wrong_key(key);
  const Result<StoreFolder> folder = StoreFolder::open(root_);
  const Result<Descriptor> file = folder ? folder->open_below(key, O_PATH) : Result<Descriptor>(folder.error());
  if (!file && file.error().code == ErrorCode::kNotFound) return std::optional<StoredObject>();
  if (!file) return file.error();
  struct stat facts{};
  if (::fstat(file->get(), &facts) != 0) return system_error(errno, "looking for", root_ / key);
  if (!S_ISREG(facts.st_mode)) return std::optional<StoredObject>();
  return std::optional(object_of(key, facts));
}

Result<ObjectPage> LocalStore::list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const {
  if (!is_object_prefix(prefix)) return wrong_prefix(prefix);
  const Result<StoreFolder> folder = StoreFolder::open(root_);
  if (!folder && folder.error().code == ErrorCode::kNotFound) return ObjectPage();
  if (!folder) return folder.error();
  // One more than asked for tells whether this is the last page.
  const Result<std::vector<WalkedFile>> files =
      storage_internal::walk_folder(*folder, {.prefix = prefix, .after = next, .max_files = max_objects + 1});
  if (!files) return files.error();
  ObjectPage page;
  for (const WalkedFile& file : *files) {
    if (page.objects.size() == max_objects) {
      page.next = page.objects.back().key;
      break;
    }
    page.objects.push_back(object_of(file.key, file.facts));
  }
  return page;
}

Status LocalStore::copy(std::string_view from, std::string_view to) {
  if (!is_object_key(to)) return wrong_key(to);
  const Result<OpenFile> file = open_file(root_, from);
  if (!file) return file.error();
  FileContent content(*file);
  return put_stream(to, content);
}

Status LocalStore::remove(std::string_view key) {
  if (!is_object_key(key)) return wrong_key(key);
  const Result<StoreFolder> folder = StoreFolder::open(root_);
  if (!folder) return folder.error().code == ErrorCode::kNotFound ? Status() : Status(folder.error());
  // What lies behind a link that leads out is not this store's; opening says so.
  const Result<Descriptor> file = folder->open_below(key, O_PATH);
  if (!file && file.error().code != ErrorCode::kNotFound) return file.error();
  const Result<Descriptor> parent = folder->open_below(folder_of(key), O_RDONLY | O_DIRECTORY);
  if (!parent) return parent.error().code == ErrorCode::kNotFound ? Status() : Status(parent.error());
  if (::unlinkat(parent->get(), name_of(key).c_str(), 0) == 0) {
    return storage_internal::sync_folder(parent->get(), folder->path_of(folder_of(key)));
  }
  // A folder is no object: nothing of that name is stored.
  if (errno == ENOENT || errno == EISDIR) return {};
  return system_error(errno, "removing", folder->path_of(key));
}

std::string LocalStore::uri(std::string_view key) const {
  std::error_code ignored;
  const fs::path absolute = fs::absolute(root_ / key, ignored);
  return "file://" + absolute.lexically_normal().string();
}

}  // namespace vieweratlas
