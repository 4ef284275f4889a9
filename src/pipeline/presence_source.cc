#include "vieweratlas/pipeline/presence_source.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "pipeline/lake_days.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/store_input.h"
#include "vieweratlas/presence/viewer_table.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/privacy/viewer_number.h"
#include "vieweratlas/storage/object_cache.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlatform = "twitch";
constexpr std::string_view kLakeFolder = "curated/presence/";

/// What the manifests name, in the place of a listing; nothing of it is opened.
class NamedInput final : public PresenceInput {
 public:
  NamedInput(std::vector<StoredObject> objects, std::string place) : objects_(std::move(objects)), place_(std::move(place)) {}
  Result<std::vector<StoredObject>> list() override { return objects_; }
  void will_open(std::span<const StoredObject> /*files*/) override {}
  Result<int> open(const StoredObject& /*file*/) override { return Error{ErrorCode::kDenied, "raw files are not to be opened"}; }
  [[nodiscard]] std::string place() const override { return place_; }

 private:
  std::vector<StoredObject> objects_;
  std::string place_;
};

/// The files of another input, and those that are gone but stand in compacted days: these are to be read from their tables alone.
class InputWithGoneFiles final : public PresenceInput {
 public:
  /// `gone` are sorted by key and not among `listed`.
  InputWithGoneFiles(std::unique_ptr<PresenceInput> input, std::vector<StoredObject> listed, std::vector<StoredObject> gone)
      : input_(std::move(input)), gone_(std::move(gone)) {
    all_.reserve(listed.size() + gone_.size());
    std::merge(listed.begin(), listed.end(), gone_.begin(), gone_.end(), std::back_inserter(all_), by_key);
  }
  Result<std::vector<StoredObject>> list() override { return all_; }
  void will_open(std::span<const StoredObject> files) override {
    std::vector<StoredObject> there;
    for (const StoredObject& file : files) {
      if (!is_gone(file)) there.push_back(file);
    }
    input_->will_open(there);
  }
  Result<int> open(const StoredObject& file) override {
    if (!is_gone(file)) return input_->open(file);
    return Error{ErrorCode::kNotFound, "the file is gone, and the compacted day that has it cannot be used"};
  }
  [[nodiscard]] std::string place() const override { return input_->place(); }

 private:
  static bool by_key(const StoredObject& a, const StoredObject& b) { return a.key < b.key; }
  [[nodiscard]] bool is_gone(const StoredObject& file) const { return std::binary_search(gone_.begin(), gone_.end(), file, by_key); }

  std::unique_ptr<PresenceInput> input_;
  std::vector<StoredObject> gone_;
  std::vector<StoredObject> all_;
};

/// Everything that one reading needs, in the order in which it must live.
class Reading {
 public:
  Reading(const PresenceSource& source, const ReadOptions& options, ThreadPool& pool) : source_(source), options_(options), pool_(pool) {}

  Result<Presence> run() {
    if (Status opened = open_store(); !opened) return std::move(opened).error();
    if (source_.curated == CuratedPolicy::kOff) return read_presence(*input_, options_, pool_);
    Result<bool> has_days = open_lake();
    if (!has_days) return std::move(has_days).error();
    Result<Presence> presence = *has_days ? read_presence(*input_, curated_, options_, pool_) : read_presence(*input_, options_, pool_);
    if (presence) presence->report.curated.notes.insert(presence->report.curated.notes.end(), notes_.begin(), notes_.end());
    return presence;
  }

  [[nodiscard]] InputReport report(const CuratedUse& use) const {
    return {.is_cached = cache_ != nullptr, .cache = cache_ ? cache_->counts() : ObjectCacheCounts(), .curated = use};
  }

 private:
  Status open_store() {
    store_ = source_.store != nullptr ? source_.store : &folder_;
    const auto* local = dynamic_cast<const LocalStore*>(store_);
    if (local != nullptr) {
      root_ = local->root();
      input_ = folder_input(root_);
      return {};
    }
    Result<std::unique_ptr<ObjectCache>> cache = ObjectCache::open(*store_, source_.cache);
    if (!cache) return std::move(cache).error();
    cache_ = *std::move(cache);
    input_ = store_input(*store_, *cache_);
    return {};
  }

  /// False when there are no compacted days to read.
  Result<bool> open_lake() {
    Result<std::vector<LakeManifest>> manifests = read_lake();
    if (!manifests) return std::move(manifests).error();
    if (manifests->empty()) return without_days({});
    std::optional<ViewerKey> key;
    if (Result<ViewerKey> loaded = ViewerKey::load(source_.lake_key_file); loaded) key = *std::move(loaded);
    if (key) {
      curated_.number = viewer_numbering(*key, kPlatform);
      for (const std::string& name : source_.forgotten_names) curated_.refused.push_back(curated_.number(ViewerTable::key_of(name)));
      std::sort(curated_.refused.begin(), curated_.refused.end());
    }
    std::set<DayNumber> alone;
    if (source_.curated == CuratedPolicy::kOnly) {
      input_ = std::make_unique<NamedInput>(pipeline_internal::inputs_of(*manifests), where());
      curated_.only = true;
      for (const LakeManifest& manifest : *manifests) alone.insert(manifest.day);
    } else {
      Result<std::set<DayNumber>> found = add_files_that_are_gone(*manifests);
      if (!found) return std::move(found).error();
      alone = *std::move(found);
    }
    Result<std::unique_ptr<pipeline_internal::LakeDays>> days = pipeline_internal::LakeDays::open(
        *std::move(manifests), {.key_id = key ? key->id() : "", .forgotten_list = source_.forgotten_list, .alone = std::move(alone)},
        [this](const LakeTable& table) { return fetch(table.key); });
    if (!days && days.error().code != ErrorCode::kUnavailable) return std::move(days).error();
    if (!days) return without_days(days.error().message);
    days_ = *std::move(days);
    curated_.days = days_.get();
    return true;
  }

  /// A day without any raw file is all that is left of them, as where a bucket's rule removes raw files after some time: its files are
  /// put into the listing, so that the map is the one that it was with them. Returns these days.
  Result<std::set<DayNumber>> add_files_that_are_gone(const std::vector<LakeManifest>& manifests) {
    Result<std::vector<StoredObject>> listed = input_->list();
    if (!listed && listed.error().code != ErrorCode::kNotFound) return std::move(listed).error();
    const std::vector<StoredObject> there = listed ? *std::move(listed) : std::vector<StoredObject>();
    pipeline_internal::DaysAlone alone = pipeline_internal::days_alone(manifests, there);
    if (alone.days.empty()) return alone.days;
    notes_.push_back(with_thousands(alone.days.size()) + " compacted days have no raw files any more and are read from their tables alone");
    input_ = std::make_unique<InputWithGoneFiles>(std::move(input_), there, std::move(alone.files));
    return std::move(alone.days);
  }

  /// The manifests of the lake; a damaged one costs its day, which is read from its raw files.
  Result<std::vector<LakeManifest>> read_lake() {
    std::error_code ignored;
    if (!cache_ && !fs::is_directory(root_ / kLakeFolder, ignored)) return std::vector<LakeManifest>();
    Result<std::vector<StoredObject>> objects = store_->list(cache_ ? "curated/" : kLakeFolder);
    if (!objects) return std::move(objects).error();
    std::vector<StoredObject> wanted;
    for (StoredObject& object : *objects) {
      if (object.key.ends_with("/_manifest.json")) wanted.push_back(object);
      std::string key = object.key;
      lake_objects_.emplace(std::move(key), std::move(object));
    }
    if (cache_) cache_->prefetch(wanted);
    std::vector<LakeManifest> manifests;
    for (const StoredObject& object : wanted) {
      const Result<std::string> text = read_lake_object(object.key);
      if (!text) return text.error();
      Result<LakeManifest> manifest = parse_manifest(*text, object.key);
      if (manifest) {
        manifests.push_back(*std::move(manifest));
      } else {
        notes_.push_back("a compacted day is not used: " + manifest.error().message);
      }
    }
    return manifests;
  }

  Result<std::string> read_lake_object(const std::string& key) {
    const Result<int> fd = fetch(key);
    if (!fd) return fd.error();
    std::string bytes;
    std::string piece(std::size_t{1} << 16U, '\0');
    ssize_t got = 0;
    while ((got = ::read(*fd, piece.data(), piece.size())) > 0) bytes.append(piece, 0, static_cast<std::size_t>(got));
    const int problem = errno;
    ::close(*fd);
    if (got < 0) return system_error(problem, "reading", key);
    return bytes;
  }

  Result<bool> without_days(const std::string& why) {
    if (source_.curated == CuratedPolicy::kOnly) {
      return Error{ErrorCode::kNoData, "No compacted days in " + where() + (why.empty() ? "" : ": " + why) +
                                           ". Make them with \"vieweratlas compact\", or set analysis.curated to auto"};
    }
    if (!why.empty()) notes_.push_back("compacted days are not used: " + why);
    return false;
  }

  /// A descriptor for an object below curated/.
  Result<int> fetch(const std::string& key) {
    if (cache_) {
      const auto object = lake_objects_.find(key);
      if (object != lake_objects_.end()) return cache_->open(object->second);
      return Error{ErrorCode::kNotFound, "there is no " + printable(store_->uri(key), 4000)};
    }
    const fs::path path = root_ / key;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return system_error(errno, "reading", path);
    return fd;
  }

  [[nodiscard]] std::string where() const { return printable(store_->uri("curated"), 4000); }

  const PresenceSource& source_;
  const ReadOptions& options_;
  ThreadPool& pool_;
  LocalStore folder_{source_.folder};
  const ObjectStore* store_ = nullptr;
  fs::path root_;  ///< of a store of files
  std::unique_ptr<ObjectCache> cache_;
  std::unique_ptr<PresenceInput> input_;
  std::map<std::string, StoredObject> lake_objects_;
  std::unique_ptr<pipeline_internal::LakeDays> days_;
  CuratedReading curated_;
  std::vector<std::string> notes_;
};

}  // namespace

Result<Presence> read_input(const PresenceSource& source, const ReadOptions& options, ThreadPool& pool, InputReport* report) {
  Reading reading(source, options, pool);
  Result<Presence> presence = reading.run();
  if (report != nullptr) *report = reading.report(presence ? presence->report.curated : CuratedUse());
  if (presence || presence.error().code != ErrorCode::kNotFound || source.store != nullptr) return presence;
  // "No data" already says what was looked for and how to get some.
  return Error{ErrorCode::kNoData, "No data found in " + printable(source.folder.string()) + ": " + presence.error().message +
                                       ". Name the folder of your logs with --logs-dir, or make some with `vieweratlas simulate`"};
}

}  // namespace vieweratlas
