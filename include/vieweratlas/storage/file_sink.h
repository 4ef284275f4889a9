#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/descriptor.h"

namespace vieweratlas {

/// A file that is written piece by piece and appears whole, or not at all. Where the file system can, it has no name until then, so that
/// a killed process leaves nothing behind; elsewhere it has a temporary one. Thread-compatible.
class FileSink {
 public:
  /// Missing folders are made. A link to a file stays one: what it leads to is replaced. What is neither file nor folder, such as a pipe
  /// or /dev/stdout, is written to as it stands. Errors: invalid_argument (a folder), denied, limit_exceeded (disk full), unavailable.
  [[nodiscard]] static Result<FileSink> begin(const std::filesystem::path& path);
  /// The file `name` of an open folder; `path` appears in the errors.
  [[nodiscard]] static Result<FileSink> begin_in(Descriptor folder, std::string name, std::filesystem::path path);
  FileSink(FileSink&& other) noexcept;
  FileSink& operator=(FileSink&&) = delete;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink();

  [[nodiscard]] Status append(std::string_view bytes);
  /// False for a pipe or a device, which take bytes in order only.
  [[nodiscard]] bool takes_any_order() const { return !is_stream_; }
  /// Makes room for `num_bytes` bytes, where the file system can: that is cheaper than room for each write, and a full disk is known at
  /// once. The file is no shorter afterwards.
  [[nodiscard]] Status reserve(std::uint64_t num_bytes);
  /// Instead of append(), where takes_any_order(), from any number of threads: bytes that belong to `offset`, then `more` behind them.
  [[nodiscard]] Status write_at(std::uint64_t offset, std::string_view bytes, std::string_view more = {});
  /// Bytes that have been written.
  [[nodiscard]] Status read_at(std::uint64_t offset, std::span<char> buffer) const;
  /// Lets the disk begin with bytes that were written, so that commit() has less to wait for. Returns at once.
  void begin_sync(std::uint64_t offset, std::uint64_t num_bytes);
  /// In the place of what stands there.
  [[nodiscard]] Status commit();
  /// False when something stands there already; that stays, and the call may be repeated.
  [[nodiscard]] Result<bool> commit_if_absent();

 private:
  FileSink(Descriptor folder, std::string name, std::filesystem::path path)
      : folder_(std::move(folder)), name_(std::move(name)), path_(std::move(path)), file_(-1) {}
  [[nodiscard]] static Result<FileSink> begin_stream(const std::filesystem::path& path);
  [[nodiscard]] Status open_file();
  [[nodiscard]] Status open_named();
  [[nodiscard]] Status finish_writing();
  [[nodiscard]] Status take_temporary_name();

  Descriptor folder_;
  std::string name_;
  std::filesystem::path path_;
  Descriptor file_;
  std::string temporary_;  // empty = the file has no name
  bool finished_ = false;
  bool is_stream_ = false;  // bytes go to where they are read at once
};

}  // namespace vieweratlas
