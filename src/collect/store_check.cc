#include "collect/store_check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/collect/doctor.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::string_view kContent = "an object that the doctor writes and removes\n";

class StoreCheck {
 public:
  StoreCheck(ObjectStore& store, bool removes, std::vector<DoctorCheck>& checks)
      : store_(store), removes_(removes), checks_(checks), key_(fmt::format("state/collector/doctor-{}.txt", getpid())) {}

  void run() {
    if (!check_writing()) {
      for (const char* name : {"store: read", "store: list", "store: forgotten", "store: remove"}) {
        add(name, CheckResult::kSkipped, "needs a store that can be written");
      }
      return;
    }
    check_reading();
    check_listing();
    check_forgotten();
    check_removing();
  }

 private:
  void add(std::string name, CheckResult result, std::string text) {
    checks_.push_back({.name = std::move(name), .result = result, .text = std::move(text)});
  }

  bool check_writing() {
    const Status written = store_.put(key_, kContent);
    if (written.ok()) {
      add("store: write", CheckResult::kGood, printable(store_.uri(key_), 1000) + " was written");
    } else {
      add("store: write", CheckResult::kFailed, written.error().message);
    }
    return written.ok();
  }

  void check_reading() {
    const Result<std::string> read = store_.get(key_);
    if (!read) return add("store: read", CheckResult::kFailed, read.error().message);
    if (*read != kContent) return add("store: read", CheckResult::kFailed, "what was read is not what was written");
    add("store: read", CheckResult::kGood, "and read back");
  }

  void check_listing() {
    const Result<ObjectPage> page = store_.list_page("raw/", {}, 1);
    if (page) return add("store: list", CheckResult::kGood, page->objects.empty() ? "it is empty" : "there is presence in it");
    if (page.error().code != ErrorCode::kDenied) return add("store: list", CheckResult::kFailed, page.error().message);
    add("store: list", CheckResult::kWarning,
        "may not be listed: collecting does without, but each start then begins a part of its own of the running round; an analysis "
        "needs it");
  }

  void check_forgotten() {
    const Result<std::optional<StoredObject>> list = store_.find(kForgottenKey);
    if (!list) return add("store: forgotten", CheckResult::kFailed, list.error().message);
    add("store: forgotten", CheckResult::kGood,
        *list ? "the list of people to forget is there and is obeyed" : "there is no list of people to forget");
  }

  void check_removing() {
    const Status removed = store_.remove(key_);
    if (removed.ok()) return add("store: remove", CheckResult::kGood, "the object is removed again");
    if (removed.error().code != ErrorCode::kDenied) return add("store: remove", CheckResult::kFailed, removed.error().message);
    if (removes_) return add("store: remove", CheckResult::kFailed, "collection.retention_days needs it: " + removed.error().message);
    add("store: remove", CheckResult::kGood, "may not remove, which only collection.retention_days and forget need; " + key_ + " stays");
  }

  ObjectStore& store_;
  bool removes_;
  std::vector<DoctorCheck>& checks_;
  std::string key_;
};

}  // namespace

void check_store(ObjectStore& store, bool removes, std::vector<DoctorCheck>& checks) { StoreCheck(store, removes, checks).run(); }

}  // namespace vieweratlas::collect_internal
