#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/snapshot_importer.h"
#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// Where chats come from and how long a run may go on.
struct VodProcessOptions {
  ImportOptions import;
  std::filesystem::path raw_dir = "logs/raw/vod_chat";  ///< channel=X/vod_id=Y/chat.json, .json.gz or .json.zst
  ObjectStore* chats = nullptr;                         ///< where chats are too, and where kept ones go (raw/vod_chat/...); may be null
  std::filesystem::path cli_path;                       ///< TwitchDownloaderCLI or a program that takes the same words; empty = none
  std::string search_path;                              ///< for a program without a folder
  std::vector<std::string> environment;                 ///< of the program, "NAME=value"
  std::chrono::milliseconds download_timeout{4 * 3600 * 1000};
  bool keep_downloads = false;            ///< else what was downloaded here is removed after its import: it holds names and texts
  std::chrono::milliseconds delay{2000};  ///< between two downloads
  std::uint32_t max_vods = 50;            ///< imports and failures
  std::chrono::milliseconds max_time{4 * 3600 * 1000};
  std::chrono::hours max_age{24 * 14};        ///< older items that are not finished are dropped
  std::chrono::hours completed_age{24 * 28};  ///< older completed ones too
  std::string worker;                         ///< whose leases; unique among processes
};

struct VodProcessReport {
  std::uint64_t dropped = 0;  ///< too old
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t waiting = 0;  ///< no chat there, and no program to get it
  std::uint64_t downloads = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t rows = 0;
  std::map<std::string, std::uint64_t> lost;  ///< by reason
  std::string stopped_by;                     ///< "empty", "max_vods", "max_time", "stop"
};

/// What the work needs; all references must outlive it.
struct VodProcessTools {
  VodQueue& queue;
  const ViewerKey& viewers;
  const ForgottenList& forgotten;
  const Clock& clock;
  Sleeper& sleeper;
  Logger& log;
};

/// Works through the queue: imports the chat of each recording that is due, after downloading it when it is not there. What fails is
/// put back with a wait; what cannot be had because there is no program stays pending and costs no attempt. A file that turns out to
/// be damaged is downloaded anew, once. A process that is killed leaves a lease that runs out.
/// Errors: those of the queue; denied, limit_exceeded (disk full) of writing: the item is given back. `stop` is no error.
[[nodiscard]] Result<VodProcessReport> process_vods(const VodProcessTools& tools, const VodProcessOptions& options,
                                                    const std::stop_token& stop);

}  // namespace vieweratlas
