#pragma once

#include <memory>

#include "presence/block.h"
#include "presence/intake.h"

namespace vieweratlas::presence_internal {

/// Reads the snapshots of JSON blocks into an intake. Owns a parser and scratch memory: one a worker, re-used for all files.
class JsonRecords {
 public:
  /// `intake` must outlive the reader.
  explicit JsonRecords(Intake& intake);
  JsonRecords(const JsonRecords&) = delete;
  JsonRecords& operator=(const JsonRecords&) = delete;
  ~JsonRecords();

  /// Records that cannot be used are counted in the intake's losses, those that are no snapshots in the block's tally.
  void read(const Block& block);

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace vieweratlas::presence_internal
