#include "vieweratlas/privacy/audit.h"

#include <fcntl.h>
#include <simdjson.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

std::string line_of(const AuditEntry& entry) {
  std::string line = "{\"time\":\"" + format_iso(entry.time) + "\",\"action\":";
  append_json_string(line, entry.action);
  line += ",\"uid\":" + std::to_string(::getuid()) + ",\"version\":";
  append_json_string(line, entry.version);
  if (!entry.folder.empty()) {
    line += ",\"folder\":";
    append_json_string(line, entry.folder);
  }
  line += ",\"counts\":{";
  bool first = true;
  for (const auto& [name, count] : entry.counts) {
    if (!std::exchange(first, false)) line += ',';
    append_json_string(line, name);
    line += ':' + std::to_string(count);
  }
  return line + "}}\n";
}

/// A line that a full disk or a crash cut off must not swallow the next one.
bool ends_in_the_middle_of_a_line(int fd) {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  char last = '\n';
  return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

Status write_line(int fd, const std::string& line, const fs::path& file) {
  for (std::size_t at = 0; at < line.size();) {
    const ssize_t written = ::write(fd, line.data() + at, line.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(errno, "writing", file);
    at += static_cast<std::size_t>(written);
  }
  if (::fsync(fd) != 0) return system_error(errno, "syncing", file);
  return {};
}

}  // namespace

fs::path audit_path(const fs::path& data_dir) { return data_dir / "state" / "audit.jsonl"; }

Status append_audit(const fs::path& file, const AuditEntry& entry) {
  std::error_code problem;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), problem);
  if (problem) return system_error(problem.value(), "making the folder", file.parent_path());
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return system_error(errno, "opening", file);
  while (::flock(fd, LOCK_EX) != 0 && errno == EINTR) {
  }
  const std::string line = line_of(entry);
  Status status = write_line(fd, ends_in_the_middle_of_a_line(fd) ? '\n' + line : line, file);
  ::close(fd);
  return status;
}

Status append_audit(ObjectStore& store, const AuditEntry& entry) {
  if (const auto* const local = dynamic_cast<const LocalStore*>(&store)) return append_audit(audit_path(local->root()), entry);
  const std::string line = line_of(entry);
  constexpr std::size_t kDigits = 12;
  const std::string digest = to_string(digest_of(line));
  return store.put(
      "state/audit/" + format_compact(entry.time) + "-" + entry.action + "-" + digest.substr(digest.size() - kDigits) + ".json", line,
      {.content_type = "application/json"});
}

Result<std::vector<std::string>> exported_folders(const fs::path& file) {
  std::vector<std::string> folders;
  const Result<std::string> text = read_file(file);
  if (!text) {
    if (text.error().code == ErrorCode::kNotFound) return folders;
    return text.error();
  }
  simdjson::dom::parser parser;
  for (const std::string_view line : split(*text, '\n')) {
    simdjson::dom::object entry;
    std::string_view action;
    std::string_view folder;
    if (line.empty() || parser.parse(std::string(line)).get(entry) != simdjson::SUCCESS) continue;
    if (entry["action"].get(action) != simdjson::SUCCESS || action != "export") continue;
    if (entry["folder"].get(folder) != simdjson::SUCCESS) continue;
    folders.erase(std::remove(folders.begin(), folders.end(), folder), folders.end());
    folders.emplace_back(folder);
  }
  return folders;
}

}  // namespace vieweratlas
