#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/collect/collector.h"
#include "vieweratlas/collect/snapshot_importer.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/twitch/chat_log.h"

namespace vieweratlas {

/// A log of another tool on disk (see ChatLogParser; plain, gzip or zstd), and what its finder knows of it.
struct ChatLogFile {
  std::filesystem::path path;
  std::string channel;  ///< login, of lines that name none; empty: a folder "channel=X", or Chatterino's ".../X/X-2026-01-05.log"
  std::optional<std::chrono::seconds> utc_offset;  ///< of local times, east is positive; empty: as the log says
};

/// Tells who wrote according to a log. Days of times without a date come from the log's own header, else from a date in the path
/// ("2026-01-05", "2026/1/5"); rows of a table without times are placed at that date, else at the time when the file was last changed.
class ChatLogCollector final : public Collector {
 public:
  explicit ChatLogCollector(ChatLogFile file) : file_(std::move(file)) {}

  [[nodiscard]] std::string_view source() const override { return "log"; }
  /// Errors: those of ChatLogParser and of reading (damaged compression: what came before has been told), cancelled.
  [[nodiscard]] Status collect(PresenceSink& sink, std::stop_token stop) override;

  // After collect:
  /// 16 hex digits of the content (decompressed), whatever the file's name.
  [[nodiscard]] const std::string& content_digest() const { return digest_; }
  [[nodiscard]] ChatLogFormat format() const { return format_; }

 private:
  ChatLogFile file_;
  std::string digest_;
  ChatLogFormat format_ = ChatLogFormat::kUnknown;
};

/// Imports a log into "raw/log_snapshots/<last day>_<digest of the content>.ndjson.zst". A file that ends too early is refused unless
/// `keep_damaged`. Errors: those of ChatLogCollector and of writing.
[[nodiscard]] Result<ImportReport> import_chat_log(const ChatLogFile& file, bool keep_damaged, const ImportOptions& options,
                                                   const ViewerKey& viewers, const ForgottenList& forgotten, const std::stop_token& stop);

/// What a file that is to be imported looks like, by its first kilobytes.
enum class ImportKind : std::uint8_t { kVodChat, kChatLog, kUnknown };
/// Errors: those of reading.
[[nodiscard]] Result<ImportKind> import_kind_of(const std::filesystem::path& path);

/// What the path of a log tells; for tests. The date is midnight.
[[nodiscard]] std::string channel_of_log_path(const std::filesystem::path& path);
[[nodiscard]] std::optional<UtcTime> date_of_log_path(const std::filesystem::path& path);

}  // namespace vieweratlas
