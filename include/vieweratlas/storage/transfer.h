#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// The content of an object in pieces of `piece_bytes`, each asked for when it is needed. When the object is another one at the end than
/// `object` says, the last piece is followed by an error (unavailable) instead of the end. `store` must outlive the source.
[[nodiscard]] std::unique_ptr<ByteSource> open_object(const ObjectStore& store, const StoredObject& object,
                                                      std::size_t piece_bytes = std::size_t{8} << 20U);

/// Keys below this are a transfer's own notes, which are never copied.
inline constexpr std::string_view kTransferNotes = "state/transfers/";

struct TransferProgress {
  std::uint64_t num_objects = 0;
  std::uint64_t num_bytes = 0;  ///< written
};

struct TransferOptions {
  std::string prefix;         ///< only keys that begin with it
  bool dry_run = false;       ///< write nothing: count what would be copied, by length and by the notes of earlier runs
  unsigned num_parallel = 4;  ///< objects at a time; each takes some 20 MiB of memory
  std::stop_token stop;
  std::function<bool(std::string_view key)> leaves_out = {};   ///< keys of the source that are none of the destination's business
  std::function<void(const TransferProgress&)> progress = {};  ///< called by one thread at a time, after each object
};

struct TransferProblem {
  std::string key;
  Error error;
};

struct TransferReport {
  std::uint64_t num_objects = 0;  ///< looked at
  std::uint64_t num_bytes = 0;    ///< of them
  std::uint64_t num_copied = 0;   ///< written and read back with the digest that was read, or would be (dry run)
  std::uint64_t num_copied_bytes = 0;
  std::uint64_t num_known = 0;     ///< skipped: the notes say that they are equal, and neither side has changed
  std::uint64_t num_compared = 0;  ///< skipped: read on both sides and found equal
  std::uint64_t num_left_out = 0;  ///< by TransferOptions::leaves_out
  std::uint64_t num_refused = 0;   ///< with no key that a store takes
  std::uint64_t num_failed = 0;
  bool stopped = false;                   ///< not all was looked at: cancelled, or an error that every object would meet
  std::vector<TransferProblem> problems;  ///< the first 20 of num_failed, by key
};

/// Copies what `from` holds into `to`. An object of equal length that stands there is compared by digest and left alone when it is equal;
/// what is copied is read back and compared with what was read (corrupt_data when it differs). The destination keeps notes below
/// kTransferNotes of what was found equal in which version, so that a further run reads again only what has changed on one side. Nothing is
/// removed. Killed at any moment, every object of the destination is the old one or the new one, and another run goes on. Errors: those of
/// listing, and of reading and writing the notes. Errors of single objects are in the report; denied and limit_exceeded end the transfer,
/// since they would meet every object.
/// invalid_argument: `to` is `from`, or a part of it.
[[nodiscard]] Result<TransferReport> transfer(const ObjectStore& from, ObjectStore& to, const TransferOptions& options = {});

}  // namespace vieweratlas
