#include "presence/loss_log.h"

#include <charconv>
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

std::string example_of(std::string_view key, std::uint64_t line, const std::string& message) {
  return printable(key) + ":" + std::to_string(line) + ": " + message;
}

}  // namespace

void LossLog::add(std::string_view reason, Place place, std::string_view what, std::string_view detail, std::uint64_t count) {
  Entries& entries = entries_of(place.file);
  auto it = entries.find(reason);
  const bool is_new = it == entries.end();
  if (is_new) it = entries.emplace(reason, Entry{}).first;
  Entry& entry = it->second;
  entry.count += count;
  if (!is_new && entry.place < place) return;
  std::string message = message_of(what, detail);
  if (!is_new && entry.place == place && entry.message <= message) return;
  entry.place = place;
  entry.message = std::move(message);
}

void LossLog::merge(std::string_view reason, const Entry& theirs) {
  Entries& entries = entries_of(theirs.place.file);
  const auto it = entries.find(reason);
  if (it == entries.end()) {
    entries.emplace(reason, theirs);
    return;
  }
  Entry& ours = it->second;
  ours.count += theirs.count;
  if (theirs.place < ours.place || (theirs.place == ours.place && theirs.message < ours.message)) {
    ours.place = theirs.place;
    ours.message = theirs.message;
  }
}

void LossLog::merge(const LossLog& other) {
  for (const auto& [file, entries] : other.entries_) {
    for (const auto& [reason, entry] : entries) merge(reason, entry);
  }
}

void LossLog::merge(const LossLog& other, std::uint32_t file) {
  const auto entries = other.entries_.find(file);
  if (entries == other.entries_.end()) return;
  for (const auto& [reason, entry] : entries->second) merge(reason, entry);
}

void LossLog::add(const Losses& losses, std::uint32_t file, std::string_view key) {
  const std::string prefix = printable(key) + ":";
  for (const auto& [reason, theirs] : losses.by_reason()) {
    std::string_view text = theirs.example;
    Entry entry{.count = theirs.count, .place = {file, 1}, .message = {}};
    if (text.starts_with(prefix)) {
      text.remove_prefix(prefix.size());
      const char* end = std::from_chars(text.data(), text.data() + text.size(), entry.place.line).ptr;
      text.remove_prefix(static_cast<std::size_t>(end - text.data()));
      if (text.starts_with(": ")) text.remove_prefix(2);
    }
    entry.message = text;
    merge(reason, entry);
  }
}

void LossLog::renumber(std::span<const std::uint32_t> numbers) {
  std::map<std::uint32_t, Entries> renumbered;
  for (auto& [file, entries] : entries_) {
    for (auto& [reason, entry] : entries) entry.place.file = numbers[entry.place.file];
    renumbered.emplace(grain_ == Grain::kFile ? numbers[file] : file, std::move(entries));
  }
  entries_ = std::move(renumbered);
}

Losses LossLog::to_losses(std::span<const std::string_view> keys) const {
  LossLog all;
  all.merge(*this);
  Losses losses;
  for (const auto& [reason, entry] : all.entries_[0]) {
    losses.add(reason, example_of(keys[entry.place.file], entry.place.line, entry.message), entry.count);
  }
  return losses;
}

Losses LossLog::to_losses(std::uint32_t file, std::string_view key) const {
  Losses losses;
  const auto entries = entries_.find(file);
  if (entries == entries_.end()) return losses;
  for (const auto& [reason, entry] : entries->second) losses.add(reason, example_of(key, entry.place.line, entry.message), entry.count);
  return losses;
}

}  // namespace vieweratlas::presence_internal
