#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {

/// The logins of viewers who are known by id, from curated days and raw files, all by number.
class CuratedAliases {
 public:
  /// `wanted` are the numbers of names that are looked for, sorted: of pairs told by lists only theirs are obeyed.
  explicit CuratedAliases(std::vector<std::int64_t> wanted) : wanted_(std::move(wanted)) {}

  void add(DayNumber day, std::span<const DayAlias> aliases);
  /// Of raw files.
  void add_raw(std::int64_t login, std::int64_t viewer) { pairs_.push_back({.login = login, .viewer = viewer, .day = std::nullopt}); }

  /// Days that say of a login or an id what others contradict, so that rows may have been counted under the wrong viewer. Only the keys of
  /// raw files tell which is right. To be called when all are added.
  [[nodiscard]] std::set<DayNumber> settle();
  /// Who a login belongs to; nullopt for other numbers. After settle.
  [[nodiscard]] std::optional<std::int64_t> viewer_of(std::int64_t login) const {
    const auto it = viewer_of_.find(login);
    return it == viewer_of_.end() ? std::nullopt : std::optional(it->second);
  }
  /// The days that tell of a login. After settle.
  [[nodiscard]] std::set<DayNumber> days_of(std::int64_t login) const;
  [[nodiscard]] bool is_told_by_raw_files(std::int64_t login) const;
  /// As a table of viewers takes them. After settle.
  [[nodiscard]] std::vector<ViewerAlias> as_keys() const;

 private:
  struct Pair {
    std::int64_t login = 0;
    std::int64_t viewer = 0;
    std::optional<DayNumber> day;  ///< none = raw files
    friend auto operator<=>(const Pair&, const Pair&) = default;
  };
  [[nodiscard]] std::span<const Pair> pairs_of(std::int64_t login) const;

  std::vector<std::int64_t> wanted_;
  std::vector<Pair> pairs_;
  std::unordered_map<std::int64_t, std::int64_t> viewer_of_;
};

}  // namespace vieweratlas::presence_internal
