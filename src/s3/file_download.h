#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "s3/client.h"
#include "s3/download.h"
#include "s3/hash.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/file_sink.h"

namespace vieweratlas::s3_internal {

/// A long object on its way into a file: the answer to the request that found it long goes on from the front for as long as nobody else
/// has begun with what follows, while other connections fetch ranges. Nothing waits for its turn in memory.
class S3FileFetch {
 public:
  /// Begins to fetch. Everything given by reference must outlive it.
  S3FileFetch(S3Client& client, std::string_view key, const S3Facts& facts, const S3ReadOptions& options, FileSink& file);
  S3FileFetch(const S3FileFetch&) = delete;
  S3FileFetch& operator=(const S3FileFetch&) = delete;
  ~S3FileFetch();

  /// The next bytes of the first answer; an error when no more of them are wanted, or when all has failed.
  [[nodiscard]] Status take(std::string_view piece);
  /// Fetches what is left, waits for the others, and compares all with the object's checksum. Call it once, after the last take().
  [[nodiscard]] Status finish();

 private:
  /// A range and how far it has come. Of one thread at a time.
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t seen = 0;  // bytes that came
    Crc32 crc;               // of them
    std::string held;        // the last of them, which are not in the file yet
    bool done = false;       // guarded by mutex_
  };

  [[nodiscard]] Range* claim();
  [[nodiscard]] Range* claim_next_to_first();
  void work(Range* range);
  void fail(Error error);
  [[nodiscard]] bool failed();
  [[nodiscard]] Status fetch(Range& range);
  [[nodiscard]] Status fetch_rest(Range& range);
  [[nodiscard]] Status put(Range& range, std::string_view piece);
  [[nodiscard]] Status write(std::uint64_t at, std::string_view bytes, std::string_view more);
  [[nodiscard]] Status complete(Range& range);
  void follow();

  S3Client& client_;
  std::string_view key_;
  const S3Facts& facts_;
  FileSink& file_;
  std::vector<Range> ranges_;  // in order
  bool from_the_back_ = true;
  Range* first_ = nullptr;  // of the first answer; nullptr = it is no longer wanted
  std::stop_source stop_;
  std::mutex writing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t front_ = 0;       // guarded by mutex_; ranges before it are claimed
  std::size_t back_ = 0;        // guarded by mutex_; ranges from it on are claimed
  std::optional<Error> error_;  // guarded by mutex_
  std::unique_ptr<Md5> md5_;    // of the thread that follows, then of finish()
  std::vector<std::thread> threads_;
};

}  // namespace vieweratlas::s3_internal
