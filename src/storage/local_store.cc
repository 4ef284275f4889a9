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

#include "storage/descriptor.h"
#include "storage/file_sink.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

using storage_internal::FileSink;

Error wrong_key(std::string_view key) {
  return {ErrorCode::kInvalidArgument,
          "\"" + printable(key) + "\" is no name for a stored file: a part of it is empty, hidden or too long"};
}

std::string version_of(const struct stat& facts) {
  return std::to_string(facts.st_size) + "-" + std::to_string(facts.st_mtim.tv_sec) + "." + std::to_string(facts.st_mtim.tv_nsec);
}

StoredObject object_of(std::string_view key, const struct stat& facts) {
  return {.key = std::string(key),
          .num_bytes = static_cast<std::uint64_t>(facts.st_size),
          .modified_s = facts.st_mtim.tv_sec,
          .version = version_of(facts)};
}

}  // namespace

Status LocalStore::put(std::string_view key, std::string_view bytes, const PutOptions& /*options*/) {
  if (!is_object_key(key)) return wrong_key(key);
  return write_file_atomic(root_ / key, bytes);
}

Result<bool> LocalStore::put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& /*options*/) {
  if (!is_object_key(key)) return wrong_key(key);
  Result<FileSink> file = FileSink::begin(root_ / key);
  if (!file) return std::move(file).error();
  if (Status written = file->append(bytes); !written) return std::move(written).error();
  return file->commit_if_absent();
}

Status LocalStore::put_stream(std::string_view key, ByteSource& content, const PutOptions& /*options*/) {
  if (!is_object_key(key)) return wrong_key(key);
  Result<FileSink> file = FileSink::begin(root_ / key);
  if (!file) return std::move(file).error();
  for (;;) {
    const Result<std::string_view> piece = content.next();
    if (!piece) return piece.error();
    if (piece->empty()) return file->commit();
    if (Status written = file->append(*piece); !written) return written;
  }
}

Result<std::string> LocalStore::get(std::string_view key) const {
  if (!is_object_key(key)) return wrong_key(key);
  return read_file(root_ / key);
}

Result<std::string> LocalStore::get_range(std::string_view key, ByteRange range) const {
  if (!is_object_key(key)) return wrong_key(key);
  const fs::path path = root_ / key;
  const storage_internal::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return system_error(errno, "reading", path);
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return system_error(errno, "reading", path);
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (range.offset > size || (range.offset == size && size > 0)) {
    return Error{ErrorCode::kInvalidArgument, "reading " + printable(path.string()) + ": the range begins behind its end"};
  }
  std::string bytes(static_cast<std::size_t>(std::min(range.num_bytes, size - range.offset)), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(range.offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "reading", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Result<StoredObject> LocalStore::get_stream(std::string_view key, const Sink& sink) const {
  if (!is_object_key(key)) return wrong_key(key);
  struct stat facts{};
  const fs::path path = root_ / key;
  if (::stat(path.c_str(), &facts) != 0) return system_error(errno, "reading", path);
  const Result<std::unique_ptr<ByteSource>> source = open_stored_bytes(path);
  if (!source) return source.error();
  for (;;) {
    const Result<std::string_view> piece = (*source)->next();
    if (!piece) return piece.error();
    if (piece->empty()) return object_of(key, facts);
    if (Status taken = sink(*piece); !taken) return std::move(taken).error();
  }
}

Result<std::optional<StoredObject>> LocalStore::find(std::string_view key) const {
  if (!is_object_key(key)) return wrong_key(key);
  struct stat facts{};
  if (::stat((root_ / key).c_str(), &facts) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<StoredObject>();
    return system_error(errno, "looking for", root_ / key);
  }
  if (!S_ISREG(facts.st_mode)) return std::optional<StoredObject>();
  return std::optional(object_of(key, facts));
}

Result<ObjectPage> LocalStore::list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const {
  // Only the folder that the prefix names is looked through.
  const std::size_t slash = prefix.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? std::string_view() : prefix.substr(0, slash);
  if (!folder.empty() && !is_object_key(folder)) return wrong_key(prefix);
  std::error_code ignored;
  if (!fs::exists(root_ / folder, ignored)) return ObjectPage();
  Result<std::vector<FileEntry>> files = list_files(root_ / folder);
  if (!files) return std::move(files).error();
  ObjectPage page;
  for (const FileEntry& file : *files) {
    const std::string key = folder.empty() ? file.key : std::string(folder) + "/" + file.key;
    if (!key.starts_with(prefix) || key <= next) continue;
    struct stat facts{};
    if (::stat(file.path.c_str(), &facts) != 0) continue;  // removed meanwhile
    if (page.objects.size() == max_objects) {
      page.next = page.objects.back().key;
      break;
    }
    page.objects.push_back(object_of(key, facts));
  }
  return page;
}

Status LocalStore::copy(std::string_view from, std::string_view to) {
  if (!is_object_key(from)) return wrong_key(from);
  if (!is_object_key(to)) return wrong_key(to);
  const Result<std::unique_ptr<ByteSource>> source = open_stored_bytes(root_ / from);
  if (!source) return source.error();
  return put_stream(to, **source);
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
