#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// A place that snapshot files are read from. open() is called from several threads at once, the others from one.
class PresenceInput {
 public:
  virtual ~PresenceInput() = default;
  /// All files, sorted by key. Errors: not_found, denied, unavailable.
  [[nodiscard]] virtual Result<std::vector<StoredObject>> list() = 0;
  /// Says which files are going to be opened, in about which order, so that they can be fetched ahead.
  virtual void will_open(std::span<const StoredObject> files) = 0;
  /// A descriptor of a regular file that holds the object; the caller closes it. Errors: not_found, denied, unavailable, limit_exceeded.
  /// not_found and denied cost this file alone, the others end the reading. Messages for people who know which file is meant.
  [[nodiscard]] virtual Result<int> open(const StoredObject& file) = 0;
  /// Where a person finds it, for messages.
  [[nodiscard]] virtual std::string place() const { return "the input"; }
};

/// The files below a folder (list_files), or one file. Versions are those of LocalStore.
[[nodiscard]] std::unique_ptr<PresenceInput> folder_input(const std::filesystem::path& folder);

}  // namespace vieweratlas
