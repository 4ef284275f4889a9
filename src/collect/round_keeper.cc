#include "collect/round_keeper.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "collect/daily_state.h"
#include "collect/journal.h"
#include "collect/open_round.h"
#include "collect/round.h"
#include "collect/round_files.h"
#include "collect/viewer_names.h"
#include "collect/waiting_rounds.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/collect/round_schedule.h"
#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::string_view kPlatform = "twitch";
constexpr std::chrono::seconds kLookAtForgottenEach{1};
constexpr std::chrono::hours kFactsAreKept{3};
constexpr std::chrono::hours kLongestPiece{25};
constexpr std::uint64_t kMaxChannels = 500'000;
constexpr std::uint64_t kMaxPairsPerViewer = 16;
constexpr std::size_t kMaxFailureReasons = 256;

/// Names become parts of keys of the store.
bool is_channel_name(std::string_view login) {
  return login.size() <= 64 && login.find('/') == std::string_view::npos && is_object_key(login);
}

std::uint64_t hash_of_message(std::string_view id) { return std::max<std::uint64_t>(digest_of(id).low, 1); }

}  // namespace

RoundKeeper::RoundKeeper(const CollectOptions& options, const ViewerKey& key, ObjectStore& store, DailyState daily, DiskFault fault,
                         Logger& log, const RoundStart& start)
    : options_(options),
      key_(key),
      store_(store),
      fault_(std::move(fault)),
      log_(log),
      now_(start.now),
      first_part_(start.first_part),
      origin_(std::chrono::floor<std::chrono::seconds>(start.now.utc)),
      journals_(options.data_dir / "state" / "journal"),
      forgotten_file_(forgotten_path(options.data_dir)),
      key_id_(key.id()),
      forgotten_looked_at_(start.now.steady),
      names_(key_, kPlatform),
      waiting_(options_, store, std::move(daily), fault_, log) {}

Result<std::unique_ptr<RoundKeeper>> RoundKeeper::open(const CollectOptions& options, const ViewerKey& key, ObjectStore& store,
                                                       DiskFault fault, Logger& log, const RoundStart& start) {
  DailyState daily;
  if (options.round.daily_snapshot) {
    Result<DailyState> loaded = DailyState::load(store, options.roster.shard, options.roster.shards);
    if (!loaded) return std::move(loaded).error();
    daily = *std::move(loaded);
  }
  std::unique_ptr<RoundKeeper> keeper(new RoundKeeper(options, key, store, std::move(daily), std::move(fault), log, start));
  Result<ForgottenList> forgotten = ForgottenList::load(keeper->forgotten_file_, keeper->key_id_);
  if (!forgotten) return std::move(forgotten).error();
  keeper->waiting_.obey(*forgotten);
  keeper->forgotten_ = *std::move(forgotten);
  if (Status recovered = keeper->recover(); !recovered) return std::move(recovered).error();
  keeper->look_for_rounds();
  return keeper;
}

RoundWindow RoundKeeper::window_of(UtcMillis time) const {
  const RoundOptions& round = options_.round;
  return round.align_to_hour ? aligned_window(time, round.length) : window_from(origin_, time, round.length);
}

OpenRound* RoundKeeper::find_open(UtcMillis time) {
  for (const std::unique_ptr<OpenRound>& open : open_) {
    const RoundWindow& window = open->round().header().window;
    if (window.begin <= time && time < window.end) return open.get();
  }
  return nullptr;
}

/// The round of an event at `time`. Events of rounds that are closed, and of rounds that are not next, go to the round of this moment.
OpenRound& RoundKeeper::round_for(UtcMillis time, bool& is_late) {
  is_late = false;
  if (OpenRound* open = find_open(time)) return *open;
  const RoundWindow window = window_of(time);
  const RoundWindow window_now = window_of(now_.utc);
  const bool may_open =
      window == window_now || window.begin == window_now.end || (window.end == window_now.begin && now_.utc < window.end + kGrace);
  if (may_open) return open_round(window);
  is_late = true;
  return current();
}

OpenRound& RoundKeeper::current() {
  if (OpenRound* open = find_open(now_.utc)) return *open;
  return open_round(window_of(now_.utc));
}

OpenRound& RoundKeeper::open_round(const RoundWindow& window) {
  const RoundHeader header = next_header(window);
  std::filesystem::path path = journals_ / (name_of(header) + std::string(kJournalSuffix));
  open_.push_back(std::make_unique<OpenRound>(std::make_unique<Round>(header), std::move(path), fault_, now_.steady));
  return *open_.back();
}

/// The header of a new round: the first part of the window that is not stored and that nobody holds.
RoundHeader RoundKeeper::next_header(const RoundWindow& window) const {
  RoundHeader header{.window = window,
                     .shard = options_.roster.shard,
                     .shards = options_.roster.shards,
                     .part = first_part_,
                     .stores_logins = options_.round.store_logins,
                     .key_id = key_id_};
  // The store may hold any part of a window that it was not asked for: a number that no other start of the collector takes.
  if (window.begin < known_from_ && first_part_ == 1)
    header.part = static_cast<std::uint32_t>((now_.utc - UtcMillis()) / std::chrono::seconds(1));
  while (is_taken(header)) ++header.part;
  return header;
}

bool RoundKeeper::is_taken(const RoundHeader& header) const {
  std::error_code ignored;
  const std::string name = name_of(header);
  return waiting_.knows(header) || taken_.contains(name) ||
         std::filesystem::exists(journals_ / (name + std::string(kJournalSuffix)), ignored);
}

/// Asks the store once, at the start, for the rounds of this window and of the one before: all later ones are this recorder's own.
void RoundKeeper::look_for_rounds() {
  const RoundWindow window = window_of(now_.utc);
  const RoundWindow before = window_of(window.begin - std::chrono::milliseconds(1));
  known_from_ = before.begin;
  for (const RoundWindow& each : {before, window}) {
    const RoundHeader header{.window = each, .shard = options_.roster.shard, .shards = options_.roster.shards};
    for (const RoundFormat format : options_.round.formats) {
      std::string prefix = run_record_key(header, format);
      const std::size_t name = prefix.rfind('/') + 1;
      prefix.resize(prefix.find('.', name));
      const Result<std::vector<StoredObject>> found = store_.list(prefix);
      if (!found) {
        log_.warning("earlier rounds cannot be asked for, so this one gets a part number of its own: " + found.error().message);
        known_from_ = window.end;
        return;
      }
      for (const StoredObject& object : *found) taken_.insert(object.key.substr(name, object.key.find('.', name) - name));
    }
  }
}

bool RoundKeeper::has_room(const Round& round) const {
  const std::uint64_t limit = options_.round.max_viewers;
  std::uint64_t total = waiting_.num_viewers_in_memory();
  for (const std::unique_ptr<OpenRound>& open : open_) total += open->round().viewers().size();
  return round.viewers().size() < limit && total < 2 * limit && round.num_pairs() < kMaxPairsPerViewer * limit;
}

void RoundKeeper::count(OpenRound& open, std::optional<std::uint32_t> channel, std::string_view reason, std::uint64_t number) {
  open.round().lose(channel, reason, number);
  open.after_change(now_.steady);
}

/// Finds or adds a channel, with what is known of it from before.
std::optional<std::uint32_t> RoundKeeper::channel_in(OpenRound& open, std::string_view login, std::string_view id) {
  Round& round = open.round();
  if (round.find_channel(login)) return round.channel(login, id);
  if (!is_channel_name(login) || round.channels().size() >= kMaxChannels) return std::nullopt;
  const std::uint32_t channel = round.channel(login, id);
  const auto known = known_facts_.find(login);
  if (known == known_facts_.end() || known->second.time >= round.header().window.end) return channel;
  if (known->second.time < round.header().window.begin - kFactsAreKept) return channel;
  if (id.empty()) round.channel(login, known->second.facts.channel_id);
  round.facts(channel, known->second.facts, known->second.time);
  return channel;
}

void RoundKeeper::facts(const ChannelFacts& facts, UtcMillis time) {
  KnownFacts& known = known_facts_[facts.channel];
  if (time >= known.time) known = {.facts = facts, .time = time};
  // The roster is longer than what is listened to: channels that nothing else is known of are remembered, not recorded.
  OpenRound* open = find_open(time);
  const std::optional<std::uint32_t> channel = open == nullptr ? std::nullopt : open->round().find_channel(facts.channel);
  if (!channel) return;
  open->round().channel(facts.channel, facts.channel_id);
  open->round().facts(*channel, facts, time);
  open->after_change(now_.steady);
}

void RoundKeeper::see(const Sighting& sighting) {
  bool is_late = false;
  OpenRound& open = round_for(sighting.time, is_late);
  Round& round = open.round();
  const std::uint64_t message = sighting.message_id.empty() ? 0 : hash_of_message(sighting.message_id);
  if (message != 0 && !recent_.add(message, now_.steady)) {
    ++counters_.duplicates;
    count(open, std::nullopt, kDuplicate, 1);
    return;
  }
  const ViewerNames& names = names_.names_of(sighting.viewer_id, sighting.viewer_login);
  if (names.key() == Pseudonym()) {
    lost(sighting.channel, "no_viewer", 1);
    return;
  }
  if (!forgotten_.empty() && forgotten_.holds(names.id, names.login)) {
    ++counters_.refused;
    count(open, std::nullopt, kRefused, 1);
    return;
  }
  const std::optional<std::uint32_t> channel = channel_in(open, sighting.channel, sighting.channel_id);
  if (!channel) {
    lost("", "wrong_channel", 1);
    return;
  }
  std::string_view text;
  if (options_.round.store_logins) text = sighting.viewer_login.empty() ? sighting.viewer_id : sighting.viewer_login;
  const std::optional<std::uint32_t> viewer = round.viewer(names, text, has_room(round));
  if (!viewer) {
    lost(sighting.channel, kMemoryFull, 1);
    return;
  }
  if (is_late) {
    ++counters_.late;
    count(open, std::nullopt, kLate, 1);
  }
  ++counters_.sightings;
  round.see(*channel, *viewer, sighting.kind == SightingKind::kMember, 1, message);
  open.after_change(now_.steady);
}

void RoundKeeper::observed(std::string_view channel, UtcMillis begin, UtcMillis end) {
  if (end <= begin) return;
  if (end - begin > kLongestPiece) {
    lost(channel, "wrong_observation", 1);
    return;
  }
  while (begin < end) {
    const RoundWindow window = window_of(begin);
    const UtcMillis piece_end = std::min(end, window.end);
    bool is_late = false;
    OpenRound& open = round_for(begin, is_late);
    // Coverage of a round that is stored cannot be added to another.
    const std::optional<std::uint32_t> number = is_late ? std::nullopt : channel_in(open, channel, {});
    if (number) {
      open.round().observe(*number, (piece_end - begin).count());
      open.after_change(now_.steady);
    } else {
      lost(channel, is_late ? "late_observation" : "wrong_channel", 1);
    }
    begin = piece_end;
  }
}

void RoundKeeper::lost(std::string_view channel, std::string_view reason, std::uint64_t number) {
  if (number == 0) return;
  OpenRound& open = current();
  counters_.lost[std::string(reason)] += number;
  const std::optional<std::uint32_t> known = channel.empty() ? std::nullopt : channel_in(open, channel, {});
  count(open, known, reason, number);
}

void RoundKeeper::summarise(const RoundSummary& summary) {
  RoundSummary bounded = summary;
  while (bounded.channels_failed.size() > kMaxFailureReasons) bounded.channels_failed.erase(std::prev(bounded.channels_failed.end()));
  OpenRound& now = current();
  for (const std::unique_ptr<OpenRound>& open : open_) {
    // A round that is in its grace and was never summarised is better off with what came a moment late.
    if (open.get() != &now && open->round().summary()) continue;
    open->round().summarise(bounded);
    open->after_change(now_.steady);
  }
}

void RoundKeeper::tick() {
  refresh_forgotten();
  for (std::size_t i = open_.size(); i-- > 0;) {
    if (now_.utc >= open_[i]->round().header().window.end + kGrace) {
      close(i);
    } else {
      open_[i]->tick(now_.steady, false);
    }
  }
  report_problem();
}

void RoundKeeper::close(std::size_t index) {
  OpenRound& open = *open_[index];
  open.tick(now_.steady, true);
  retries_of_closed_ += open.num_retries();
  WaitingRound waiting{.header = open.round().header(), .round = {}, .journal = open.path(), .is_journal_complete = open.is_journaled()};
  waiting.round = std::move(open).take();
  waiting_.add(std::move(waiting));
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
  std::erase_if(known_facts_, [&](const auto& entry) { return entry.second.time < now_.utc - kFactsAreKept; });
}

void RoundKeeper::end(bool close_rounds) {
  refresh_forgotten();
  if (close_rounds) {
    while (!open_.empty()) close(0);
  }
  for (const std::unique_ptr<OpenRound>& open : open_) open->tick(now_.steady, true);
}

Status RoundKeeper::result() {
  report_problem();
  for (const std::unique_ptr<OpenRound>& open : open_) {
    if (!open->is_journaled()) return *open->problem();
  }
  if (waiting_.size() == 0) return {};
  return waiting_.problem().value_or(
      Error{ErrorCode::kUnavailable, "a round is not stored yet; its journal is, and the next start stores it"});
}

void RoundKeeper::refresh_forgotten() {
  if (now_.steady - forgotten_looked_at_ < kLookAtForgottenEach) return;
  forgotten_looked_at_ = now_.steady;
  if (!forgotten_problem_ && forgotten_.is_current(forgotten_file_)) return;
  Result<ForgottenList> list = ForgottenList::load(forgotten_file_, key_id_);
  forgotten_problem_.reset();
  if (list) {
    waiting_.obey(*list);
    forgotten_ = *std::move(list);
  } else {
    forgotten_problem_ = std::move(list).error();  // the earlier list stays good
  }
}

void RoundKeeper::report_problem() {
  counters_.problem.clear();
  for (const std::unique_ptr<OpenRound>& open : open_) {
    if (open->problem() && counters_.problem.empty()) counters_.problem = open->problem()->message;
  }
  if (const std::optional<Error> waits = waiting_.problem(); waits && counters_.problem.empty()) counters_.problem = waits->message;
  if (counters_.problem.empty() && forgotten_problem_) counters_.problem = forgotten_problem_->message;
  if (counters_.problem == told_problem_) return;
  told_problem_ = counters_.problem;
  if (told_problem_.empty()) {
    log_.info("the recorder can write again");
  } else {
    log_.error("the recorder cannot write: " + told_problem_);
  }
}

std::optional<SteadyTime> RoundKeeper::broken_since() const {
  std::optional<SteadyTime> since;
  for (const std::unique_ptr<OpenRound>& open : open_) {
    if (open->broken_since()) since = std::min(since.value_or(*open->broken_since()), *open->broken_since());
  }
  return since;
}

RecorderCounters RoundKeeper::counters() const {
  RecorderCounters counters = counters_;
  const WaitingCounters waiting = waiting_.counters();
  counters.rounds_closed = waiting.stored;
  counters.rounds_waiting = waiting_.size();
  counters.recovered_sightings += waiting.recovered_sightings;
  counters.journal_bytes_torn += waiting.torn_bytes;
  counters.retries = retries_of_closed_ + waiting.retries;
  counters.unjournaled = waiting_.num_unjournaled();
  counters.memory_bytes = recent_.memory_bytes();
  for (const std::unique_ptr<OpenRound>& open : open_) {
    counters.viewers_in_round = std::max<std::uint64_t>(counters.viewers_in_round, open->round().viewers().size());
    counters.channels_in_round = std::max<std::uint64_t>(counters.channels_in_round, open->round().channels().size());
    counters.journal_bytes += open->journal_bytes();
    counters.unjournaled += open->num_unjournaled();
    counters.retries += open->num_retries();
    counters.memory_bytes += open->round().memory_bytes();
  }
  return counters;
}

}  // namespace vieweratlas::collect_internal
