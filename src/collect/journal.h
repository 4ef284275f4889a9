#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collect/round.h"

#include "vieweratlas/core/error.h"

// A journal holds the changes of one round (round_records.h) while the round is not stored yet. Version 1, little-endian:
//
//   header, 80 bytes            8 "VATLASJ\n"    4 version     4 flags (1 = logins in clear)
//                               8 window begin   8 window end   (Unix milliseconds)
//                               4 shard          4 shards      4 part     4 unused, 0
//                               8 id of the key 16 unused, 0    8 XXH3-64 of the 72 bytes before
//   frame, any number of        4 length of the records, 1 to 1 MiB
//                               8 XXH3-64 of the records with the frame's number (from 0) as seed
//                               records
//
// A frame counts when it is whole and its sum is right, and only if all frames before it do. What follows the last good frame was
// being written when the machine or the program ended: it is cut off and counted. The seed keeps an old block of the disk that
// shows up in a file after a crash from passing for a frame.

namespace vieweratlas::collect_internal {

inline constexpr std::size_t kJournalHeaderBytes = 80;
inline constexpr std::size_t kMaxFrameBytes = std::size_t{1} << 20U;
/// Frames are ended when they are about as long: little is lost with one that is torn.
inline constexpr std::size_t kFrameBytes = std::size_t{1} << 16U;
inline constexpr std::string_view kJournalSuffix = ".journal";

/// Gives up to `size` bytes; fewer only at the end.
using ByteSource = std::function<std::size_t(char* into, std::size_t size)>;

struct JournalReading {
  std::optional<RoundHeader> header;  ///< empty: torn in its very first bytes, or no journal
  std::uint64_t good_bytes = 0;       ///< header and good frames
  std::uint64_t num_frames = 0;
  std::uint64_t torn_bytes = 0;  ///< what follows the good ones
  bool was_refused = false;      ///< the first frame that is not good was whole: part of it may have been applied
};

/// The header at the begin of `bytes`; nullopt when it is cut off or damaged. Errors: corrupt_data (of another version).
[[nodiscard]] Result<std::optional<RoundHeader>> read_journal_header(std::string_view bytes);
[[nodiscard]] std::string make_journal_header(const RoundHeader& header);
/// Appends a frame around `records` (1 to kMaxFrameBytes bytes).
void append_frame(std::string& out, std::string_view records, std::uint64_t number);

/// Reads a journal and tells `on_frame` the records of each good frame; a frame for which it says false is not good.
/// Errors: corrupt_data (of another version).
[[nodiscard]] Result<JournalReading> read_journal(const ByteSource& source,
                                                  const std::function<bool(const RoundHeader&, std::string_view records)>& on_frame);
/// Likewise of a file. Further errors: those of reading.
[[nodiscard]] Result<JournalReading> read_journal_file(const std::filesystem::path& path,
                                                       const std::function<bool(const RoundHeader&, std::string_view records)>& on_frame);

/// The header of a file; nullopt as read_journal_header. Errors: those of reading, corrupt_data; unavailable when another process
/// writes it.
[[nodiscard]] Result<std::optional<RoundHeader>> read_journal_file_header(const std::filesystem::path& path);

/// Lets a test fail what a disk does: told "create", "write", "sync" or "remove" before it is done. Empty = nothing fails.
using DiskFault = std::function<Status(std::string_view step)>;

/// A journal that is being written; its file is for its owner alone (0600) and locked against other processes. Thread-compatible.
class JournalFile {
 public:
  /// Makes `path` with a header and all of `checkpoint` (the records of the round so far), durably and at once: a file that was there is
  /// replaced only by a whole one. Folders are made.
  /// Errors: denied, limit_exceeded (disk full), unavailable.
  [[nodiscard]] static Result<std::unique_ptr<JournalFile>> create(const std::filesystem::path& path, const Round& round, DiskFault fault);
  /// Goes on with a journal that was read, behind its good frames. Errors: likewise.
  [[nodiscard]] static Result<std::unique_ptr<JournalFile>> reopen(const std::filesystem::path& path, const JournalReading& reading,
                                                                   DiskFault fault);
  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;
  ~JournalFile();

  /// Writes `records` as a frame. After an error nothing more may be written: the end of the file may be half a frame.
  /// Errors: denied, limit_exceeded, unavailable.
  [[nodiscard]] Status append(std::string_view records);
  /// Afterwards what was appended survives a crash of the machine. After an error it may not, whatever a later call says.
  [[nodiscard]] Status sync();
  [[nodiscard]] std::uint64_t num_bytes() const { return num_bytes_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  JournalFile(std::filesystem::path path, DiskFault fault) : path_(std::move(path)), fault_(std::move(fault)) {}
  Status write_whole(const Round& round, const std::filesystem::path& temporary);
  Status write(std::string_view bytes);
  [[nodiscard]] Status check(std::string_view step) const { return fault_ ? fault_(step) : Status(); }

  std::filesystem::path path_;
  DiskFault fault_;
  int fd_ = -1;
  std::uint64_t num_bytes_ = 0;
  std::uint64_t num_frames_ = 0;
  std::string buffer_;
};

/// Removes a journal whose round is stored. What is not there is removed already.
[[nodiscard]] Status remove_journal(const std::filesystem::path& path, const DiskFault& fault);

}  // namespace vieweratlas::collect_internal
