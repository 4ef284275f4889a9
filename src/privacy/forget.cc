// Forgetting in four steps: the list, a look at all files (which names belong together, which files are concerned), the list again
// with what was found, the files. A step that was interrupted is done again by the next run, for the list is never behind the files.

#include "vieweratlas/privacy/forget.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "privacy/file_lock.h"
#include "privacy/known_names.h"
#include "privacy/remembered_answers.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/redact.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/file_replacement.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNameBytes = 64;  // Twitch allows 25 for a login

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Names found beside names that are looked for.
struct Links {
  std::set<std::string> ids;
  std::set<std::string> logins;
};

class Forgetting {
 public:
  Forgetting(std::span<const Person> people, const ViewerKey& key, const ForgetOptions& options, ThreadPool& pool)
      : people_(people), key_(key), options_(options), pool_(pool), names_(key, options.platform) {}

  Result<ForgetReport> run() {
    std::error_code problem;
    if (!fs::is_directory(options_.data_dir, problem)) {
      return Error{ErrorCode::kNotFound,
                   "there is no folder " + printable(options_.data_dir.string()) + "; name the data folder with --logs-dir"};
    }
    if (options_.dry_run) return run_locked();
    const Result<std::optional<FileLock>> lock = FileLock::try_lock(options_.data_dir / "state" / "forget.lock");
    if (!lock) return lock.error();
    if (!*lock) return Error{ErrorCode::kUnavailable, "another forget is at work in this data folder; wait for its end and run again"};
    return run_locked();
  }

 private:
  Result<ForgetReport> run_locked() {
    if (Status listed = remember_given(); !listed) return std::move(listed).error();
    if (Status done = work_through_files(); !done) return std::move(done).error();
    if (options_.dry_run) return std::move(report_);
    // A collector that stored a round before it saw the list put a file there after we had listed them: what is new is looked at, too;
    // and when it tells of further names, all files are looked at again.
    constexpr int kMaxTurns = 2;
    for (int turn = 0; turn < kMaxTurns; ++turn) {
      const ForgetReport before = report_;
      if (Status done = work_through_files(); !done) return std::move(done).error();
      report_.num_files = listed_.size();
      report_.num_files_changed += before.num_files_changed;
      report_.num_rows += before.num_rows;
      if (report_.num_linked_ids == before.num_linked_ids && report_.num_linked_logins == before.num_linked_logins) break;
      listed_.clear();
    }
    return std::move(report_);
  }

  /// Looks at the files that were not looked at before, and rewrites those that are concerned.
  Status work_through_files() {
    if (Status found = list_files_of_viewers(); !found) return found;
    if (Status looked = look(); !looked || options_.dry_run) return looked;
    return rewrite();
  }

  Status remember_given();
  Status remember(std::span<const Pseudonym> ids, std::span<const Pseudonym> logins);
  Status list_files_of_viewers();
  void remove_left_overs(const std::vector<fs::path>& left_overs);
  Status look();
  Result<bool> take_links(const Links& links);
  Status rewrite();
  /// Calls visit(file, test) for each file on all threads; `test` tells whom to take out and tells `found` of them.
  using Visit = std::function<void(std::size_t, const ViewerTest&)>;
  Status each_file(const std::vector<std::size_t>& which, const Visit& visit, const std::function<void(const NamedViewer&)>& found);
  void collect_links(const NamedViewer& viewer, Links& links);
  void ask_the_list();
  [[nodiscard]] bool is_id(std::string_view id) const { return names_.is_id(id) || (by_list_ && by_list_({.name = {}, .id = id})); }
  [[nodiscard]] bool is_login(std::string_view login) const {
    return names_.is_login(login) || (by_list_ && by_list_({.name = {}, .id = {}, .login = login}));
  }
  void fail(const FileEntry& file, std::string_view reason, const std::string& message);

  std::span<const Person> people_;
  const ViewerKey& key_;
  const ForgetOptions& options_;
  ThreadPool& pool_;
  KnownNames names_;
  ViewerTest by_list_;  // for people whose plain names are not known here; empty when there are none
  NameSet given_logins_;
  ForgottenList list_;
  std::vector<FileEntry> files_;
  std::set<std::string> listed_;            // keys of all files that were ever listed
  std::vector<std::uint8_t> is_concerned_;  // by file
  std::mutex mutex_;                        // guards links and report_.problems while files are visited
  ForgetReport report_;
};

/// Reads the list and puts those on it that were named.
Status Forgetting::remember_given() {
  std::vector<Pseudonym> ids;
  std::vector<Pseudonym> logins;
  for (const Person& person : people_) {
    if (!person.id.empty()) {
      names_.add_id(person.id);
      ids.push_back(names_.pseudonym_of_id(person.id));
    }
    if (!person.login.empty()) {
      names_.add_login(person.login);
      given_logins_.add(person.login);
      logins.push_back(names_.pseudonym_of_login(person.login));
      given_logins_.add(logins.back().hex());
    }
  }
  if (Status remembered = remember(ids, logins); !remembered) return remembered;
  Result<ForgottenList> list = ForgottenList::load(forgotten_path(options_.data_dir), key_.id());
  if (!list) return std::move(list).error();
  list_ = *std::move(list);
  // To tell plain names of people that the list alone knows means to make pseudonyms of all plain names, 2 us each.
  const auto is_named_id = [this](const Pseudonym& id) { return names_.is_id(id.hex()); };
  const auto is_named_login = [this](const Pseudonym& login) { return names_.is_login(login.hex()); };
  const bool all_named = std::all_of(list_.ids().begin(), list_.ids().end(), is_named_id) &&
                         std::all_of(list_.logins().begin(), list_.logins().end(), is_named_login);
  names_.add(list_);
  if (!all_named) ask_the_list();
  return {};
}

void Forgetting::ask_the_list() { by_list_ = viewer_test(list_, &key_, options_.platform); }

Status Forgetting::remember(std::span<const Pseudonym> ids, std::span<const Pseudonym> logins) {
  if (ids.empty() && logins.empty()) return {};
  if (options_.dry_run) return {};
  const Result<std::size_t> added = add_to_forgotten(forgotten_path(options_.data_dir), key_.id(), ids, logins);
  if (!added) return added.error();
  report_.num_tombstones_new += *added;
  return {};
}

Status Forgetting::list_files_of_viewers() {
  Result<std::vector<FileEntry>> files = list_files(options_.data_dir);
  if (!files) return std::move(files).error();
  files_.clear();
  for (FileEntry& file : *files) {
    if (file.key.starts_with("state/") || !may_hold_viewers(file.key) || !listed_.insert(file.key).second) continue;
    files_.push_back(std::move(file));
  }
  is_concerned_.assign(files_.size(), 0);
  report_.num_files = files_.size();
  if (options_.dry_run) return {};
  std::error_code problem;
  std::vector<fs::path> left_overs;
  for (fs::recursive_directory_iterator it(options_.data_dir, fs::directory_options::skip_permission_denied, problem);
       !problem && it != fs::recursive_directory_iterator(); it.increment(problem)) {
    if (FileReplacement::is_left_over(it->path().filename().string())) left_overs.push_back(it->path());
  }
  remove_left_overs(left_overs);
  return {};
}

/// Killed runs leave half a file behind, with names in it. We hold the lock: nobody is writing them.
void Forgetting::remove_left_overs(const std::vector<fs::path>& left_overs) {
  std::error_code problem;
  for (const fs::path& path : left_overs) {
    if (fs::remove(path, problem)) ++report_.num_left_overs;
  }
}

/// Finds the files that are concerned, and the names that belong to the given ones.
Status Forgetting::look() {
  std::vector<std::size_t> all(files_.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  // First given logins lead to ids and ids to logins; then the ids that were found lead to logins. Logins that were found lead
  // nowhere: a login may have been somebody else's before or after.
  constexpr int kMaxLooks = 3;
  for (int turn = 0; turn < kMaxLooks; ++turn) {
    Links links;
    std::atomic<std::uint64_t> num_rows{0};
    const auto found = [this, &links](const NamedViewer& viewer) { collect_links(viewer, links); };
    const auto visit = [&](std::size_t i, const ViewerTest& test) {
      const Result<Redaction> redaction = redact_file(files_[i].path, files_[i].key, test, RedactMode::kLook);
      if (!redaction) {
        if (turn == 0) fail(files_[i], "not_read", redaction.error().message);
        return;
      }
      if (turn == 0 && !redaction->problem.empty()) fail(files_[i], "damaged", redaction->problem);
      is_concerned_[i] = redaction->changes() ? 1 : 0;
      num_rows.fetch_add(redaction->num_removed, std::memory_order_relaxed);
    };
    if (Status visited = each_file(all, visit, found); !visited) return visited;
    report_.num_rows = num_rows.load();
    report_.num_files_changed = static_cast<std::uint64_t>(std::count(is_concerned_.begin(), is_concerned_.end(), 1));
    const Result<bool> any_new = take_links(links);
    if (!any_new) return any_new.error();
    if (!*any_new) return {};
  }
  return {};
}

void Forgetting::collect_links(const NamedViewer& viewer, Links& links) {
  // In rounds the bare name is the id's pseudonym and the login stands beside it.
  const std::string_view id = viewer.id.empty() && !viewer.login.empty() ? viewer.name : viewer.id;
  if (id.empty() || viewer.login.empty()) return;
  const bool is_known_id = is_id(id);
  const bool leads_to_id = !is_known_id && given_logins_.contains(viewer.login);
  const bool leads_to_login = is_known_id && !is_login(viewer.login);
  if (!leads_to_id && !leads_to_login) return;
  const std::lock_guard lock(mutex_);
  if (leads_to_id) links.ids.insert(to_lower(id));
  if (leads_to_login) links.logins.insert(to_lower(viewer.login));
}

/// Returns whether there was anything new.
Result<bool> Forgetting::take_links(const Links& links) {
  std::vector<Pseudonym> ids;
  std::vector<Pseudonym> logins;
  for (const std::string& id : links.ids) {
    if (!names_.add_id(id)) continue;
    ids.push_back(names_.pseudonym_of_id(id));
    report_.found.push_back({.id = id, .login = {}});
  }
  for (const std::string& login : links.logins) {
    if (!names_.add_login(login)) continue;
    logins.push_back(names_.pseudonym_of_login(login));
    report_.found.push_back({.id = {}, .login = login});
  }
  report_.num_linked_ids += ids.size();
  report_.num_linked_logins += logins.size();
  if (ids.empty() && logins.empty()) return false;
  if (Status remembered = remember(ids, logins); !remembered) return std::move(remembered).error();
  list_.add(ids, logins);
  const auto is_pseudonym = [](const std::string& name) { return Pseudonym::from_hex(name).has_value(); };
  const bool any_unnamed =
      std::any_of(links.ids.begin(), links.ids.end(), is_pseudonym) || std::any_of(links.logins.begin(), links.logins.end(), is_pseudonym);
  if (by_list_ || any_unnamed) ask_the_list();
  return true;
}

Status Forgetting::rewrite() {
  std::vector<std::size_t> concerned;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (is_concerned_[i] != 0) concerned.push_back(i);
  }
  std::atomic<std::uint64_t> num_rows{0};
  std::atomic<std::uint64_t> num_changed{0};
  const auto visit = [&](std::size_t i, const ViewerTest& test) {
    const Result<Redaction> redaction = redact_file(files_[i].path, files_[i].key, test, RedactMode::kRewrite);
    if (!redaction) {
      fail(files_[i], "not_rewritten", redaction.error().message);
      return;
    }
    if (redaction->changes()) num_changed.fetch_add(1, std::memory_order_relaxed);
    num_rows.fetch_add(redaction->num_removed, std::memory_order_relaxed);
  };
  Status visited = each_file(concerned, visit, [](const NamedViewer&) {});
  report_.num_rows = num_rows.load();
  report_.num_files_changed = num_changed.load();
  return visited;
}

Status Forgetting::each_file(const std::vector<std::size_t>& which, const Visit& visit,
                             const std::function<void(const NamedViewer&)>& found) {
  std::atomic<bool> is_cancelled{false};
  std::uint64_t done = 0;
  std::vector<RememberedAnswers> answers(pool_.threads(), RememberedAnswers(by_list_));
  pool_.parallel_for(which.size(), 1, [&](std::size_t begin, std::size_t, unsigned worker) {
    if (is_cancelled.load(std::memory_order_relaxed)) return;
    visit(which[begin], [&, worker](const NamedViewer& viewer) {
      if (!names_.holds(viewer) && !(by_list_ && answers[worker].ask(viewer))) return false;
      found(viewer);
      return true;
    });
    const std::lock_guard lock(mutex_);
    ++done;
    if (options_.progress) options_.progress(done, which.size());
    if (options_.cancelled && options_.cancelled()) is_cancelled.store(true, std::memory_order_relaxed);
  });
  if (!is_cancelled.load()) return {};
  return Error{ErrorCode::kCancelled, "stopped; nothing is half written, and the same command again does the rest"};
}

void Forgetting::fail(const FileEntry& file, std::string_view reason, const std::string& message) {
  const std::lock_guard lock(mutex_);
  report_.problems.add(reason, printable(file.key) + ": " + message);
}

}  // namespace

Result<Person> parse_person(std::string_view text) {
  const std::string_view whole = trim(text);
  std::string_view name = whole;
  const auto take = [&name](std::string_view prefix) {
    if (!name.starts_with(prefix)) return false;
    name = trim(name.substr(prefix.size()));
    return true;
  };
  const bool says_id = take("id:");
  const bool says_login = !says_id && (take("login:") || take("@"));
  const bool is_plain =
      std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '"' && c != ','; });
  if (name.empty() || name.size() > kMaxNameBytes || !is_plain) {
    return Error{ErrorCode::kInvalidArgument,
                 printable(whole, 80) + " is no user; give a login such as \"ada\" or an id such as \"id:1234\""};
  }
  if (says_id || (!says_login && are_digits(name))) return Person{.id = std::string(name), .login = {}};
  return Person{.id = {}, .login = to_lower(name)};
}

Result<ForgetReport> forget(std::span<const Person> people, const ViewerKey& key, const ForgetOptions& options, ThreadPool& pool) {
  return Forgetting(people, key, options, pool).run();
}

ViewerTest viewer_test(const ForgottenList& list, const ViewerKey* key, std::string_view platform) {
  const std::optional<ViewerKey> own_key = key == nullptr ? std::nullopt : std::optional<ViewerKey>(*key);
  return [list, own_key, platform = std::string(platform)](const NamedViewer& viewer) {
    const auto is_id = [&](std::string_view text) {
      if (text.empty()) return false;
      if (const auto pseudonym = Pseudonym::from_hex(text)) return list.holds_id(*pseudonym);
      return own_key && !list.ids().empty() && list.holds_id(own_key->of_id(platform, text));
    };
    const auto is_login = [&](std::string_view text) {
      if (text.empty()) return false;
      if (const auto pseudonym = Pseudonym::from_hex(text)) return list.holds_login(*pseudonym);
      return own_key && !list.logins().empty() && list.holds_login(own_key->of_login(platform, text));
    };
    return is_id(viewer.id) || is_login(viewer.login) || is_id(viewer.name) || is_login(viewer.name);
  };
}

}  // namespace vieweratlas
