#include "storage/transfer_notes.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/transfer.h"

namespace vieweratlas::storage_internal {
namespace {

constexpr std::string_view kFirstLine = "vieweratlas transfer 1\n";
constexpr std::size_t kNumParts = 4;

std::string notes_key(const ObjectStore& from) {
  const std::string digest = to_string(digest_of(from.uri("x")));
  return std::string(kTransferNotes) + "from-" + digest.substr(digest.find(':') + 1) + ".tsv";
}

/// A version that would break the lines is not noted: then the object is compared each time.
bool can_be_written(std::string_view version) { return !version.empty() && version.find_first_of("\t\n") == std::string_view::npos; }

}  // namespace

Result<TransferNotes> TransferNotes::load(const ObjectStore& from, const ObjectStore& to) {
  TransferNotes notes;
  notes.key_ = notes_key(from);
  const Result<std::string> text = to.get(notes.key_);
  if (!text && text.error().code != ErrorCode::kNotFound && text.error().code != ErrorCode::kCorruptData) return text.error();
  if (text) notes.read(*text);
  return notes;
}

void TransferNotes::read(std::string_view text) {
  if (!text.starts_with(kFirstLine)) return;
  for (const std::string_view line : split(text.substr(kFirstLine.size()), '\n')) {
    const std::vector<std::string_view> fields = split(line, '\t');
    if (fields.size() != 4 || !is_object_key(fields[0])) continue;
    notes_.insert_or_assign(
        std::string(fields[0]),
        TransferNote{.from_version = std::string(fields[1]), .to_version = std::string(fields[2]), .digest = std::string(fields[3])});
  }
}

const TransferNote* TransferNotes::find(std::string_view key) const {
  const auto found = notes_.find(key);
  return found == notes_.end() ? nullptr : &found->second;
}

void TransferNotes::set(std::string_view key, TransferNote note) {
  if (!can_be_written(note.from_version) || !can_be_written(note.to_version)) return;
  notes_.insert_or_assign(std::string(key), std::move(note));
  ++num_unsaved_;
}

bool TransferNotes::wants_saving() const { return num_unsaved_ > std::max<std::size_t>(1000, notes_.size() / kNumParts); }

std::string TransferNotes::text() const {
  std::string text(kFirstLine);
  for (const auto& [key, note] : notes_) {
    text += key + '\t' + note.from_version + '\t' + note.to_version + '\t' + note.digest + '\n';
  }
  return text;
}

Status TransferNotes::save(ObjectStore& to) {
  if (num_unsaved_ == 0) return {};
  if (Status saved = to.put(key_, text()); !saved) return saved;
  num_unsaved_ = 0;
  return {};
}

}  // namespace vieweratlas::storage_internal
