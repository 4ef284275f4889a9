#include "collect/roster_filter.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "collect/channel_list.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/twitch/helix.h"

namespace vieweratlas::collect_internal {

Result<OptOuts> read_opt_outs(const std::filesystem::path& file) {
  if (file.empty()) return OptOuts({});
  const Result<std::string> text = read_file(file);
  if (!text) return Error(text.error()).with_context("the list of channels that opted out");
  const ChannelList list = parse_channel_list(*text);  // an id looks like a login of digits
  if (list.num_wrong > 0) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("{}: \"{}\" is no channel's name or id; correct it, so that no wish gets lost",
                                                          printable(file.string()), list.first_wrong)};
  }
  return OptOuts({list.logins.begin(), list.logins.end()});
}

RosterFilter::RosterFilter(const RosterOptions& options, const std::vector<std::string>& game_ids)
    : min_viewers_(options.min_viewers), game_ids_(game_ids.begin(), game_ids.end()) {
  for (const std::string& language : options.languages) languages_.insert(to_lower(trim(language)));
}

bool RosterFilter::passes(const HelixStream& stream) const {
  if (stream.viewer_count.value_or(0) < min_viewers_) return false;
  if (!languages_.empty() && !languages_.contains(to_lower(stream.language))) return false;
  return game_ids_.empty() || game_ids_.contains(stream.game_id);
}

std::uint32_t shard_of(std::string_view channel_id, std::uint32_t shards) {
  VA_CHECK(shards > 0);
  return static_cast<std::uint32_t>(digest_of(channel_id).low % shards);
}

}  // namespace vieweratlas::collect_internal
