// Files as objects. Each part is read twice, in pieces that fit the processor's cache: a first time for its checksums, then straight into
// the buffer from which it is sent. So many parts travel at the same time, and none of them is in memory.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "s3/client.h"
#include "s3/hash.h"
#include "s3/upload.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::s3_internal {
namespace {

constexpr std::size_t kPieceBytes = 128U * 1024U;  // with what hashing needs in a second-level cache

/// At least one byte.
Result<std::size_t> read_at(const S3File& file, std::uint64_t offset, std::span<char> buffer) {
  while (true) {
    const ssize_t got = ::pread(file.descriptor, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0) {
      return Error{ErrorCode::kCorruptData,
                   "sending " + printable(file.path.string()) + ": it has become shorter meanwhile; send it again"};
    }
    if (errno != EINTR) return system_error(errno, "reading", file.path);
  }
}

/// A stretch of a file, looked through.
struct Stretch {
  std::uint64_t begin = 0;
  std::uint64_t num_bytes = 0;
  Crc32 crc;
  std::string sha256;  // empty = not asked for
};

Status look_through(const S3File& file, Stretch& stretch, bool with_sha256) {
  const auto buffer = std::make_unique_for_overwrite<char[]>(kPieceBytes);
  std::optional<Sha256> sha256;
  if (with_sha256) sha256.emplace();
  for (std::uint64_t done = 0; done < stretch.num_bytes;) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, stretch.num_bytes - done));
    const Result<std::size_t> got = read_at(file, stretch.begin + done, std::span(buffer.get(), wanted));
    if (!got) return got.error();
    const std::string_view piece(buffer.get(), *got);
    stretch.crc.update(piece);
    if (sha256.has_value()) sha256->update(piece);
    done += *got;
  }
  if (sha256.has_value()) stretch.sha256 = sha256->finish();
  return {};
}

S3Source source_of(const S3File& file, const Stretch& stretch) {
  return {.read = [&file, begin = stretch.begin](std::uint64_t offset,
                                                 std::span<char> buffer) { return read_at(file, begin + offset, buffer); },
          .num_bytes = stretch.num_bytes,
          .sha256 = stretch.sha256};
}

}  // namespace

/// Sends the parts of a file side by side. The first failure ends all.
class S3Writer::FileParts {
 public:
  FileParts(S3Writer& writer, Upload& upload, const S3File& file) : writer_(writer), upload_(upload), file_(file) {
    for (std::uint64_t begin = 0; begin < file.num_bytes;) {
      const auto number = static_cast<std::uint32_t>(stretches_.size() + 1);
      const std::uint64_t size = std::min(part_bytes(number, writer.options_.part_bytes), file.num_bytes - begin);
      stretches_.push_back({.begin = begin, .num_bytes = size});
      begin += size;
    }
    upload.parts.resize(stretches_.size());
  }

  /// The checksum of everything is in `crc` afterwards.
  [[nodiscard]] Status run(Crc32& crc) {
    {
      std::vector<std::jthread> threads;
      const std::size_t wanted = std::min<std::size_t>(stretches_.size(), std::max(writer_.options_.parallel, 1U));
      for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back([this] { work(); });
      work();
    }
    if (error_.has_value()) return *error_;
    for (const Stretch& stretch : stretches_) crc.append(stretch.crc, stretch.num_bytes);
    return {};
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (next_ < stretches_.size() && !error_.has_value()) {
      const std::size_t at = next_++;
      lock.unlock();
      Result<Part> sent = send(static_cast<std::uint32_t>(at + 1), stretches_[at]);
      lock.lock();
      if (sent) {
        upload_.parts[at] = *std::move(sent);
      } else if (!error_.has_value()) {
        error_ = std::move(sent).error();
        stop_.request_stop();  // the others need not go on
      }
    }
  }

  Result<Part> send(std::uint32_t number, Stretch& stretch) {
    if (Status looked = look_through(file_, stretch, writer_.client_.signs_payload(stretch.num_bytes)); !looked) {
      return std::move(looked).error();
    }
    Content content{.source = source_of(file_, stretch)};
    if (writer_.options_.checksums) content.checksum = stretch.crc.base64();
    return writer_.send_part(upload_, number, std::move(content), stop_.get_token());
  }

  S3Writer& writer_;
  Upload& upload_;
  const S3File& file_;
  std::vector<Stretch> stretches_;  // each changed by the thread that sends it
  std::stop_source stop_;
  std::mutex mutex_;
  std::size_t next_ = 0;        // guarded by mutex_
  std::optional<Error> error_;  // guarded by mutex_
};

Result<bool> S3Writer::write(const S3Object& object, const S3File& file) {
  if (file.num_bytes > kMaxObjectBytes) {
    return Error{ErrorCode::kLimitExceeded, printable(file.path.string()) + " is longer than 5 TiB, the most that the store takes"};
  }
  if (file.num_bytes <= part_bytes(1, options_.part_bytes)) {
    Stretch whole{.num_bytes = file.num_bytes};
    if (Status looked = look_through(file, whole, client_.signs_payload(file.num_bytes)); !looked) return std::move(looked).error();
    return write_single(object, {.source = source_of(file, whole), .checksum = options_.checksums ? whole.crc.base64() : ""});
  }
  Result<Upload> upload = begin(object, options_.checksums);
  if (!upload) return std::move(upload).error();
  Crc32 crc;
  const Status sent = FileParts(*this, *upload, file).run(crc);
  return finish(*upload, sent, crc);
}

}  // namespace vieweratlas::s3_internal
