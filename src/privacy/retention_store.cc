#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/privacy/retention.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kObjectsAPage = 1000;
constexpr std::chrono::days kDay{1};

/// Where presence is kept, and whether keys there begin with the date of what they hold, so that the oldest come first.
struct Place {
  std::string_view prefix;
  bool is_dated = true;
};
constexpr std::array<Place, 6> kPlaces{{{.prefix = "raw/snapshots/"},
                                        {.prefix = "raw/chatter_logs/"},
                                        {.prefix = "raw/membership/"},
                                        {.prefix = "raw/vod_chat/", .is_dated = false},
                                        {.prefix = "raw/vod_snapshots/", .is_dated = false},
                                        {.prefix = "raw/log_snapshots/", .is_dated = false}}};

/// ".../YYYY/MM/DD/..." directly below the prefix.
bool is_below_a_day(std::string_view rest) { return rest.size() > 11 && rest[4] == '/' && rest[7] == '/' && rest[10] == '/'; }

class StorePurge {
 public:
  StorePurge(ObjectStore& store, UtcTime cutoff, PurgeMode mode, const std::stop_token& stop)
      : store_(store), cutoff_(cutoff), mode_(mode), stop_(stop) {}

  Status place(const Place& place) {
    std::string next;
    do {
      if (stop_.stop_requested()) return Error{ErrorCode::kCancelled, "stopped; what is removed stays removed, run again for the rest"};
      Result<ObjectPage> page = store_.list_page(place.prefix, next, kObjectsAPage);
      if (!page) return std::move(page).error();
      for (const StoredObject& object : page->objects) {
        const bool is_young = !consider(object, place.is_dated);
        // Keys are sorted: behind the first young day there are none but young ones.
        if (is_young && place.is_dated && is_below_a_day(std::string_view(object.key).substr(place.prefix.size()))) return {};
      }
      next = std::move(page->next);
    } while (!next.empty());
    return {};
  }

  PurgeReport take_report() { return std::move(report_); }

 private:
  /// False for what is too young to go.
  bool consider(const StoredObject& object, bool is_dated) {
    std::optional<UtcTime> end;
    if (is_dated) {
      end = end_of_day_told_by(object.key);
    } else {
      end = std::chrono::floor<std::chrono::days>(UtcTime(std::chrono::seconds(object.modified_s))) + kDay;
    }
    if (!end) {
      ++report_.num_undated;
      return true;
    }
    if (*end > cutoff_) {
      ++report_.num_kept;
      return false;
    }
    if (mode_ == PurgeMode::kRemove) {
      if (Status removed = store_.remove(object.key); !removed) {
        report_.problems.add("not_removed", removed.error().message);
        return true;
      }
    }
    ++report_.num_files;
    report_.num_bytes += object.num_bytes;
    return true;
  }

  ObjectStore& store_;
  UtcTime cutoff_;
  PurgeMode mode_;
  std::stop_token stop_;
  PurgeReport report_;
};

}  // namespace

Result<PurgeReport> purge_older_than(ObjectStore& store, UtcTime cutoff, PurgeMode mode, const std::stop_token& stop) {
  if (const auto* const files = dynamic_cast<const LocalStore*>(&store)) return purge_older_than(files->root(), cutoff, mode, stop);
  StorePurge purge(store, cutoff, mode, stop);
  for (const Place& place : kPlaces) {
    if (Status done = purge.place(place); !done) return std::move(done).error();
  }
  return purge.take_report();
}

Result<PurgeReport> purge_by_retention(ObjectStore& store, std::uint32_t days, UtcTime now, std::string_view version,
                                       const std::stop_token& stop) {
  if (days == 0) return PurgeReport{};
  Result<PurgeReport> report = purge_older_than(store, now - std::chrono::days(days), PurgeMode::kRemove, stop);
  if (!report || report->num_files == 0) return report;
  AuditEntry entry{.time = now,
                   .action = "purge",
                   .counts = {{"files", report->num_files}, {"bytes", report->num_bytes}, {"retention_days", days}},
                   .folder = {},
                   .version = std::string(version)};
  if (Status logged = append_audit(store, entry); !logged) {
    report->unlogged = PurgeReport::Unlogged{.entry = std::move(entry), .problem = std::move(logged).error()};
  }
  return report;
}

}  // namespace vieweratlas
