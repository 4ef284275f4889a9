#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/vod_queue_file.h"
#include "collect/vod_queue_home.h"
#include "collect/vod_queue_versions.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::string_view kPrefix = "state/vod_queue/";
constexpr std::string_view kHistorical = "state/vod_queue.json";
constexpr std::int64_t kKeptSeconds = 900;  // after the successor was made, by the store's clock
constexpr std::size_t kMostRemoved = 100;   // in one update
constexpr int kMostTries = 200;             // each time another process wins, which then is done

std::string new_writing() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

class VodQueueInStore final : public VodQueueHome {
 public:
  explicit VodQueueInStore(ObjectStore& store) : store_(store) {}

  [[nodiscard]] Result<Items> read() const override {
    auto last = last_version();
    if (!last) return std::move(last).error();
    return std::move(last->items);
  }

  [[nodiscard]] Status update(const Change& change) override {
    for (int i = 0; i < kMostTries; ++i) {
      auto last = last_version();
      if (!last) return std::move(last).error();
      const auto is_changed = change(last->items);
      if (!is_changed) return is_changed.error();
      if (!*is_changed) return {};
      const auto made = make_next(*std::move(last));
      if (!made) return made.error();
      if (*made) return {};
    }
    return Error{ErrorCode::kUnavailable,
                 printable(store_.uri(kPrefix), 400) + " is changed by too many processes at once; try again with fewer of them"};
  }

 private:
  [[nodiscard]] Result<VodQueueVersion> last_version() const {
    auto last = last_vod_queue_version(store_, kPrefix);
    if (!last || last->number > 0) return last;
    const auto historical = store_.get(kHistorical);
    if (!historical && historical.error().code == ErrorCode::kNotFound) return last;
    if (!historical) return historical.error();
    auto items = parse_vod_queue(*historical);
    if (!items) return std::move(items).error().with_context(printable(store_.uri(kHistorical), 400));
    last->items = *std::move(items);
    return last;
  }

  /// Whether `last`, as changed, is the queue from here on; false when another process was faster.
  Result<bool> make_next(VodQueueVersion last) {
    const VodQueueVersion next{
        .number = last.number + 1, .writing = new_writing(), .before = std::move(last.writing), .items = std::move(last.items)};
    auto made = store_.put_if_absent(vod_queue_version_key(kPrefix, next.number), print_vod_queue_version(next));
    if (!made) {
      // The answer may be lost and the work be done.
      const auto there = get_vod_queue_version(store_, kPrefix, next.number);
      if (!there) return std::move(made).error();
      made = there->writing == next.writing;
    }
    if (!*made) return false;
    return is_in_line(next);
  }

  /// A process that slept between its reading and its writing may have made a version that was there and was removed meanwhile: then the
  /// next one, or the one that is left of those behind, was not made from it.
  Result<bool> is_in_line(const VodQueueVersion& mine) {
    const auto objects = store_.list(kPrefix);
    if (!objects) return true;  // what cannot be asked is the rule: it was made, and by a process that did not sleep
    std::vector<Known> known;
    bool has_later = false;
    for (const StoredObject& object : *objects) {
      const std::uint64_t number = vod_queue_version_number(kPrefix, object.key);
      if (number > 0) known.push_back({.number = number, .modified_s = object.modified_s});
      has_later = has_later || number > mine.number;
    }
    if (!has_later) {
      remove_old(known);
      return true;
    }
    const auto next = get_vod_queue_version(store_, kPrefix, mine.number + 1);
    if (!next) return next.error().code != ErrorCode::kNotFound;
    return next->before == mine.writing;
  }

  struct Known {
    std::uint64_t number;
    std::int64_t modified_s;
  };

  /// Versions whose successor is old enough; the lowest first, and none where one cannot be removed.
  void remove_old(const std::vector<Known>& known) {
    if (!may_remove_ || known.empty()) return;
    std::size_t num_removed = 0;
    for (std::size_t i = 0; i + 1 < known.size() && num_removed < kMostRemoved; ++i, ++num_removed) {
      if (known[i + 1].modified_s + kKeptSeconds > known.back().modified_s) return;
      const Status removed = store_.remove(vod_queue_version_key(kPrefix, known[i].number));
      if (removed) continue;
      may_remove_ = removed.error().code != ErrorCode::kDenied;
      return;
    }
  }

  ObjectStore& store_;
  bool may_remove_ = true;
};

}  // namespace

std::unique_ptr<VodQueueHome> vod_queue_in_store(ObjectStore& store) { return std::make_unique<VodQueueInStore>(store); }

}  // namespace vieweratlas::collect_internal
