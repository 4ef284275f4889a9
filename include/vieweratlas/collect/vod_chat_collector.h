#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "vieweratlas/collect/collector.h"
#include "vieweratlas/collect/snapshot_importer.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/twitch/vod_chat.h"

namespace vieweratlas {

/// A recorded chat on disk (see VodChatParser; plain, gzip or zstd), and what its finder knows of it.
struct VodChatFile {
  std::filesystem::path path;
  std::string channel;  ///< login; empty: the file tells, or a folder "channel=X" above it, or the broadcaster's own comments
  std::string vod_id;   ///< empty: the file tells, or a folder "vod_id=Y"; else the moment of its begin
};

/// Tells who wrote into a recorded chat. Comments are placed at the begin of the recording plus their offset, else at their own time.
/// The broadcaster, accounts that are gone, the platform's accounts for anonymous gifts and notices whose sender need not be present
/// are lost by reason, as in live chats; repeated comments (by id, among the last half million) too. Files of 2026 do not tell messages
/// mirrored from another channel's chat from the channel's own: they count.
class VodChatCollector final : public Collector {
 public:
  /// Reads as much of the file as is needed to know channel, id and begin: its head, or all of it when "streamer" and "video" come
  /// behind the comments. Errors: corrupt_data (no recorded chat; or nobody says which channel or when), invalid_argument (the file
  /// is of another recording than `vod_id`), those of opening and reading, cancelled.
  [[nodiscard]] static Result<std::unique_ptr<VodChatCollector>> open(const VodChatFile& file, const std::stop_token& stop);

  [[nodiscard]] std::string_view source() const override { return "vod"; }
  /// Errors: corrupt_data (the file ends too early, is damaged or a bomb: what came before has been told), cancelled.
  [[nodiscard]] Status collect(PresenceSink& sink, std::stop_token stop) override;

  [[nodiscard]] const std::string& channel() const { return facts_.channel; }
  [[nodiscard]] const std::string& vod_id() const { return vod_id_; }
  [[nodiscard]] UtcTime origin() const { return origin_; }
  /// "raw/vod_snapshots/channel=X/vod_id=Y.ndjson.zst"
  [[nodiscard]] std::string key() const;

 private:
  VodChatCollector() = default;
  void take(const VodChatHeader& header);
  [[nodiscard]] Status name(const VodChatFile& file, const std::string& told);

  std::filesystem::path path_;
  ChannelFacts facts_;
  std::string vod_id_;
  UtcTime origin_{};
  std::optional<double> begin_s_;  // of the part that was recorded
  std::optional<double> end_s_;
};

/// Imports a recorded chat. A file that ends too early is refused unless `keep_damaged`: then what came before is stored and the
/// report names the problem. Errors: those of VodChatCollector and of writing.
[[nodiscard]] Result<ImportReport> import_vod_chat(const VodChatFile& file, bool keep_damaged, const ImportOptions& options,
                                                   const ViewerKey& viewers, const ForgottenList& forgotten, const std::stop_token& stop);

}  // namespace vieweratlas
