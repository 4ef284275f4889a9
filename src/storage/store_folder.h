#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/descriptor.h"

namespace vieweratlas::storage_internal {

/// A folder whose files and subfolders are opened by names below it, and that no name leaves: a symbolic link that leads out is refused
/// (denied), also when it is put there at the same moment; links that stay in the folder are followed. Thread-safe.
class StoreFolder {
 public:
  /// Errors: not_found, denied, invalid_argument (a file).
  [[nodiscard]] static Result<StoreFolder> open(const std::filesystem::path& root);
  /// The same, making the folder and its parents where they are missing.
  [[nodiscard]] static Result<StoreFolder> make(const std::filesystem::path& root);

  /// `name` is a key, or empty for the folder itself; `flags` are open's. Errors: not_found (also below a file), denied, ...
  [[nodiscard]] Result<Descriptor> open_below(std::string_view name, int flags) const;
  /// Opens a subfolder, making what is missing, so that it survives a crash.
  [[nodiscard]] Result<Descriptor> make_below(std::string_view name) const;
  [[nodiscard]] std::filesystem::path path_of(std::string_view name) const { return name.empty() ? root_ : root_ / name; }

 private:
  StoreFolder(std::filesystem::path root, Descriptor descriptor) : root_(std::move(root)), descriptor_(std::move(descriptor)) {}
  [[nodiscard]] Result<Descriptor> open_by_real_path(std::string_view name, int flags) const;
  [[nodiscard]] Error leads_out(std::string_view name) const;

  std::filesystem::path root_;
  Descriptor descriptor_;
};

}  // namespace vieweratlas::storage_internal
