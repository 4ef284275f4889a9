#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "collect/channel_list.h"
#include "collect/roster_choice.h"
#include "collect/roster_filter.h"

#include "vieweratlas/collect/helix_client.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/roster.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/twitch/helix.h"
#include "vieweratlas/twitch/streams_pager.h"

namespace vieweratlas {

using collect_internal::ChannelList;
using collect_internal::OptOuts;
using collect_internal::RosterFilter;

namespace {

ChannelFacts facts_of(HelixStream stream) {
  return {.channel = std::move(stream.user_login),
          .channel_id = std::move(stream.user_id),
          .display_name = std::move(stream.user_name),
          .viewer_count = stream.viewer_count,
          .game_name = std::move(stream.game_name),
          .language = std::move(stream.language),
          .title = std::move(stream.title),
          .started_at = stream.started_at};
}

}  // namespace

class RosterSource::Impl {
 public:
  Impl(const CollectOptions& options, HttpClient& http, TokenKeeper& tokens, const Clock& clock, Logger& log, Sleeper* sleeper)
      : options_(options.roster), tokens_(tokens), log_(log), helix_(options, http, tokens, clock, log, sleeper) {}

  Result<Roster> refresh(const std::stop_token& stop) {
    Roster roster;
    const Result<OptOuts> opt_outs = collect_internal::read_opt_outs(options_.opt_out_file);
    if (!opt_outs) return opt_outs.error();
    const Result<std::optional<ChannelList>> list = own_list();
    if (!list) return list.error();
    if (*list && tokens_.token().empty()) return without_facts(**list, *opt_outs, std::move(roster));

    if (Status known = look_up_games(stop); !known.ok()) return std::move(known).error();
    Result<std::vector<HelixStream>> streams = *list ? streams_of(**list, roster, stop) : top_streams(roster, stop);
    if (!streams) return std::move(streams).error();
    choose(*std::move(streams), *list, *opt_outs, roster);
    return roster;
  }

  [[nodiscard]] HelixCounters counters() const { return helix_.counters(); }

 private:
  /// The channels that the operator wrote down; empty when it is the top channels that count.
  Result<std::optional<ChannelList>> own_list() {
    ChannelList list;
    if (!options_.channels.empty()) {
      list = collect_internal::channel_list(options_.channels);
    } else if (!options_.channels_file.empty()) {
      const Result<std::string> text = read_file(options_.channels_file);
      if (!text) return Error(text.error()).with_context("the list of channels");
      list = collect_internal::parse_channel_list(*text);
    } else {
      return std::optional<ChannelList>();
    }
    if (list.num_wrong > 0 && list.first_wrong != warned_of_) {
      warned_of_ = list.first_wrong;
      log_.warning(fmt::format("{} entries of the list of channels are no names and are left out, such as \"{}\"", list.num_wrong,
                               list.first_wrong));
    }
    if (list.logins.empty()) {
      return Error{ErrorCode::kInvalidArgument, "the list of channels has no channel in it; write one name per line, or name no list"};
    }
    return std::optional(std::move(list));
  }

  Result<Roster> without_facts(const ChannelList& list, const OptOuts& opt_outs, Roster roster) {
    roster.num_wrong = list.num_wrong;
    roster.stopped_by = "list";
    for (const std::string& login : list.logins) {
      const ChannelFacts facts{.channel = login};
      if (opt_outs.has(facts)) {
        ++roster.num_opted_out;
      } else if (collect_internal::shard_of(login, options_.shards) == options_.shard) {
        roster.channels.push_back(facts);
      }
    }
    return roster;
  }

  /// Ids of the games that the operator named. Asked for once: ids do not change.
  Status look_up_games(const std::stop_token& stop) {
    if (!game_ids_.empty() || options_.games.empty()) return {};
    if (options_.games.size() > kHelixBatch || options_.languages.size() > kHelixBatch) {
      return Error{ErrorCode::kInvalidArgument, "Twitch takes at most 100 games and 100 languages; name fewer"};
    }
    const Result<HelixPage<HelixGame>> found = helix_.games(options_.games, {}, stop);
    if (!found) return found.error();
    std::vector<std::string> ids;
    for (const std::string& written : options_.games) {
      const auto game = std::find_if(found->items.begin(), found->items.end(),
                                     [&](const HelixGame& g) { return equals_ignoring_case(g.name, trim(written)); });
      const bool is_id = written.find_first_not_of("0123456789") == std::string::npos;
      if (game == found->items.end() && !is_id) {
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("Twitch knows no game \"{}\"; write it as on its page, or its id", printable(written, 60))};
      }
      ids.push_back(game == found->items.end() ? written : game->id);
    }
    game_ids_ = std::move(ids);
    return {};
  }

  Result<std::vector<HelixStream>> top_streams(Roster& roster, const std::stop_token& stop) {
    // Those who are in may have fallen somewhat below the cut: look a little further, inside the pages that are granted.
    const std::uint64_t further = choice_.empty() ? 0 : std::min<std::uint64_t>(300, options_.top_channels / 10);
    StreamsQuery query;
    query.game_ids = game_ids_;
    for (const std::string& language : options_.languages) query.languages.push_back(to_lower(trim(language)));
    StreamsPager pager(std::move(query), options_.top_channels + further, options_.min_viewers);
    while (const std::optional<StreamsQuery> next = pager.next()) {
      Result<HelixPage<HelixStream>> page = helix_.streams(*next, stop);
      if (!page) return std::move(page).error();
      pager.take(*std::move(page));
    }
    roster.num_pages = pager.num_pages();
    roster.num_duplicates = pager.num_duplicates();
    roster.num_unusable = pager.num_unusable();
    const PagerStop stop_reason = pager.stopped_by().value_or(PagerStop::kEnd);
    roster.stopped_by = name_of(stop_reason);
    complete_ = stop_reason == PagerStop::kLimit || stop_reason == PagerStop::kEnd || stop_reason == PagerStop::kMinViewers;
    if (!complete_) {
      log_.warning(fmt::format("the list of live streams ended early, after {} pages ({}); channels that are missing there stay for now",
                               pager.num_pages(), roster.stopped_by));
    }
    return std::move(pager).take_streams();
  }

  Result<std::vector<HelixStream>> streams_of(const ChannelList& list, Roster& roster, const std::stop_token& stop) {
    complete_ = true;
    std::vector<HelixStream> streams;
    std::unordered_set<std::string> ids;
    for (std::size_t begin = 0; begin < list.logins.size(); begin += kHelixBatch) {
      const auto first = list.logins.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = list.logins.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kHelixBatch, list.logins.size()));
      Result<HelixPage<HelixStream>> page = helix_.streams({.user_logins = {first, last}}, stop);
      if (!page) return std::move(page).error();
      ++roster.num_pages;
      roster.num_unusable += page->num_unusable;
      for (HelixStream& stream : page->items) {
        if (ids.insert(stream.user_id).second) {
          streams.push_back(std::move(stream));
        } else {
          ++roster.num_duplicates;
        }
      }
    }
    roster.num_wrong = list.num_wrong;
    roster.num_offline = list.logins.size() - std::min(streams.size(), list.logins.size());
    roster.stopped_by = "list";
    return streams;
  }

  void choose(std::vector<HelixStream> streams, const std::optional<ChannelList>& list, const OptOuts& opt_outs, Roster& roster) {
    const RosterFilter filter(options_, game_ids_);
    const std::set<std::string> listed = list ? std::set<std::string>(list->logins.begin(), list->logins.end()) : std::set<std::string>();
    std::vector<ChannelFacts> seen;
    for (HelixStream& stream : streams) {
      const bool passes = filter.passes(stream);
      ChannelFacts facts = facts_of(std::move(stream));
      if (opt_outs.has(facts)) {
        ++roster.num_opted_out;
      } else if (!passes || (list && !listed.contains(facts.channel))) {
        ++roster.num_filtered;
      } else {
        seen.push_back(std::move(facts));
      }
    }
    choice_.keep_only([&](const ChannelFacts& facts) { return !opt_outs.has(facts) && (!list || listed.contains(facts.channel)); });
    const std::size_t limit = list ? list->logins.size() : options_.top_channels;
    for (ChannelFacts& facts : choice_.choose(std::move(seen), limit, complete_)) {
      if (collect_internal::shard_of(facts.channel_id, options_.shards) == options_.shard) roster.channels.push_back(std::move(facts));
    }
  }

  const RosterOptions options_;
  TokenKeeper& tokens_;
  Logger& log_;
  HelixClient helix_;
  collect_internal::RosterChoice choice_;
  std::vector<std::string> game_ids_;
  bool complete_ = true;  // the newest list was read to its end
  std::string warned_of_;
};

RosterSource::RosterSource(const CollectOptions& options, HttpClient& http, TokenKeeper& tokens, const Clock& clock, Logger& log,
                           Sleeper* sleeper)
    : impl_(std::make_unique<Impl>(options, http, tokens, clock, log, sleeper)) {}
RosterSource::~RosterSource() = default;

Result<Roster> RosterSource::refresh(const std::stop_token& stop) { return impl_->refresh(stop); }
HelixCounters RosterSource::counters() const { return impl_->counters(); }

}  // namespace vieweratlas
