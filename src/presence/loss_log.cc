#include "presence/loss_log.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/losses.h"

namespace vieweratlas::presence_internal {
namespace {

constexpr std::size_t kMaxDetailBytes = 60;

std::string message_of(std::string_view what, std::string_view detail) {
  std::string message(what);
  if (!detail.empty()) message += ": " + printable(detail.substr(0, 2 * kMaxDetailBytes), kMaxDetailBytes);
  return message;
}

}  // namespace

void LossLog::add(std::string_view reason, Place place, std::string_view what, std::string_view detail, std::uint64_t count) {
  auto it = entries_.find(reason);
  const bool is_new = it == entries_.end();
  if (is_new) it = entries_.emplace(reason, Entry{}).first;
  Entry& entry = it->second;
  entry.count += count;
  if (!is_new && entry.place < place) return;
  std::string message = message_of(what, detail);
  if (!is_new && entry.place == place && entry.message <= message) return;
  entry.place = place;
  entry.message = std::move(message);
}

void LossLog::merge(const LossLog& other) {
  for (const auto& [reason, theirs] : other.entries_) {
    const auto [it, inserted] = entries_.try_emplace(reason, theirs);
    if (inserted) continue;
    Entry& ours = it->second;
    ours.count += theirs.count;
    if (theirs.place < ours.place || (theirs.place == ours.place && theirs.message < ours.message)) {
      ours.place = theirs.place;
      ours.message = theirs.message;
    }
  }
}

Losses LossLog::to_losses(std::span<const std::string_view> keys) const {
  Losses losses;
  for (const auto& [reason, entry] : entries_) {
    losses.add(reason, printable(keys[entry.place.file]) + ":" + std::to_string(entry.place.line) + ": " + entry.message, entry.count);
  }
  return losses;
}

}  // namespace vieweratlas::presence_internal
