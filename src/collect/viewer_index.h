#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/viewer_names.h"

#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas::collect_internal {

/// The viewers of a round, numbered in the order in which they came: 24 bytes for the pseudonyms and 6 to 11 for finding them.
/// Where logins are stored in clear, their text in addition.
class ViewerIndex {
 public:
  /// `key` as ViewerNames::key().
  [[nodiscard]] std::optional<std::uint32_t> find(const Pseudonym& key) const;
  /// The number of a viewer that find() does not know. `login` is kept only when it is not empty.
  std::uint32_t add(const ViewerNames& names, std::string_view login);
  /// A viewer who is known by id has another login.
  void rename(std::uint32_t viewer, const Pseudonym& login, std::string_view login_text);

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] const ViewerNames& operator[](std::uint32_t viewer) const { return (*chunks_[viewer / kChunk])[viewer % kChunk]; }
  /// The login in clear, empty where it is not kept.
  [[nodiscard]] std::string_view login_text(std::uint32_t viewer) const;
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  static constexpr std::size_t kChunk = 4096;  // pieces instead of one array: growing copies nothing and wastes nothing

  [[nodiscard]] std::size_t place_of(const Pseudonym& key) const;
  void grow();

  std::vector<std::unique_ptr<std::array<ViewerNames, kChunk>>> chunks_;
  std::vector<std::uint32_t> slots_;  // viewer + 1, 0 = empty; a power of two, at most three quarters full
  std::vector<std::string> texts_;    // by viewer, as far as there are any
  std::uint32_t size_ = 0;
};

}  // namespace vieweratlas::collect_internal
