#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

/// Where the chats of recordings are: files below a folder, and objects of a store below raw/vod_chat/, both as
/// channel=X/vod_id=Y/chat.json, .json.gz or .json.zst. Thread-compatible.
class VodChats {
 public:
  struct Chat {
    std::filesystem::path path;
    bool is_copy = false;  ///< of an object: to be removed when it was read
  };

  /// `store` may be null, and must outlive it.
  VodChats(std::filesystem::path folder, ObjectStore* store) : folder_(std::move(folder)), store_(store) {}

  [[nodiscard]] std::filesystem::path folder_of(const VodItem& item) const;
  /// The file, else a copy of the object; nullopt when there is neither. Errors: those of the store and of writing the copy.
  [[nodiscard]] Result<std::optional<Chat>> find(const VodItem& item) const;
  /// A name for something that is not finished, which find() passes over. What processes left there a day ago is removed.
  /// Errors: denied, limit_exceeded, unavailable (the folder cannot be made).
  [[nodiscard]] Result<std::filesystem::path> name_for_a_part(const VodItem& item, const std::string& ending) const;
  /// Puts a file that was downloaded into the store and removes it; without a store it stays where it is. Errors: those of the store.
  [[nodiscard]] Status keep(const VodItem& item, const std::filesystem::path& chat) const;

 private:
  std::filesystem::path folder_;
  ObjectStore* store_;
};

}  // namespace vieweratlas::collect_internal
