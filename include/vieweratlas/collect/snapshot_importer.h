#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

struct ImportOptions {
  std::filesystem::path data_dir = "logs";
  ObjectStore* store = nullptr;            ///< where snapshots go; null = files below data_dir. Must outlive the importer
  std::chrono::seconds bucket_length{60};  ///< of one snapshot, >= 1
  bool store_logins = false;               ///< logins in place of pseudonyms
  /// Channels that do not want to be recorded; empty = all want.
  std::function<bool(const ChannelFacts&)> is_opted_out;
  std::uint64_t max_rows = 200'000'000;  ///< (snapshot, viewer) pairs held, 4 bytes each; further ones are lost and counted
};

/// What the snapshots of one import have in common.
struct ImportTarget {
  std::string key;                ///< in the store, ".ndjson.zst"
  std::string source;             ///< "vod", "log"
  std::string content_id;         ///< of a recording; else empty
  std::optional<UtcTime> origin;  ///< begin of the recording, which pieces count from; else from midnight UTC
  bool shared_chat_unfiltered = false;
};

struct ImportReport {
  std::string key;              ///< empty: there was nothing to write
  bool is_unchanged = false;    ///< the file was there already, byte for byte
  std::uint64_t sightings = 0;  ///< counted
  std::uint64_t snapshots = 0;
  std::uint64_t rows = 0;  ///< distinct (snapshot, viewer) pairs
  std::uint64_t viewers = 0;
  std::uint64_t channels = 0;
  std::uint64_t num_bytes = 0;                ///< stored
  std::map<std::string, std::uint64_t> lost;  ///< by reason
  std::string problem;                        ///< one sentence when the source ended before its end; what came before is stored
};

/// Turns what a finite source of chats tells into one file of snapshots: one for each channel and piece of time in which somebody
/// wrote. Viewers are pseudonyms of their ids (of logins where there are none), whatever is on the list of the forgotten is refused.
/// Equal sightings in any order give equal bytes, so that importing again changes nothing. Memory: 4 bytes a row, some 200 a viewer.
/// Thread-compatible.
class SnapshotImporter final : public PresenceSink {
 public:
  /// References must outlive it.
  SnapshotImporter(ImportOptions options, const ViewerKey& viewers, const ForgottenList& forgotten);

  void facts(const ChannelFacts& facts, UtcMillis time) override;
  void see(const Sighting& sighting) override;
  void observed(std::string_view channel, UtcMillis begin, UtcMillis end) override;
  void lost(std::string_view channel, std::string_view reason, std::uint64_t count) override;

  /// Sorts times into pieces that begin at `origin`; before the first sighting.
  void set_origin(UtcTime origin) { origin_ = origin; }
  /// The begin of the last piece; nothing when nobody was seen.
  [[nodiscard]] std::optional<UtcTime> last_piece() const;
  /// Writes the file (temporary name, fsync, rename); without any snapshot none. Errors: those of writing.
  [[nodiscard]] Result<ImportReport> write(const ImportTarget& target);

 private:
  struct Viewer {
    std::string name;   // as stored
    std::string login;  // pseudonym of the login, where the name is that of an id
    bool is_refused = false;
  };
  struct Bucket {
    std::vector<std::uint32_t> viewers;
    std::size_t num_sorted = 0;  // the first so many are sorted and distinct
  };
  struct ChannelState {
    ChannelFacts facts;
    std::map<std::int64_t, Bucket> buckets;  // by number of the piece
    std::vector<std::pair<UtcMillis, UtcMillis>> observed;
  };

  ChannelState& channel_of(std::string_view login);
  std::uint32_t viewer_of(const Sighting& sighting);
  void compact(Bucket& bucket);
  [[nodiscard]] std::int64_t piece_of(UtcMillis time) const;
  [[nodiscard]] std::uint64_t seconds_observed(const ChannelState& channel, UtcTime begin) const;
  void rank_viewers();
  void append_channel(std::string& text, std::string_view login, ChannelState& channel, const ImportTarget& target, ImportReport& report);

  ImportOptions options_;
  const ViewerKey& key_;
  const ForgottenList& forgotten_;
  UtcTime origin_{};
  std::map<std::string, ChannelState, std::less<>> channels_;
  std::unordered_map<std::string, std::uint32_t> viewer_ids_;
  std::vector<Viewer> viewers_;
  std::vector<std::uint32_t> ranks_;
  std::uint64_t num_rows_ = 0;
  std::uint64_t num_sightings_ = 0;
  std::map<std::string, std::uint64_t> lost_;
  std::string compressed_;
};

/// Who is on the list of channels (login or id, one a line) at `file`; an empty path holds nobody.
/// Errors: not_found, denied, invalid_argument (an entry that is no name: nobody's wish may get lost).
[[nodiscard]] Result<std::function<bool(const ChannelFacts&)>> channels_opted_out(const std::filesystem::path& file);

}  // namespace vieweratlas
