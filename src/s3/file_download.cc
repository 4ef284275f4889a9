#include "s3/file_download.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "s3/client.h"
#include "s3/download.h"
#include "s3/hash.h"
#include "s3/retry.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::s3_internal {
namespace {

constexpr std::size_t kPieceBytes = 256U * 1024U;      // of one write: TLS hands over 16 KiB at a time
constexpr std::size_t kBlockBytes = 4096;              // of file systems; parts of blocks are dear
constexpr std::uint64_t kGoodProgress = 64ULL << 10U;  // a connection that brought less has not got us on
constexpr int kMaxPoorResumes = 10;                    // in a row
constexpr std::chrono::milliseconds kResumePause{50};  // the client adds its own when the server does not answer

Error enough() { return {ErrorCode::kCancelled, "others fetch the rest"}; }

}  // namespace

S3FileFetch::S3FileFetch(S3Client& client, std::string_view key, const S3Facts& facts, const S3ReadOptions& options, FileSink& file)
    : client_(client), key_(key), facts_(facts), file_(file) {
  for (std::uint64_t begin = 0; begin < facts.num_bytes; begin += options.range_bytes) {
    ranges_.push_back({.begin = begin, .end = std::min(begin + options.range_bytes, facts.num_bytes)});
  }
  if (Status reserved = file.reserve(facts.num_bytes); !reserved) error_ = std::move(reserved).error();
  front_ = 1;
  back_ = ranges_.size();
  first_ = &ranges_.front();
  if (facts.crc32.empty() && facts.etag_is_md5) {
    // An MD5 knows one order only: a thread reads what has arrived, and all fetch what it waits for.
    from_the_back_ = false;
    md5_ = std::make_unique<Md5>();
    threads_.emplace_back([this] { follow(); });
  }
  const std::size_t num_threads = std::min<std::size_t>(ranges_.size(), std::max(options.parallel, 1U));
  for (std::size_t i = 1; i < num_threads; ++i) {
    threads_.emplace_back([this] { work(claim()); });
  }
}

S3FileFetch::~S3FileFetch() {
  if (!threads_.empty()) fail(enough());
  for (std::thread& thread : threads_) thread.join();
}

/// nullptr when there is nothing left to do.
S3FileFetch::Range* S3FileFetch::claim() {
  const std::scoped_lock lock(mutex_);
  if (error_.has_value() || front_ == back_) return nullptr;
  return from_the_back_ ? &ranges_[--back_] : &ranges_[front_++];
}

S3FileFetch::Range* S3FileFetch::claim_next_to_first() {
  const std::scoped_lock lock(mutex_);
  const auto next = static_cast<std::size_t>(first_ - ranges_.data()) + 1;
  if (error_.has_value() || next != front_ || front_ == back_) return nullptr;
  return &ranges_[front_++];
}

void S3FileFetch::fail(Error error) {
  const std::scoped_lock lock(mutex_);
  if (!error_.has_value()) error_ = std::move(error);
  stop_.request_stop();
  changed_.notify_all();
}

bool S3FileFetch::failed() {
  const std::scoped_lock lock(mutex_);
  return error_.has_value();
}

void S3FileFetch::work(Range* range) {
  for (; range != nullptr; range = claim()) {
    if (Status fetched = fetch(*range); !fetched) fail(std::move(fetched).error());
  }
}

Status S3FileFetch::take(std::string_view piece) {
  while (!piece.empty()) {
    if (first_ == nullptr || failed()) return enough();
    const std::uint64_t wanted = first_->end - first_->begin - first_->seen;
    const std::string_view taken = piece.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(wanted, piece.size())));
    Status put_away = put(*first_, taken);
    if (put_away.ok() && taken.size() == wanted) put_away = complete(*first_);
    if (!put_away) {
      fail(std::move(put_away).error());
      return enough();
    }
    if (taken.size() == wanted) first_ = claim_next_to_first();
    piece.remove_prefix(taken.size());
  }
  // Without waiting for a piece that nobody wants.
  return first_ == nullptr ? Status(enough()) : Status();
}

Status S3FileFetch::finish() {
  work(first_ != nullptr ? first_ : claim());  // what an answer that broke off has left
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  if (error_.has_value()) return *error_;
  if (md5_ != nullptr)
    return md5_->finish() == facts_.etag ? Status() : s3_damaged(client_, key_, "its MD5 is not its ETag " + facts_.etag);
  if (facts_.crc32.empty()) return {};
  Crc32 crc;
  for (const Range& range : ranges_) crc.append(range.crc, range.end - range.begin);
  if (crc.base64() == facts_.crc32) return {};
  return s3_damaged(client_, key_, "its CRC-32 is " + crc.base64() + " instead of " + facts_.crc32);
}

/// With what a broken connection has brought kept.
Status S3FileFetch::fetch(Range& range) {
  for (int poor_resumes = 0;;) {
    const std::uint64_t before = range.seen;
    Status fetched = fetch_rest(range);
    if (fetched) return complete(range);
    if (fetched.error().code != ErrorCode::kUnavailable || range.seen == before) return fetched;
    poor_resumes = range.seen - before < kGoodProgress ? poor_resumes + 1 : 0;
    if (poor_resumes > kMaxPoorResumes) return fetched;
    client_.count_retry(S3RetryReason::kLost);
    if (!client_.wait(kResumePause * (poor_resumes + 1))) return fetched;
  }
}

Status S3FileFetch::fetch_rest(Range& range) {
  const std::uint64_t from = range.begin + range.seen;
  S3Call call{.action = "GetObject", .key = key_, .expected = {412, 416}, .stop = stop_.get_token()};
  call.headers.push_back({"Range", s3_range_header(from, range.end)});
  if (!facts_.etag.empty()) call.headers.push_back({"If-Match", "\"" + facts_.etag + "\""});
  bool begun = false;
  call.sink = [&](const HttpResponse& head, std::string_view piece) -> Status {
    if (!begun) {
      const std::optional<S3ContentRange> told = s3_content_range(head);
      if (head.status != 206 || !told.has_value() || told->begin != from)
        return s3_damaged(client_, key_, "another range than was asked for");
      if (told->total != facts_.num_bytes) return s3_changed(client_, key_);
      begun = true;
    }
    if (piece.size() > range.end - range.begin - range.seen) return s3_damaged(client_, key_, "another range than was asked for");
    return put(range, piece);
  };
  const Result<S3Answer> answer = client_.send(call);
  if (!answer) return answer.error();
  if (answer->response.status >= 300) return s3_changed(client_, key_);
  if (range.seen != range.end - range.begin) return s3_damaged(client_, key_, "a range that is too short");
  return {};
}

Status S3FileFetch::put(Range& range, std::string_view piece) {
  const std::uint64_t at = range.begin + range.seen - range.held.size();
  range.crc.update(piece);
  range.seen += piece.size();
  const std::size_t size = range.held.size() + piece.size();
  if (size < kPieceBytes) {
    if (range.held.empty()) range.held.reserve(kPieceBytes);
    range.held += piece;
    return {};
  }
  const std::string_view now = piece.substr(0, piece.size() - size % kBlockBytes);
  if (Status written = write(at, range.held, now); !written) return written;
  range.held = piece.substr(now.size());
  return {};
}

Status S3FileFetch::write(std::uint64_t at, std::string_view bytes, std::string_view more) {
  // A file system lets one thread write to a file at a time, and has the others wait with a busy processor.
  const std::scoped_lock lock(writing_);
  return file_.write_at(at, bytes, more);
}

Status S3FileFetch::complete(Range& range) {
  if (Status written = write(range.end - range.held.size(), range.held, {}); !written) return written;
  range.held = {};
  file_.begin_sync(range.begin, range.end - range.begin);
  const std::scoped_lock lock(mutex_);
  range.done = true;
  changed_.notify_all();
  return {};
}

void S3FileFetch::follow() {
  const auto buffer = std::make_unique_for_overwrite<char[]>(kPieceBytes);
  for (const Range& range : ranges_) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return error_.has_value() || range.done; });
      if (error_.has_value()) return;
    }
    for (std::uint64_t at = range.begin; at < range.end; at += kPieceBytes) {
      const std::span<char> piece(buffer.get(), static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, range.end - at)));
      if (Status read = file_.read_at(at, piece); !read) {
        fail(std::move(read).error());
        return;
      }
      md5_->update({piece.data(), piece.size()});
    }
  }
}

}  // namespace vieweratlas::s3_internal
