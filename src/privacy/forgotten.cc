#include "vieweratlas/privacy/forgotten.h"

#include <simdjson.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "privacy/file_lock.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/private_file.h"

namespace vieweratlas {
namespace {

namespace dom = simdjson::dom;
namespace fs = std::filesystem;

constexpr std::uint64_t kVersion = 1;

Error not_a_list(std::string_view where, std::string_view what) {
  return {ErrorCode::kCorruptData, "the list of forgotten viewers " + printable(where) + " " + std::string(what) +
                                       "; restore it from a backup, or remove it and run \"vieweratlas forget\" anew for each of them"};
}

/// Fills `pseudonyms`; false when the field is no list of pseudonyms.
bool read_pseudonyms(dom::object root, std::string_view name, std::vector<Pseudonym>& pseudonyms) {
  dom::array array;
  if (root[name].get(array) != simdjson::SUCCESS) return false;
  pseudonyms.reserve(array.size());
  for (const dom::element element : array) {
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) return false;
    const std::optional<Pseudonym> pseudonym = Pseudonym::from_hex(text);
    if (!pseudonym) return false;
    pseudonyms.push_back(*pseudonym);
  }
  std::sort(pseudonyms.begin(), pseudonyms.end());
  pseudonyms.erase(std::unique(pseudonyms.begin(), pseudonyms.end()), pseudonyms.end());
  return true;
}

void append_pseudonyms(std::string& out, std::span<const Pseudonym> pseudonyms) {
  for (std::size_t i = 0; i < pseudonyms.size(); ++i) {
    out += i == 0 ? "\n  \"" : ",\n  \"";
    out += pseudonyms[i].hex();
    out += '"';
  }
}

std::size_t merge_into(std::vector<Pseudonym>& sorted, std::span<const Pseudonym> more) {
  const std::size_t before = sorted.size();
  sorted.insert(sorted.end(), more.begin(), more.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted.size() - before;
}

}  // namespace

Result<ForgottenList> ForgottenList::load(const fs::path& file, std::string_view key_id) {
  const Stamp stamp = stamp_of(file);  // before reading: a change in between is seen later
  Result<ForgottenList> list = ForgottenList();
  Result<std::string> bytes = read_file(file);
  if (bytes) {
    list = parse(*bytes, file.string(), key_id);
  } else if (bytes.error().code != ErrorCode::kNotFound) {
    return std::move(bytes).error().with_context("the list of forgotten viewers");
  }
  if (list) list->stamp_ = stamp;
  return list;
}

Result<ForgottenList> ForgottenList::parse(std::string_view json, std::string_view where, std::string_view key_id) {
  ForgottenList list;
  dom::parser parser;
  dom::object root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS) return not_a_list(where, "is no JSON object");
  std::uint64_t version = 0;
  if (root["version"].get(version) != simdjson::SUCCESS) return not_a_list(where, "names no version");
  if (version != kVersion) return not_a_list(where, "is of version " + std::to_string(version) + ", which this program cannot read");
  std::string_view made_with;
  if (root["key"].get(made_with) != simdjson::SUCCESS) return not_a_list(where, "does not say which key it was made with");
  if (!read_pseudonyms(root, "ids", list.ids_) || !read_pseudonyms(root, "logins", list.logins_)) {
    return not_a_list(where, "holds something else than pseudonyms");
  }
  if (!key_id.empty() && made_with != key_id && !list.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "the forgotten viewers in " + printable(where) + " are known under the viewer key " + printable(made_with, 40) +
                     ", but the key in use is " + printable(key_id, 40) +
                     "; put the earlier key back, or remove the list and run \"vieweratlas forget\" anew for each of them"};
  }
  return list;
}

bool ForgottenList::holds_id(const Pseudonym& id) const { return std::binary_search(ids_.begin(), ids_.end(), id); }

bool ForgottenList::holds_login(const Pseudonym& login) const { return std::binary_search(logins_.begin(), logins_.end(), login); }

std::size_t ForgottenList::add(std::span<const Pseudonym> ids, std::span<const Pseudonym> logins) {
  return merge_into(ids_, ids) + merge_into(logins_, logins);
}

std::string ForgottenList::digest() const {
  if (empty()) return {};
  std::string text;
  for (const Pseudonym& id : ids_) text += id.hex() + '\n';
  text += '\n';
  for (const Pseudonym& login : logins_) text += login.hex() + '\n';
  return to_string(digest_of(text));
}

std::string ForgottenList::to_json(std::string_view key_id) const {
  std::string text = "{\"version\": " + std::to_string(kVersion) + ", \"key\": \"" + std::string(key_id) + "\",\n \"ids\": [";
  append_pseudonyms(text, ids_);
  text += "],\n \"logins\": [";
  append_pseudonyms(text, logins_);
  text += "]}\n";
  return text;
}

Status ForgottenList::save(const fs::path& file, std::string_view key_id) const { return replace_private_file(file, to_json(key_id)); }

ForgottenList::Stamp ForgottenList::stamp_of(const fs::path& file) {
  struct stat facts{};
  if (::stat(file.c_str(), &facts) != 0) return {};
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  return {.inode = facts.st_ino,
          .num_bytes = static_cast<std::uint64_t>(facts.st_size),
          .modified_ns = facts.st_mtim.tv_sec * kNanosecondsPerSecond + facts.st_mtim.tv_nsec};
}

fs::path forgotten_path(const fs::path& data_dir) { return data_dir / "state" / "forgotten.json"; }

Result<std::size_t> add_to_forgotten(const fs::path& file, std::string_view key_id, std::span<const Pseudonym> ids,
                                     std::span<const Pseudonym> logins) {
  fs::path lock_file = file;
  lock_file += ".lock";
  const Result<FileLock> lock = FileLock::wait_for(lock_file);
  if (!lock) return lock.error();
  Result<ForgottenList> list = ForgottenList::load(file, key_id);
  if (!list) return std::move(list).error();
  const std::size_t num_new = list->add(ids, logins);
  if (num_new == 0) return num_new;
  if (Status saved = list->save(file, key_id); !saved) return std::move(saved).error();
  return num_new;
}

Result<ForgottenList> load_forgotten(const ObjectStore& store, std::string_view key_id) {
  const Result<std::string> json = store.get(kForgottenKey);
  if (json) return ForgottenList::parse(*json, store.uri(kForgottenKey), key_id);
  if (json.error().code == ErrorCode::kNotFound) return ForgottenList();
  return Error(json.error()).with_context("the list of forgotten viewers");
}

Result<std::size_t> add_to_forgotten(ObjectStore& store, std::string_view key_id, std::span<const Pseudonym> ids,
                                     std::span<const Pseudonym> logins) {
  constexpr int kMaxTurns = 5;
  std::size_t num_new = 0;
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    Result<ForgottenList> list = load_forgotten(store, key_id);
    if (!list) return std::move(list).error();
    const std::size_t missing = list->add(ids, logins);
    if (missing == 0) return num_new;
    num_new = std::max(num_new, missing);
    if (Status put = store.put(kForgottenKey, list->to_json(key_id)); !put) return std::move(put).error();
  }
  return Error{ErrorCode::kUnavailable,
               "others change " + printable(store.uri(kForgottenKey)) + " at the same time; run again when they are done"};
}

Status take_over_forgotten(const ObjectStore& store, const fs::path& file, std::string_view key_id, std::string& seen) {
  const Result<std::optional<StoredObject>> object = store.find(kForgottenKey);
  if (!object) return Error(object.error()).with_context("the list of forgotten viewers");
  if (!*object || (!seen.empty() && (*object)->version == seen)) return {};
  const Result<ForgottenList> list = load_forgotten(store, key_id);
  if (!list) return list.error();
  if (const Result<std::size_t> added = add_to_forgotten(file, key_id, list->ids(), list->logins()); !added) return added.error();
  seen = (*object)->version;
  return {};
}

}  // namespace vieweratlas
