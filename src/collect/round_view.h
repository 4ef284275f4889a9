#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/round.h"

#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/privacy/forgotten.h"

namespace vieweratlas::collect_internal {

/// A round as it is to be written: channels by login, chatters by name, without those who are to be forgotten.
class RoundView {
 public:
  /// Both must outlive the view.
  RoundView(const Round& round, const ForgottenList& forgotten);

  /// Calls visit(snapshot) for each channel that somebody wrote in or that was listened to, in order of logins. The snapshot is borrowed
  /// for the call.
  template <typename Visit>
  void for_each_chat(const Visit& visit) {
    for (const std::uint32_t channel : order_) {
      if (prepare(channel, false)) visit(snapshot_);
    }
  }
  /// Likewise from membership lists: channels that have one, without messages, source "membership".
  template <typename Visit>
  void for_each_membership(const Visit& visit) {
    for (const std::uint32_t channel : order_) {
      if (prepare(channel, true)) visit(snapshot_);
    }
  }

  /// Everything that is counted, channels included.
  [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& losses() const { return losses_; }
  [[nodiscard]] std::uint64_t observed_ms() const { return observed_ms_; }
  [[nodiscard]] bool has_members() const { return has_members_; }
  /// Not to be forgotten.
  [[nodiscard]] std::uint64_t num_viewers() const { return num_viewers_; }
  [[nodiscard]] const Round& round() const { return round_; }

 private:
  bool prepare(std::uint32_t channel, bool is_membership);
  void gather(const PairCounts& pairs);
  void name_by_pseudonym();
  void name_by_login();

  const Round& round_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint8_t> is_left_out_;  // by viewer; empty when nobody is
  std::map<std::string, std::uint64_t, std::less<>> losses_;
  std::uint64_t observed_ms_ = 0;
  std::uint64_t num_viewers_ = 0;
  bool has_members_ = false;
  // Of the channel that is being visited.
  Snapshot snapshot_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_;  // viewer, count
  std::string hex_;
  std::vector<std::string_view> chatters_;
  std::vector<std::string_view> logins_;
  std::vector<std::uint32_t> messages_;
  std::vector<std::pair<std::string_view, std::uint64_t>> channel_losses_;
};

}  // namespace vieweratlas::collect_internal
