#include "vieweratlas/privacy/forget_in_store.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/redact.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

/// An object as it was fetched.
struct Fetched {
  StoredObject object;
  Digest digest;
};

class StoreForgetting {
 public:
  StoreForgetting(std::span<const Person> people, const ViewerKey& key, ObjectStore& store, const ForgetOptions& options, ThreadPool& pool)
      : people_(people), key_(key), store_(store), options_(options), pool_(pool) {}

  Result<ForgetReport> run() {
    if (Status begun = begin(); !begun) return std::move(begun).error();
    ForgetReport sum;
    // What came while the first turn worked, from a collector that did not know of the list yet, is looked at in the second.
    constexpr int kTurns = 2;
    for (int turn = 0; turn < kTurns; ++turn) {
      Result<bool> any = fetch_what_is_new();
      if (!any) return std::move(any).error();
      if (turn > 0 && !*any) break;
      Result<ForgetReport> report = forget(turn == 0 ? people_ : std::span<const Person>(), key_, options_, pool_);
      if (!report) return report;
      if (!options_.dry_run) {
        if (Status put = put_list(); !put) return std::move(put).error();
        put_back_what_changed(*report);
      }
      add(sum, *report);
      if (options_.dry_run) break;
    }
    return sum;
  }

 private:
  /// The store's list is where forget() begins from.
  Status begin() {
    std::string seen;
    return take_over_forgotten(store_, forgotten_path(options_.data_dir), key_.id(), seen);
  }

  Result<bool> fetch_what_is_new() {
    const Result<std::vector<StoredObject>> listed = store_.list("raw/");
    if (!listed) return listed.error();
    std::vector<const StoredObject*> wanted;
    for (const StoredObject& object : *listed) {
      if (may_hold_viewers(object.key) && !fetched_.contains(object.key)) wanted.push_back(&object);
    }
    std::optional<Error> problem;
    std::mutex mutex;
    pool_.parallel_for(wanted.size(), 1, [&](std::size_t at, std::size_t /*end*/, unsigned /*worker*/) {
      const std::filesystem::path path = options_.data_dir / wanted[at]->key;
      Result<StoredObject> object = store_.get_file(wanted[at]->key, path);
      const Result<std::string> bytes = object ? read_file(path) : Result<std::string>(object.error());
      const std::lock_guard lock(mutex);
      if (bytes) {
        fetched_.insert_or_assign(wanted[at]->key, Fetched{.object = *std::move(object), .digest = digest_of(*bytes)});
      } else if (bytes.error().code != ErrorCode::kNotFound && !problem) {  // removed meanwhile by whoever purges
        problem = bytes.error();
      }
    });
    if (problem) return *std::move(problem);
    return !wanted.empty();
  }

  Status put_list() {
    const Result<ForgottenList> list = ForgottenList::load(forgotten_path(options_.data_dir), key_.id());
    if (!list) return list.error();
    const Result<std::size_t> added = add_to_forgotten(store_, key_.id(), list->ids(), list->logins());
    return added ? Status() : Status(added.error());
  }

  void put_back_what_changed(ForgetReport& report) {
    for (auto& [key, fetched] : fetched_) {
      const std::filesystem::path path = options_.data_dir / key;
      const Result<std::string> bytes = read_file(path);
      const Digest digest = bytes ? digest_of(*bytes) : fetched.digest;
      if (digest == fetched.digest) continue;
      const Result<std::optional<StoredObject>> there = store_.find(key);
      Status put = there ? Status() : Status(there.error());
      if (put.ok() && (!*there || (*there)->version != fetched.object.version)) {
        put = Error{ErrorCode::kUnavailable, "the object changed meanwhile; run again"};
      }
      if (put.ok()) put = store_.put(key, *bytes);
      if (put.ok()) {
        fetched.digest = digest;
        if (const Result<std::optional<StoredObject>> now = store_.find(key); now && *now) fetched.object = **now;
      } else {
        report.problems.add("not_rewritten", printable(key) + ": " + put.error().message);
      }
    }
  }

  static void add(ForgetReport& sum, const ForgetReport& report) {
    sum.num_tombstones_new += report.num_tombstones_new;
    sum.num_linked_ids += report.num_linked_ids;
    sum.num_linked_logins += report.num_linked_logins;
    sum.num_files = report.num_files;
    sum.num_files_changed += report.num_files_changed;
    sum.num_rows += report.num_rows;
    sum.found.insert(sum.found.end(), report.found.begin(), report.found.end());
    sum.problems.merge(report.problems);
  }

  std::span<const Person> people_;
  const ViewerKey& key_;
  ObjectStore& store_;
  const ForgetOptions& options_;
  ThreadPool& pool_;
  std::map<std::string, Fetched> fetched_;
};

}  // namespace

Result<ForgetReport> forget_in_store(std::span<const Person> people, const ViewerKey& key, ObjectStore& store, const ForgetOptions& options,
                                     ThreadPool& pool) {
  return StoreForgetting(people, key, store, options, pool).run();
}

}  // namespace vieweratlas
