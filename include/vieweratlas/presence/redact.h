#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Somebody as a file names them; what the file does not say is empty. Borrowed for the call, in the file's letter case.
struct NamedViewer {
  std::string_view name;  ///< alone: a login, an id or a pseudonym; the file does not say which
  std::string_view id;
  std::string_view login;
};

/// True for viewers that are to be taken out. Called from several threads at once.
using ViewerTest = std::function<bool(const NamedViewer&)>;

struct Redaction {
  std::uint64_t num_viewers = 0;  ///< names that were looked at
  std::uint64_t num_removed = 0;  ///< of them, taken out
  std::string problem;            ///< one phrase when the file could not be read to its end (damaged compression), else empty

  [[nodiscard]] bool changes() const { return num_removed > 0; }
};

enum class RedactMode : std::uint8_t { kLook, kRewrite };

/// True when the file at `key` is of a kind that viewers are kept in: .json, .ndjson, .jsonl, .csv, also .gz and .zst.
[[nodiscard]] bool may_hold_viewers(std::string_view key);

/// Takes viewers out of a file of any format that read_presence() reads, and out of recorded chats with their comments.
///
/// In JSON the elements of `chatters` go, with those at the same places of the lists beside it (`messages`, `logins`), records of one
/// chatter (`username`) as a whole, and comments whose `commenter` it is; in CSV the rows. All else stays byte for byte; compressed
/// files are compressed anew. In records that are damaged any quoted text that the test knows goes. A file without such viewers
/// is not touched. Files appear in place at once, with their rights (FileReplacement): one process at a time.
/// Errors: those of reading and writing, unavailable (the file changed meanwhile).
/// Cost: memory of a block (4 MiB) or the longest record; reads a file twice when it changes.
[[nodiscard]] Result<Redaction> redact_file(const std::filesystem::path& path, std::string_view key, const ViewerTest& test,
                                            RedactMode mode);

/// The same for `text`, the content of a file called `key`, after decompression.
[[nodiscard]] std::string redact_text(std::string_view text, std::string_view key, const ViewerTest& test, Redaction& redaction);

}  // namespace vieweratlas
