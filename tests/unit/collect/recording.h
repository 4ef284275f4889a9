#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/round_keeper.h"
#include "support/manual_clock.h"
#include "support/memory_log.h"
#include "support/temporary_folder.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// A store in memory that fails when it is told to.
class FailingStore final : public ObjectStore {
 public:
  std::optional<Error> failure;
  std::function<void()> before_put;   ///< called by put(); may wait
  std::optional<Error> list_failure;  ///< of listing alone
  std::map<std::string, std::string, std::less<>> objects;
  int num_puts = 0;
  int puts_before_failure = -1;  ///< -1 = no limit

  [[nodiscard]] Status put(std::string_view key, std::string_view bytes, const PutOptions& /*options*/ = {}) override {
    if (!is_object_key(key)) return Error{ErrorCode::kInvalidArgument, "wrong key"};
    if (before_put) before_put();
    if (failure && puts_before_failure <= 0) return *failure;
    --puts_before_failure;
    ++num_puts;
    objects[std::string(key)] = bytes;
    return {};
  }
  [[nodiscard]] Result<bool> put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& options = {}) override {
    if (objects.contains(key)) return false;
    if (Status put_there = put(key, bytes, options); !put_there) return put_there.error();
    return true;
  }
  [[nodiscard]] Status put_stream(std::string_view key, ByteSource& content, const PutOptions& options = {}) override {
    std::string bytes;
    for (;;) {
      const Result<std::string_view> piece = content.next();
      if (!piece) return piece.error();
      if (piece->empty()) return put(key, bytes, options);
      bytes += *piece;
    }
  }
  [[nodiscard]] Result<std::string> get(std::string_view key) const override {
    const auto found = objects.find(key);
    if (found == objects.end()) return Error{ErrorCode::kNotFound, "not there"};
    return found->second;
  }
  [[nodiscard]] Result<std::string> get_range(std::string_view key, ByteRange range) const override {
    Result<std::string> all = get(key);
    if (!all) return all;
    return all->substr(range.offset, range.num_bytes);
  }
  [[nodiscard]] Result<StoredObject> get_stream(std::string_view key, const Sink& sink) const override {
    const Result<std::string> all = get(key);
    if (!all) return all.error();
    if (Status taken = sink(*all); !taken) return taken.error();
    return StoredObject{.key = std::string(key), .num_bytes = all->size()};
  }
  [[nodiscard]] Result<std::optional<StoredObject>> find(std::string_view key) const override {
    if (failure) return *failure;
    const auto found = objects.find(key);
    if (found == objects.end()) return std::optional<StoredObject>();
    return std::optional(StoredObject{.key = std::string(key), .num_bytes = found->second.size()});
  }
  [[nodiscard]] Result<ObjectPage> list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const override {
    if (list_failure) return *list_failure;
    if (failure) return *failure;
    ObjectPage page;
    for (auto it = next.empty() ? objects.lower_bound(prefix) : objects.upper_bound(next); it != objects.end(); ++it) {
      if (!it->first.starts_with(prefix)) break;
      if (page.objects.size() == max_objects) {
        page.next = page.objects.back().key;
        break;
      }
      page.objects.push_back({.key = it->first, .num_bytes = it->second.size()});
    }
    return page;
  }
  [[nodiscard]] Status copy(std::string_view from, std::string_view to) override {
    const Result<std::string> all = get(from);
    if (!all) return all.error();
    return put(to, *all);
  }
  [[nodiscard]] Status remove(std::string_view /*key*/) override { return {}; }
  [[nodiscard]] std::string uri(std::string_view key) const override { return "memory:" + std::string(key); }
};

inline ViewerKey test_key(std::uint8_t first = 1) {
  std::array<std::uint8_t, 32> bytes{};
  bytes[0] = first;
  return ViewerKey::from_bytes(bytes);
}

/// A recorder without its thread, which can be ended as by a crash and started again.
class Recording {
 public:
  explicit Recording(std::string_view utc = "2026-11-22T10:00:00Z") : clock(utc) { options.data_dir = folder.path(); }

  void start() {
    auto opened = collect_internal::RoundKeeper::open(
        options, key, store, [this](std::string_view step) { return disk_fault ? disk_fault(step) : Status(); }, log, {.now = now()});
    keeper_ = opened.ok() ? *std::move(opened) : nullptr;
    if (!keeper_) problem = opened.error();
  }
  /// What was not written is gone.
  void crash() { keeper_.reset(); }
  void restart() {
    crash();
    start();
  }
  [[nodiscard]] collect_internal::RoundKeeper& keeper() {
    if (!keeper_) start();
    VA_CHECK(keeper_ != nullptr);
    return *keeper_;
  }

  /// Viewer number `viewer` wrote into `channel` at this moment.
  void see(std::string_view channel, int viewer, std::string_view message = "", SightingKind kind = SightingKind::kMessage) {
    see_at(clock.utc(), channel, viewer, message, kind);
  }
  void see_at(UtcMillis time, std::string_view channel, int viewer, std::string_view message = "",
              SightingKind kind = SightingKind::kMessage) {
    const std::string id = std::to_string(1000 + viewer);
    const std::string login = "viewer" + std::to_string(viewer);
    keeper().set_now(now());
    keeper().see({.channel = channel,
                  .channel_id = "",
                  .viewer_id = kind == SightingKind::kMember ? std::string_view() : std::string_view(id),
                  .viewer_login = login,
                  .message_id = message,
                  .time = time,
                  .kind = kind});
  }
  void observe(std::string_view channel, std::chrono::seconds length) {
    keeper().set_now(now());
    keeper().observed(channel, clock.utc(), clock.utc() + length);
  }
  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    tick();
  }
  void tick() {
    keeper().set_now(now());
    keeper().tick();
    keeper().store_waiting(clock.steady(), false);
    keeper().tick();  // tells what became of it
  }
  /// Ends the recording as a recorder does.
  [[nodiscard]] Status finish(bool close_rounds) {
    keeper().end(close_rounds);
    keeper().store_waiting(clock.steady(), true);
    return keeper().result();
  }
  [[nodiscard]] RecorderCounters counters() { return keeper().counters(); }
  /// The lines of a stored file, decompressed.
  [[nodiscard]] std::vector<std::string> lines(std::string_view stored_key) const;
  [[nodiscard]] std::string id_of(int viewer) const { return key.of_id("twitch", std::to_string(1000 + viewer)).hex(); }
  [[nodiscard]] std::string login_of(int viewer) const { return key.of_login("twitch", "viewer" + std::to_string(viewer)).hex(); }
  [[nodiscard]] std::size_t num_journals() const;

  TemporaryFolder folder;
  CollectOptions options;
  ViewerKey key = test_key();
  ManualClock clock;
  FailingStore store;
  MemoryLog log;
  std::function<Status(std::string_view)> disk_fault;
  std::optional<Error> problem;

 private:
  [[nodiscard]] collect_internal::Now now() const { return {.utc = clock.utc(), .steady = clock.steady()}; }
  std::unique_ptr<collect_internal::RoundKeeper> keeper_;
};

inline std::vector<std::string> Recording::lines(std::string_view stored_key) const {
  std::vector<std::string> result;
  const auto found = store.objects.find(stored_key);
  if (found == store.objects.end()) return result;
  std::string text;
  if (!decompress(compression_of(stored_key), found->second, text).ok()) return result;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty()) result.emplace_back(line);
  }
  return result;
}

inline std::size_t Recording::num_journals() const {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "state" / "journal")) count += entry.exists() ? 1U : 0U;
  return count;
}

}  // namespace vieweratlas
