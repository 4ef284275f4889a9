#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// An owner-only folder of its own below the system's temporary one ($TMPDIR), gone with all below it when this ends. What killed runs
/// left of theirs is removed by later ones: it may hold names of viewers.
class ScratchFolder {
 public:
  /// Errors: those of making it; not_found ($TMPDIR).
  [[nodiscard]] static Result<std::unique_ptr<ScratchFolder>> make();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  ScratchFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_;  // held as long as somebody works here
};

}  // namespace vieweratlas
