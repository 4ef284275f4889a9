#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/helix_client.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/twitch/helix.h"

namespace vieweratlas {

/// Tells what recordings channels have.
class VodLister {
 public:
  virtual ~VodLister() = default;
  /// The newest `limit` recordings of past broadcasts, newest first. Errors: not_found (no such channel), those of asking.
  [[nodiscard]] virtual Result<std::vector<HelixVideo>> newest(const std::string& login, std::uint32_t limit,
                                                               const std::stop_token& stop) = 0;
};

/// Asks Helix.
class HelixVodLister final : public VodLister {
 public:
  /// `helix` must outlive it.
  explicit HelixVodLister(HelixClient& helix) : helix_(helix) {}
  [[nodiscard]] Result<std::vector<HelixVideo>> newest(const std::string& login, std::uint32_t limit, const std::stop_token& stop) override;

 private:
  HelixClient& helix_;
};

struct VodDiscoverOptions {
  std::vector<std::string> channels;    ///< logins, lower case
  std::uint32_t limit_per_channel = 5;  ///< newest recordings that are looked at
  std::chrono::seconds max_age{24 * 3600};
  std::uint64_t min_views = 0;
  std::chrono::milliseconds delay{2000};  ///< between two channels
};

struct VodDiscoverReport {
  std::uint64_t channels = 0;          ///< asked for
  std::uint64_t unknown_channels = 0;  ///< there is none of that name
  std::uint64_t found = 0;
  std::uint64_t too_old = 0;
  std::uint64_t too_few_views = 0;
  std::uint64_t added = 0;
  bool is_stopped = false;
};

/// The channels of `options` (an own list, else those of the channels file), as logins, each once.
/// Errors: invalid_argument (none is named, or one is no name), not_found, denied (the file).
[[nodiscard]] Result<std::vector<std::string>> discovery_channels(const RosterOptions& options);

/// Looks for recordings of channels and queues those that are not known yet. What was found before an error is queued.
/// Errors: those of the lister other than not_found, those of the queue.
[[nodiscard]] Result<VodDiscoverReport> discover_vods(VodLister& lister, VodQueue& queue, const VodDiscoverOptions& options, UtcTime now,
                                                      Sleeper& sleeper, const std::stop_token& stop);

}  // namespace vieweratlas
