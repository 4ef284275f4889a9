#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "collect/journal.h"
#include "collect/open_round.h"
#include "collect/round.h"
#include "collect/round_keeper.h"
#include "collect/waiting_rounds.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/system_error.h"

// What a recorder does with the journals that it finds when it starts: rounds whose window still runs go on, the others are stored.

namespace vieweratlas::collect_internal {

namespace fs = std::filesystem;

Status RoundKeeper::recover() {
  std::error_code problem;
  fs::create_directories(journals_, problem);
  if (problem) return system_error(problem.value(), "making the folder", journals_);
  std::vector<fs::path> paths;
  for (fs::directory_iterator it(journals_, problem); !problem && it != fs::directory_iterator(); it.increment(problem)) {
    // A temporary journal was not finished: the one that it was to replace is still there.
    std::error_code ignored;
    if (it->path().extension() == ".tmp") fs::remove(it->path(), ignored);
    if (it->path().extension() == kJournalSuffix) paths.push_back(it->path());
  }
  if (problem) return system_error(problem.value(), "listing", journals_);
  std::sort(paths.begin(), paths.end());  // by window, then part
  for (const fs::path& path : paths) {
    if (Status recovered = recover_one(path); !recovered) return recovered;
  }
  return {};
}

bool RoundKeeper::is_ours_and_open(const RoundHeader& header) const {
  const RoundHeader ours{.window = header.window,
                         .shard = options_.roster.shard,
                         .shards = options_.roster.shards,
                         .part = header.part,
                         .stores_logins = options_.round.store_logins,
                         .key_id = key_id_};
  const bool has_our_length = header.window.end - header.window.begin == options_.round.length;
  const bool is_aligned = !options_.round.align_to_hour || window_of(header.window.begin) == header.window;
  return header == ours && has_our_length && is_aligned && header.window.begin <= now_.utc && now_.utc < header.window.end + kGrace;
}

Status RoundKeeper::recover_one(const fs::path& path) {
  Result<std::optional<RoundHeader>> header = read_journal_file_header(path);
  if (!header && header.error().code == ErrorCode::kUnavailable) {
    log_.warning("left alone: " + header.error().message);
    return {};
  }
  if (!header) return std::move(header).error();
  if (!*header) {
    // Journals come into being whole, so that this is damage by others. It is kept for whoever can read more than this program.
    fs::path aside = path;
    aside += ".damaged";
    std::error_code problem;
    counters_.journal_bytes_torn += static_cast<std::uint64_t>(fs::file_size(path, problem));
    fs::rename(path, aside, problem);
    log_.warning("no journal, or its first bytes are damaged; set aside as " + printable(aside.string()));
    return {};
  }
  if (is_ours_and_open(**header) && !find_open((*header)->window.begin)) return go_on(path, **header);
  waiting_.add({.header = **header, .round = {}, .journal = path, .is_journal_complete = true});
  return {};
}

Status RoundKeeper::go_on(const fs::path& path, const RoundHeader& header) {
  auto round = std::make_unique<Round>(header);
  Result<JournalReading> reading = read_journal_file(path, [&](const RoundHeader&, std::string_view records) {
    return apply_records(records, *round, [&](std::uint64_t message) { recent_.add(message, now_.steady); });
  });
  if (!reading) return std::move(reading).error();
  counters_.recovered_sightings += round->num_sightings();
  counters_.journal_bytes_torn += reading->torn_bytes;
  log_.info("going on with " + name_of(header) + ": " + with_thousands(round->num_sightings()) + " sightings are in its journal" +
            (reading->torn_bytes > 0 ? ", " + with_thousands(reading->torn_bytes) + " torn bytes were cut off" : std::string()));
  origin_ = header.window.begin;
  open_.push_back(std::make_unique<OpenRound>(std::move(round), *reading, path, fault_, now_.steady));
  return {};
}

}  // namespace vieweratlas::collect_internal
