#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "vieweratlas/presence/losses.h"

namespace vieweratlas::presence_internal {

/// Why something was lost. These names are part of the output: docs/formats.md lists them.
namespace reason {
inline constexpr std::string_view kUnreadableFile = "unreadable_file";
inline constexpr std::string_view kDamagedCompression = "damaged_compression";
inline constexpr std::string_view kTruncatedCompression = "truncated_compression";
inline constexpr std::string_view kOversized = "oversized_record";
inline constexpr std::string_view kInvalidJson = "invalid_json";
inline constexpr std::string_view kTruncatedJson = "truncated_json";
inline constexpr std::string_view kTruncatedCsv = "truncated_csv";
inline constexpr std::string_view kWrongCsvRow = "wrong_csv_row";
inline constexpr std::string_view kInvalidUtf8 = "invalid_utf8";
inline constexpr std::string_view kControlCharacters = "control_characters";
inline constexpr std::string_view kUnknownRecord = "unknown_record";
inline constexpr std::string_view kMissingChannel = "missing_channel";
inline constexpr std::string_view kWrongChannel = "wrong_channel";
inline constexpr std::string_view kMissingTime = "missing_time";
inline constexpr std::string_view kWrongTime = "wrong_time";
inline constexpr std::string_view kMissingChatters = "missing_chatters";
inline constexpr std::string_view kWrongChatters = "wrong_chatters";
inline constexpr std::string_view kWrongChatter = "wrong_chatter";
inline constexpr std::string_view kWrongViewerCount = "wrong_viewer_count";
inline constexpr std::string_view kWrongText = "wrong_text";
// Set aside, no losses.
inline constexpr std::string_view kNoSnapshot = "no_snapshot";
inline constexpr std::string_view kUnfinished = "unfinished";
inline constexpr std::string_view kRoundRecord = "round_record";
inline constexpr std::string_view kMembership = "membership";
}  // namespace reason

/// A line of an input file.
struct Place {
  std::uint32_t file = 0;  ///< index into the sorted list of files
  std::uint64_t line = 1;  ///< 1-based

  friend auto operator<=>(const Place&, const Place&) = default;
};

/// One worker's losses. Unlike Losses it knows places as numbers, so that the example kept is the first by file and line.
class LossLog {
 public:
  enum class Grain : std::uint8_t {
    kAll,   ///< one example of each reason
    kFile,  ///< and a count and an example for each file
  };
  explicit LossLog(Grain grain = Grain::kAll) : grain_(grain) {}

  /// `what` is a phrase, `detail` a piece of the input that is shown with it (cut and made printable); may be empty.
  void add(std::string_view reason, Place place, std::string_view what, std::string_view detail = {}, std::uint64_t count = 1);
  void merge(const LossLog& other);
  /// Takes what `other`, whose grain is the file, has of `file`.
  void merge(const LossLog& other, std::uint32_t file);
  /// Takes what to_losses() gave for the file `key`.
  void add(const Losses& losses, std::uint32_t file, std::string_view key);
  /// File i becomes file `numbers[i]`.
  void renumber(std::span<const std::uint32_t> numbers);
  /// `keys[i]` names file i.
  [[nodiscard]] Losses to_losses(std::span<const std::string_view> keys) const;
  /// Of `file` alone, where the grain is the file.
  [[nodiscard]] Losses to_losses(std::uint32_t file, std::string_view key) const;

 private:
  struct Entry {
    std::uint64_t count = 0;
    Place place;
    std::string message;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  [[nodiscard]] Entries& entries_of(std::uint32_t file) { return entries_[grain_ == Grain::kFile ? file : 0]; }
  void merge(std::string_view reason, const Entry& theirs);

  Grain grain_;
  std::map<std::uint32_t, Entries> entries_;  // by file; all under 0 where the grain is coarse
};

}  // namespace vieweratlas::presence_internal
