#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "presence/file_name.h"
#include "presence/loss_log.h"

// One vocabulary for JSON and CSV: which names mean which field, and what a field must look like.

namespace vieweratlas::presence_internal {

enum class Field : std::uint8_t {
  kChannel,
  kChannelId,
  kDisplayName,
  kTime,
  kOffset,
  kContentId,
  kViewerCount,
  kGame,
  kLanguage,
  kTitle,
  kStartedAt,
  kSource,
  kChatter,   ///< one chatter: a row of CSV, or a record that is one row
  kChatters,  ///< JSON only: the array of chatters
  kLogins,    ///< JSON only: an array as long, with another name of each
  kMessages,  ///< JSON only: an array as long, with the number of messages of each
  kRecord,    ///< JSON only: says that the record is something else than a snapshot
  kSecondsObserved,
};
inline constexpr std::size_t kNumFields = 18;

struct FieldName {
  Field field = Field::kChannel;
  std::uint8_t rank = 0;  ///< among the spellings of one field the smallest rank wins when a record holds several
};

/// The field that `name` spells, in any letter case; nullopt for names that mean nothing to us.
[[nodiscard]] std::optional<FieldName> field_of(std::string_view name);

/// A field as it stands in the input.
struct RawValue {
  enum class Kind : std::uint8_t { kAbsent, kText, kNumber, kOther };
  Kind kind = Kind::kAbsent;
  std::uint8_t rank = 0;
  std::string_view text;  ///< unescaped text, or a number's digits
};

/// The fields of one record. Views are borrowed from the parser.
class RawFields {
 public:
  void clear() { values_ = {}; }
  void set(FieldName name, RawValue::Kind kind, std::string_view text);
  [[nodiscard]] const RawValue& operator[](Field field) const { return values_[static_cast<std::size_t>(field)]; }
  [[nodiscard]] bool has(Field field) const { return (*this)[field].kind != RawValue::Kind::kAbsent; }

 private:
  std::array<RawValue, kNumFields> values_{};
};

enum class Carrier : std::uint8_t { kJson, kCsv };

/// What is known of a snapshot besides its chatters, checked and clean.
struct SnapshotFacts {
  std::string channel;  ///< login, lower case
  std::string channel_id;
  std::string display_name;   ///< falls back to the channel as spelled in the input, when that has capitals
  std::int64_t time_s = 0;    ///< Unix seconds
  std::uint64_t content = 0;  ///< tells apart what one channel shows at one time: minutes of recordings; 0 = nothing to tell
  std::optional<std::uint64_t> viewer_count;
  std::optional<std::uint32_t> seconds_observed;
  std::string game;
  std::string language;
  std::string title;
  std::string source;  ///< "live", "vod", ...; empty for CSV rows that do not say

  friend bool operator==(const SnapshotFacts&, const SnapshotFacts&) = default;
};

/// Checks and cleans `raw`. A wrong field is counted and left out; without a channel or a time the whole record is of no use:
/// counted, nullopt.
[[nodiscard]] std::optional<SnapshotFacts> interpret(const RawFields& raw, Carrier carrier, const FileName& file_name, Place place,
                                                     LossLog& losses);

}  // namespace vieweratlas::presence_internal
