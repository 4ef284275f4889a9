#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/session.h"
#include "cli/setting_source.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/snapshot_importer.h"
#include "vieweratlas/collect/vod_discovery.h"
#include "vieweratlas/collect/vod_process.h"
#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// What the commands of recorded chats share: where things are, and who may be recorded.
class VodCommand : public Command {
 public:
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 protected:
  /// Who may be recorded, and under which name.
  struct People {
    ViewerKey key;
    ForgottenList forgotten;
  };

  [[nodiscard]] Status load(const CommandLine& line, const Environment& environment);
  [[nodiscard]] std::filesystem::path queue_file() const;
  [[nodiscard]] std::filesystem::path raw_dir() const;
  [[nodiscard]] std::filesystem::path data_dir() const { return configuration_.settings.collection.logs_dir; }
  [[nodiscard]] Result<People> people() const;
  /// Of the store, else of the file. With `takes_over`, what a file of before the store holds is put into the store, and the file is put
  /// aside as FILE.moved.
  [[nodiscard]] Result<VodQueue> queue(bool takes_over) const;
  /// Where a person finds it.
  [[nodiscard]] std::string place_of_queue() const;
  [[nodiscard]] Result<ImportOptions> import_options() const;

  Configuration configuration_;
  Environment environment_;
  std::unique_ptr<ObjectStore> store_;  ///< null for files

 private:
  [[nodiscard]] bool is_default(std::string_view key) const;
};

/// vieweratlas vod import
class CommandVodImport final : public VodCommand {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;

 private:
  struct Found {
    std::filesystem::path path;
    bool is_named = false;  ///< by itself, not by its folder
  };
  struct Sums;

  [[nodiscard]] Result<std::vector<Found>> find() const;
  [[nodiscard]] Result<ImportReport> import(const Found& file, const ImportOptions& options, const People& people,
                                            const std::stop_token& stop) const;
  void take(const Found& file, const Result<ImportReport>& report, Console& console, Sums& sums) const;

  std::vector<std::filesystem::path> arguments_;
  std::optional<std::chrono::seconds> utc_offset_;
};

/// vieweratlas vod add and vieweratlas vod stats
class CommandVodQueue final : public VodCommand {
 public:
  explicit CommandVodQueue(bool adds) : adds_(adds) {}
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;

 private:
  [[nodiscard]] Status add();
  [[nodiscard]] Status tell() const;

  bool adds_;
};

/// vieweratlas vod discover, vieweratlas vod process, and vieweratlas preprocess_vods: one after the other.
class CommandVodRun final : public VodCommand {
 public:
  enum class Work : std::uint8_t { kDiscover, kProcess, kBoth };
  explicit CommandVodRun(Work work) : work_(work) {}
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;

 private:
  [[nodiscard]] bool discovers() const;
  [[nodiscard]] Status tell_plan() const;
  [[nodiscard]] Result<VodDiscoverReport> discover(VodQueue& queue, Session& session, const std::stop_token& stop) const;
  [[nodiscard]] Result<VodProcessReport> process(VodQueue& queue, Session& session, const std::stop_token& stop) const;

  Work work_;
  CollectOptions options_;
  std::vector<std::string> channels_;
};

}  // namespace vieweratlas
