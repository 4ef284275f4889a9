#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vieweratlas/core/clock.h"

namespace vieweratlas::collect_internal {

/// Remembers message ids (64-bit hashes of them) for at least ten minutes or for at least a million ids, whichever is shorter: servers
/// repeat a message within seconds. Two tables, of which the older one is forgotten whole; at most 32 MB.
///
/// Of 2 million ids remembered, a new one is taken for an old one with a chance of 10^-13.
class RecentIds {
 public:
  /// True when `id` is new; it is remembered then.
  bool add(std::uint64_t id, SteadyTime now);
  [[nodiscard]] std::size_t memory_bytes() const { return newer_.memory_bytes() + older_.memory_bytes(); }

 private:
  class Table {
   public:
    [[nodiscard]] bool contains(std::uint64_t id) const;
    void insert(std::uint64_t id);
    void clear();
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t memory_bytes() const { return slots_.size() * sizeof(std::uint64_t); }

   private:
    [[nodiscard]] std::size_t place_of(std::uint64_t id) const;
    void grow();

    std::vector<std::uint64_t> slots_;  // a power of two, at most half full; 0 = empty
    std::size_t size_ = 0;
  };

  Table newer_;
  Table older_;
  std::optional<SteadyTime> begun_;  // of newer_
};

}  // namespace vieweratlas::collect_internal
