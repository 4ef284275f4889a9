#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/redact.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {

/// Who wants to be forgotten: one of both is given.
struct Person {
  std::string id;     ///< the platform's id
  std::string login;  ///< lower case
  friend bool operator==(const Person&, const Person&) = default;
};

/// Reads "id:123", "login:name", "@name", a number (an id) or a name (a login; any case). Errors: invalid_argument.
[[nodiscard]] Result<Person> parse_person(std::string_view text);

struct ForgetOptions {
  std::filesystem::path data_dir;
  std::string platform = "twitch";
  bool dry_run = false;                                                   ///< look and count, write nothing
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< files; from one thread at a time; may be empty
  std::function<bool()> cancelled;                                        ///< asked between files; may be empty
};

struct ForgetReport {
  std::uint64_t num_tombstones_new = 0;
  std::uint64_t num_linked_ids = 0;     ///< found in the data for a given login
  std::uint64_t num_linked_logins = 0;  ///< found in the data for an id
  std::uint64_t num_files = 0;          ///< looked at
  std::uint64_t num_files_changed = 0;  ///< rewritten, or to be rewritten
  std::uint64_t num_rows = 0;           ///< presence of these viewers that was taken out
  std::uint64_t num_left_overs = 0;     ///< temporary files of killed runs that were removed
  std::vector<Person> found;            ///< the names that were linked, as the data has them: plain or pseudonyms
  Losses problems;                      ///< files that could not be read or rewritten, by reason
};

/// Forgets `people`: puts them on the list at forgotten_path(), so that nobody records them again, then takes them out of all files
/// below the data folder that presence is kept in (redact_file). With no people it takes everybody on the list out again, such as
/// after data came back from a backup.
///
/// A login and an id that a file names together belong together: the id found for a given login, and the logins found for an id, are
/// put on the list as well. Plain names and pseudonyms are both found. Where a bare name could be a login or an id, both are taken.
/// The list stands before the first file is changed and each file changes at once, so that a run that was killed is finished by the
/// same run again.
/// Errors: not_found (data folder), invalid_argument (the list belongs to another key), corrupt_data (the list), unavailable
/// (another run is at work), cancelled, denied. Files with problems are counted and left as they are.
/// Cost: reads all files once (twice when links were found), changed files twice more; 2 us for each distinct name that is stored plain
/// once the list holds people whose plain names are not given. Memory: a few blocks and 6 MB a thread.
[[nodiscard]] Result<ForgetReport> forget(std::span<const Person> people, const ViewerKey& key, const ForgetOptions& options,
                                          ThreadPool& pool);

/// Tells people on the list from names as files have them: pseudonyms by their text, plain names by making their pseudonyms (1 us
/// each). `key` may be empty: then only pseudonyms are told. Copies what it needs; the function may be called from several threads.
[[nodiscard]] ViewerTest viewer_test(const ForgottenList& list, const ViewerKey* key, std::string_view platform);

}  // namespace vieweratlas
