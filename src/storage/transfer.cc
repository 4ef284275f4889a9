// Both sides are listed in order of keys and walked side by side, a page at a time, so that neither has to fit into memory nor is asked for
// single objects. The objects of a page are copied in parallel; notes are taken by the calling thread after each page.

#include "vieweratlas/storage/transfer.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/transfer_notes.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using storage_internal::TransferNote;
using storage_internal::TransferNotes;

constexpr std::size_t kObjectsAPage = 1000;
constexpr std::size_t kMaxProblems = 20;
constexpr std::uint64_t kWholeBytes = std::uint64_t{8} << 20U;  // what is held in memory instead of being read in ranges

/// An object of a store, range by range.
class ObjectSource final : public ByteSource {
 public:
  ObjectSource(const ObjectStore& store, const StoredObject& object, std::size_t piece_bytes)
      : store_(store), object_(object), piece_bytes_(piece_bytes) {}

  Result<std::string_view> next() override {
    if (offset_ == object_.num_bytes) return end();
    Result<std::string> piece = store_.get_range(object_.key, {.offset = offset_, .num_bytes = piece_bytes_});
    if (!piece) return std::move(piece).error();
    piece_ = *std::move(piece);
    const std::uint64_t expected = std::min<std::uint64_t>(piece_bytes_, object_.num_bytes - offset_);
    if (piece_.size() != expected) return changed();
    offset_ += piece_.size();
    return std::string_view(piece_);
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return offset_; }

 private:
  [[nodiscard]] Result<std::string_view> end() const {
    const Result<std::optional<StoredObject>> object = store_.find(object_.key);
    if (!object) return object.error();
    if (!*object || (*object)->version != object_.version) return changed();
    return std::string_view();
  }
  [[nodiscard]] Error changed() const {
    return {ErrorCode::kUnavailable, "reading " + printable(store_.uri(object_.key), 1500) + ": it was replaced meanwhile; run again"};
  }

  const ObjectStore& store_;
  StoredObject object_;
  std::size_t piece_bytes_;
  std::uint64_t offset_ = 0;
  std::string piece_;
};

/// Looks at what passes through.
class DigestingSource final : public ByteSource {
 public:
  DigestingSource(ByteSource& source, const std::stop_token& stop) : source_(source), stop_(stop) {}
  Result<std::string_view> next() override {
    if (stop_.stop_requested()) return Error{ErrorCode::kCancelled, "stopped"};
    Result<std::string_view> piece = source_.next();
    if (piece) digester_.add(*piece);
    return piece;
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return source_.num_stored(); }
  [[nodiscard]] Digest digest() const { return digester_.digest(); }

 private:
  ByteSource& source_;
  const std::stop_token& stop_;
  Digester digester_;
};

/// The objects of a store in order, asked for by rising keys.
class Cursor {
 public:
  Cursor(const ObjectStore& store, std::string_view prefix) : store_(store), prefix_(prefix) {}
  Result<std::optional<StoredObject>> at(std::string_view key) {
    for (;;) {
      while (index_ < page_.objects.size() && page_.objects[index_].key < key) ++index_;
      if (index_ < page_.objects.size()) {
        const StoredObject& object = page_.objects[index_];
        return object.key == key ? std::optional(object) : std::nullopt;
      }
      if (begun_ && page_.next.empty()) return std::optional<StoredObject>();
      Result<ObjectPage> page = store_.list_page(prefix_, page_.next, kObjectsAPage);
      if (!page) return std::move(page).error();
      page_ = *std::move(page);
      index_ = 0;
      begun_ = true;
    }
  }

 private:
  const ObjectStore& store_;
  std::string_view prefix_;
  ObjectPage page_;
  std::size_t index_ = 0;
  bool begun_ = false;
};

enum class Outcome : std::uint8_t { kNotReached, kCopied, kKnown, kCompared, kFailed };

/// One object of a page, and what became of it.
struct Task {
  StoredObject object;
  std::optional<StoredObject> there;
  Outcome outcome = Outcome::kNotReached;
  std::optional<TransferNote> note;
  std::optional<Error> error;
};

bool ends_all(ErrorCode code) { return code == ErrorCode::kDenied || code == ErrorCode::kLimitExceeded || code == ErrorCode::kCancelled; }

class Transfer {
 public:
  Transfer(const ObjectStore& from, ObjectStore& to, const TransferOptions& options, TransferNotes notes)
      : from_(from), to_(to), options_(options), notes_(std::move(notes)), pool_(std::max(1U, options.num_parallel)) {}

  Result<TransferReport> run() {
    Cursor there(to_, options_.prefix);
    std::string next;
    do {
      Result<ObjectPage> page = from_.list_page(options_.prefix, next, kObjectsAPage);
      if (!page) return std::move(page).error();
      if (Status done = take_page(page->objects, there); !done) return std::move(done).error();
      next = std::move(page->next);
    } while (!next.empty() && !stopping());
    report_.stopped = stopping();
    if (options_.dry_run) return std::move(report_);
    // On a full disk the notes may find no place; what was copied is compared next time.
    if (Status saved = notes_.save(to_); !saved && !report_.stopped) return std::move(saved).error();
    return std::move(report_);
  }

 private:
  [[nodiscard]] bool stopping() const { return options_.stop.stop_requested() || ended_.load(); }

  Status take_page(const std::vector<StoredObject>& objects, Cursor& there) {
    std::vector<Task> tasks;
    for (const StoredObject& object : objects) {
      if (object.key.starts_with(kTransferNotes)) continue;
      if (options_.leaves_out && options_.leaves_out(object.key)) {
        ++report_.num_left_out;
        continue;
      }
      if (!is_object_key(object.key)) {
        ++report_.num_refused;
        continue;
      }
      Result<std::optional<StoredObject>> found = there.at(object.key);
      if (!found) return std::move(found).error();
      tasks.push_back({.object = object, .there = *std::move(found)});
    }
    pool_.parallel_for(tasks.size(), 1, [&](std::size_t begin, std::size_t end, unsigned /*worker*/) {
      for (std::size_t i = begin; i < end && !stopping(); ++i) work(tasks[i]);
    });
    for (Task& task : tasks) count(task);
    return options_.dry_run || !notes_.wants_saving() ? Status() : notes_.save(to_);
  }

  void work(Task& task) {
    const Result<Outcome> outcome = move(task);
    task.outcome = outcome ? *outcome : Outcome::kFailed;
    if (!outcome) {
      task.error = outcome.error();
      if (ends_all(outcome.error().code)) ended_ = true;
    }
    if (!options_.progress) return;
    const std::lock_guard lock(progress_mutex_);
    ++progress_.num_objects;
    if (task.outcome == Outcome::kCopied) progress_.num_bytes += task.object.num_bytes;
    options_.progress(progress_);
  }

  Result<Outcome> move(Task& task) const {
    if (task.there && task.there->num_bytes == task.object.num_bytes) {
      const TransferNote* note = notes_.find(task.object.key);
      if (note != nullptr && note->from_version == task.object.version && note->to_version == task.there->version) return Outcome::kKnown;
      if (options_.dry_run) return Outcome::kCompared;
      Result<bool> equal = compare(task);
      if (!equal) return std::move(equal).error();
      if (*equal) return Outcome::kCompared;
    }
    if (options_.dry_run) return Outcome::kCopied;
    if (Status copied = copy(task); !copied) return std::move(copied).error();
    return Outcome::kCopied;
  }

  struct Read {
    StoredObject facts;
    Digest digest;
  };
  Result<Read> read(const ObjectStore& store, std::string_view key, std::string* bytes = nullptr) const {
    Digester digester;
    Result<StoredObject> facts = store.get_stream(key, [&](std::string_view piece) -> Status {
      if (options_.stop.stop_requested()) return Error{ErrorCode::kCancelled, "stopped"};
      digester.add(piece);
      if (bytes != nullptr) *bytes += piece;
      return {};
    });
    if (!facts) return std::move(facts).error();
    return Read{.facts = *std::move(facts), .digest = digester.digest()};
  }

  /// What is damaged at the destination is not equal.
  Result<bool> compare(Task& task) const {
    const Result<Read> mine = read(from_, task.object.key);
    if (!mine) return mine.error();
    const Result<Read> theirs = read(to_, task.object.key);
    if (!theirs && theirs.error().code != ErrorCode::kCorruptData && theirs.error().code != ErrorCode::kNotFound) return theirs.error();
    if (!theirs || mine->digest != theirs->digest) return false;
    task.note = TransferNote{.from_version = mine->facts.version, .to_version = theirs->facts.version, .digest = to_string(mine->digest)};
    return true;
  }

  Status copy(Task& task) const {
    const std::string& key = task.object.key;
    std::string version = task.object.version;
    Digest digest;
    if (task.object.num_bytes <= kWholeBytes) {
      std::string bytes;
      const Result<Read> mine = read(from_, key, &bytes);
      if (!mine) return mine.error();
      version = mine->facts.version;
      digest = mine->digest;
      if (Status put = to_.put(key, bytes); !put) return put;
    } else {
      ObjectSource source(from_, task.object, kWholeBytes);
      DigestingSource digesting(source, options_.stop);
      if (Status put = to_.put_stream(key, digesting); !put) return put;
      digest = digesting.digest();
    }
    const Result<Read> back = read(to_, key);
    if (!back) return back.error();
    if (back->digest != digest) {
      return Error{ErrorCode::kCorruptData, "checking " + printable(to_.uri(key), 1500) +
                                                ": what was read back is not what was written; check the disk or the server and run again"};
    }
    task.note = TransferNote{.from_version = std::move(version), .to_version = back->facts.version, .digest = to_string(digest)};
    return {};
  }

  void count(Task& task) {
    if (task.outcome == Outcome::kNotReached) return;
    ++report_.num_objects;
    report_.num_bytes += task.object.num_bytes;
    if (task.note) notes_.set(task.object.key, *std::move(task.note));
    switch (task.outcome) {
      case Outcome::kCopied:
        ++report_.num_copied;
        report_.num_copied_bytes += task.object.num_bytes;
        break;
      case Outcome::kKnown: ++report_.num_known; break;
      case Outcome::kCompared: ++report_.num_compared; break;
      case Outcome::kFailed:
        ++report_.num_failed;
        if (report_.problems.size() < kMaxProblems) report_.problems.push_back({.key = task.object.key, .error = *std::move(task.error)});
        break;
      case Outcome::kNotReached: break;
    }
  }

  const ObjectStore& from_;
  ObjectStore& to_;
  const TransferOptions& options_;
  TransferNotes notes_;
  ThreadPool pool_;
  TransferReport report_;
  std::atomic<bool> ended_{false};
  std::mutex progress_mutex_;
  TransferProgress progress_;  // guarded by progress_mutex_
};

/// How the URIs of all objects of a store begin.
std::string place_of(const ObjectStore& store) {
  std::string uri = store.uri("x");
  uri.pop_back();
  return uri;
}

/// Whether what is written to `to` would come in the listing of `from`, and be copied again and again.
bool swallows_itself(const std::string& from, const std::string& to, std::string_view prefix) {
  if (!to.starts_with(from)) return false;
  const std::string_view below = std::string_view(to).substr(from.size());
  return below.starts_with(prefix) || prefix.starts_with(below);
}

}  // namespace

std::unique_ptr<ByteSource> open_object(const ObjectStore& store, const StoredObject& object, std::size_t piece_bytes) {
  return std::make_unique<ObjectSource>(store, object, piece_bytes);
}

Result<TransferReport> transfer(const ObjectStore& from, ObjectStore& to, const TransferOptions& options) {
  const std::string here = place_of(from);
  const std::string there = place_of(to);
  if (here == there) return Error{ErrorCode::kInvalidArgument, "a store cannot be copied to itself; name another place"};
  if (swallows_itself(here, there, options.prefix)) {
    return Error{ErrorCode::kInvalidArgument, "a store cannot be copied into itself: " + printable(there, 1000) + " lies in " +
                                                  printable(here, 1000) + "; name a place outside of it"};
  }
  if (!is_object_prefix(options.prefix)) {
    return Error{ErrorCode::kInvalidArgument, "no stored object can have a name that begins with \"" + printable(options.prefix) + "\""};
  }
  Result<TransferNotes> notes = TransferNotes::load(from, to);
  if (!notes) return std::move(notes).error();
  return Transfer(from, to, options, *std::move(notes)).run();
}

}  // namespace vieweratlas
