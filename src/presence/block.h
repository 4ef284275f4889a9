#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "presence/file_name.h"

namespace vieweratlas::presence_internal {

/// Bytes that parsers may read past the end of a block's text.
inline constexpr std::size_t kPadding = 64;

/// How records follow each other in a file.
enum class Framing : std::uint8_t {
  kLines,    ///< one JSON object a line
  kObjects,  ///< one JSON object, or several in an array or one after the other
  kCsv,
};

/// What the parsers found in a file so far. Blocks of one file are parsed by several workers.
struct FileTally {
  std::atomic<std::uint64_t> num_snapshots{0};
  std::atomic<std::uint64_t> num_foreign{0};                   ///< records that are well-formed but no snapshots
  std::atomic<std::uint64_t> foreign_line{~std::uint64_t{0}};  ///< the first of them
  std::atomic<std::uint64_t> num_round_records{0};             ///< what collectors say of a whole round
  std::atomic<bool> unfinished{false};                         ///< its last record was left out because the file is being written
  std::atomic<bool> ends_open{false};                          ///< it would be, if the file were being written

  void add_foreign(std::uint64_t line) {
    num_foreign.fetch_add(1, std::memory_order_relaxed);
    std::uint64_t first = foreign_line.load(std::memory_order_relaxed);
    while (line < first && !foreign_line.compare_exchange_weak(first, line, std::memory_order_relaxed)) {
    }
  }
};

/// A piece of a file that holds whole records; only the last piece may end in the middle of one.
struct Block {
  std::string_view text;  ///< in a worker's TextBuffer: followed by kPadding bytes, which may be written for a while
  std::uint32_t file = 0;
  std::uint64_t first_line = 1;
  std::uint64_t stored_bytes = 0;  ///< bytes of the file that were read for it
  bool is_last = true;
  bool being_written = false;  ///< the file may be incomplete through no fault: see read_presence
  Framing framing = Framing::kObjects;
  const FileName* file_name = nullptr;
  FileTally* tally = nullptr;
};

}  // namespace vieweratlas::presence_internal
