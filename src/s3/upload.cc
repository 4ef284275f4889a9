#include "s3/upload.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "s3/client.h"
#include "s3/hash.h"
#include "s3/xml.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/storage/byte_source.h"

namespace vieweratlas::s3_internal {
namespace {

constexpr std::uint64_t kBytesInFlight = 48ULL << 20U;      // of parts: with the rest of the program well below 100 MB
constexpr std::uint32_t kPartsAStep = 1000;                 // after each of which parts are twice as long
constexpr std::chrono::milliseconds kAbortDeadline{5'000};  // for cleaning up behind a failure
constexpr std::uint64_t kCopyPartBytes = 512ULL << 20U;     // 10,000 of them hold 5 TiB
constexpr std::string_view kMarkHeader = "x-amz-meta-vieweratlas-write";

/// A checksum that came back must be the one that was sent.
Status same_checksum(const HttpResponse& response, const std::string& sent) {
  const std::optional<std::string_view> back = response.header("x-amz-checksum-crc32");
  if (sent.empty() || !back.has_value() || *back == sent) return {};
  return Error{ErrorCode::kCorruptData,
               "the store has other bytes than were sent (CRC-32 " + std::string(*back) + " instead of " + sent + ")"};
}

}  // namespace

std::uint64_t part_bytes(std::uint32_t number, std::uint64_t base) {
  const std::uint32_t step = (number - 1) / kPartsAStep;
  return std::min(std::max(base, kMinPartBytes) << std::min(step, 12U), kMaxPartBytes);
}

std::uint32_t parts_in_flight(std::uint64_t base, std::uint32_t parallel) {
  const std::uint64_t fitting = std::max<std::uint64_t>(1, kBytesInFlight / std::max<std::uint64_t>(base, 1));
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(fitting, std::max(parallel, 1U)));
}

Result<std::string_view> MemoryParts::next(std::uint64_t num_bytes, std::string& /*buffer*/) {
  const std::string_view part = rest_.substr(0, num_bytes);
  rest_.remove_prefix(part.size());
  return part;
}

Result<std::string_view> StreamParts::next(std::uint64_t num_bytes, std::string& buffer) {
  buffer.clear();
  while (buffer.size() < num_bytes) {
    if (left_.empty()) {
      const Result<std::string_view> piece = content_.next();
      if (!piece) return piece.error();
      if (piece->empty()) break;
      left_ = *piece;
    }
    const std::string_view taken = left_.substr(0, num_bytes - buffer.size());
    if (buffer.size() + taken.size() > buffer.capacity()) {
      // Small objects take little; a part that fills up grows to its length in few steps.
      buffer.reserve(std::min<std::size_t>(num_bytes, std::max(2 * buffer.capacity(), buffer.size() + taken.size())));
    }
    buffer += taken;
    left_.remove_prefix(taken.size());
  }
  return std::string_view(buffer);
}

/// Sends parts side by side: the caller reads, threads send. There are as many buffers as threads, and no more is ever in memory.
class S3Writer::Pipeline {
 public:
  Pipeline(S3Writer& writer, Upload& upload, std::uint32_t num_threads) : writer_(writer), upload_(upload), slots_(num_threads) {
    for (Slot& slot : slots_) free_.push_back(&slot);
    threads_.reserve(num_threads);
    for (std::uint32_t i = 0; i < num_threads; ++i) threads_.emplace_back([this] { work(); });
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline() { finish(true); }

  /// Sends `first` and then all of `rest`; the checksum of everything is in `crc` afterwards.
  [[nodiscard]] Status run(std::string first, PartSource& rest, std::uint64_t base, Crc32& crc) {
    Slot* slot = take_free();
    for (std::uint32_t number = 1; slot != nullptr; ++number) {
      std::string_view part;
      if (number == 1 && !first.empty()) {
        slot->buffer = std::move(first);
        part = slot->buffer;
      } else {
        Result<std::string_view> next = rest.next(part_bytes(number, base), slot->buffer);
        if (!next) {
          finish(true);
          return std::move(next).error();
        }
        part = *next;
      }
      if (part.empty()) break;
      if (number > kMaxParts) {
        finish(true);
        return Error{ErrorCode::kLimitExceeded,
                     writer_.client_.uri(upload_.object.key) + " is longer than 5 TiB, the most that the store takes"};
      }
      crc.update(part);
      slot->number = number;
      slot->bytes = part;
      hand_over(slot);
      slot = take_free();
    }
    finish(false);
    const std::scoped_lock lock(mutex_);
    return error_.has_value() ? Status(*error_) : Status();
  }

 private:
  struct Slot {
    std::uint32_t number = 0;
    std::string buffer;
    std::string_view bytes;
  };

  /// nullptr when a part has failed.
  Slot* take_free() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return error_.has_value() || !free_.empty(); });
    if (error_.has_value()) return nullptr;
    Slot* slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void hand_over(Slot* slot) {
    const std::scoped_lock lock(mutex_);
    if (upload_.parts.size() < slot->number) upload_.parts.resize(slot->number);
    ready_.push_back(slot);
    changed_.notify_all();
  }
  /// Waits for what was handed over, or breaks it off.
  void finish(bool break_off) {
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
      if (break_off) stop_.request_stop();
      if (break_off) ready_.clear();
      changed_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  void work() {
    while (true) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ended_ || error_.has_value() || !ready_.empty(); });
      if (ready_.empty() || error_.has_value()) return;
      Slot* slot = ready_.front();
      ready_.erase(ready_.begin());
      lock.unlock();
      Result<Part> sent = writer_.send_part(upload_, slot->number, writer_.content_of(slot->bytes), stop_.get_token());
      lock.lock();
      if (sent) {
        upload_.parts[slot->number - 1] = *std::move(sent);
      } else if (!error_.has_value()) {
        error_ = std::move(sent).error();
        stop_.request_stop();  // the others need not go on
      }
      free_.push_back(slot);
      changed_.notify_all();
    }
  }

  S3Writer& writer_;
  Upload& upload_;
  std::vector<Slot> slots_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot*> free_;     // guarded by mutex_
  std::vector<Slot*> ready_;    // guarded by mutex_
  std::optional<Error> error_;  // guarded by mutex_
  bool ended_ = false;          // guarded by mutex_
  std::vector<std::thread> threads_;
};

std::vector<HttpHeader> S3Writer::headers_of(const S3Object& object, const std::string& mark) const {
  std::vector<HttpHeader> headers{{"Content-Type", std::string(object.content_type)}};
  if (options_.encryption == S3Encryption::kAes256) headers.push_back({"x-amz-server-side-encryption", "AES256"});
  if (options_.encryption == S3Encryption::kKms) {
    headers.push_back({"x-amz-server-side-encryption", "aws:kms"});
    if (!options_.kms_key.empty()) headers.push_back({"x-amz-server-side-encryption-aws-kms-key-id", options_.kms_key});
  }
  if (!mark.empty()) headers.push_back({std::string(kMarkHeader), mark});
  return headers;
}

Result<bool> S3Writer::write(const S3Object& object, std::string_view bytes) {
  if (bytes.size() <= std::max(options_.part_bytes, kMinPartBytes)) return write_single(object, content_of(bytes));
  MemoryParts parts(bytes);
  return write_parts(object, {}, parts);
}

Result<bool> S3Writer::write(const S3Object& object, ByteSource& content) {
  StreamParts parts(content);
  std::string first;
  const std::uint64_t base = part_bytes(1, options_.part_bytes);
  if (Result<std::string_view> begun = parts.next(base, first); !begun) return std::move(begun).error();
  if (first.size() < base) return write_single(object, content_of(first));
  return write_parts(object, std::move(first), parts);
}

S3Writer::Content S3Writer::content_of(std::string_view bytes) const {
  return {.bytes = bytes, .checksum = options_.checksums ? crc32_base64(bytes) : ""};
}

Result<bool> S3Writer::write_single(const S3Object& object, Content content) {
  // An answer that is lost leaves open who has made the object; the mark tells.
  const std::string mark = object.only_if_absent ? random_name() : "";
  S3Call call{
      .action = "PutObject", .method = HttpMethod::kPut, .key = object.key, .headers = headers_of(object, mark), .body = content.bytes};
  call.source = std::move(content.source);
  const std::string& checksum = content.checksum;
  if (!checksum.empty()) call.headers.push_back({"x-amz-checksum-crc32", checksum});
  if (object.only_if_absent) call.headers.push_back({"If-None-Match", "*"});
  if (object.only_if_absent) call.expected = {412};
  call.check = [&](const HttpResponse& response) { return same_checksum(response, checksum); };
  const Result<S3Answer> answer = client_.send(call);
  if (!answer) return answer.error();
  if (answer->response.status != 412) return true;
  return is_mine(object.key, mark);
}

Result<bool> S3Writer::is_mine(std::string_view key, std::string_view mark) {
  const Result<S3Answer> answer = client_.send({.action = "HeadObject", .method = HttpMethod::kHead, .key = key, .expected = {403, 404}});
  if (!answer) return answer.error();
  return answer->response.header(kMarkHeader) == mark;
}

Result<S3Writer::Upload> S3Writer::begin(const S3Object& object, bool checksums) {
  Upload upload{.object = object, .mark = random_name()};
  S3Call call{.action = "CreateMultipartUpload", .method = HttpMethod::kPost, .key = object.key, .query = {{"uploads", ""}}};
  call.headers = headers_of(object, upload.mark);
  if (checksums) {
    call.headers.push_back({"x-amz-checksum-algorithm", "CRC32"});
    call.headers.push_back({"x-amz-checksum-type", "FULL_OBJECT"});
  }
  Result<S3Answer> answer = client_.send(call);
  if (!answer) return std::move(answer).error();
  Result<std::string> id = parse_s3_text(answer->response.body, "InitiateMultipartUploadResult", "UploadId");
  if (!id) return std::move(id).error().with_context("CreateMultipartUpload " + client_.uri(object.key));
  upload.id = *std::move(id);
  return upload;
}

Result<bool> S3Writer::write_parts(const S3Object& object, std::string first, PartSource& rest) {
  Result<Upload> upload = begin(object, options_.checksums);
  if (!upload) return std::move(upload).error();
  Crc32 crc;
  Status sent;
  {
    Pipeline pipeline(*this, *upload, parts_in_flight(part_bytes(1, options_.part_bytes), options_.parallel));
    sent = pipeline.run(std::move(first), rest, options_.part_bytes, crc);
  }
  return finish(*upload, sent, crc);
}

Result<bool> S3Writer::finish(const Upload& upload, const Status& sent, const Crc32& crc) {
  if (!sent) return give_up(upload, sent.error());
  Result<bool> completed = complete(upload, options_.checksums ? crc.base64() : "");
  if (!completed) return give_up(upload, std::move(completed).error());
  return completed;
}

Result<S3Writer::Part> S3Writer::send_part(const Upload& upload, std::uint32_t number, Content content, const std::stop_token& stop) {
  Part part{.checksum = std::move(content.checksum)};
  S3Call call{.action = "UploadPart", .method = HttpMethod::kPut, .key = upload.object.key, .body = content.bytes, .stop = stop};
  call.source = std::move(content.source);
  call.query = {{"partNumber", std::to_string(number)}, {"uploadId", upload.id}};
  call.headers = {{"Content-Type", "application/octet-stream"}};
  if (!part.checksum.empty()) call.headers.push_back({"x-amz-checksum-crc32", part.checksum});
  call.check = [&](const HttpResponse& response) {
    if (!response.header("etag").has_value()) return Status(Error{ErrorCode::kCorruptData, "the answer names no ETag of the part"});
    return same_checksum(response, part.checksum);
  };
  Result<S3Answer> answer = client_.send(call);
  if (!answer) return std::move(answer).error();
  part.etag = unquoted(*answer->response.header("etag"));
  return part;
}

Result<bool> S3Writer::complete(const Upload& upload, const std::string& checksum) {
  std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (std::size_t i = 0; i < upload.parts.size(); ++i) {
    const Part& part = upload.parts[i];
    body += "<Part>";
    if (!part.checksum.empty()) body += "<ChecksumCRC32>" + xml_escaped(part.checksum) + "</ChecksumCRC32>";
    body += "<ETag>&quot;" + xml_escaped(part.etag) + "&quot;</ETag><PartNumber>" + std::to_string(i + 1) + "</PartNumber></Part>";
  }
  body += "</CompleteMultipartUpload>";
  S3Call call{
      .action = "CompleteMultipartUpload", .method = HttpMethod::kPost, .key = upload.object.key, .query = {{"uploadId", upload.id}}};
  call.headers = {{"Content-Type", "application/xml"}};
  call.body = body;
  call.expected = {404, 412};
  call.may_fail_in_200 = true;
  call.slow = true;
  if (upload.object.only_if_absent) call.headers.push_back({"If-None-Match", "*"});
  const Result<S3Answer> answer = client_.send(call);
  if (!answer) return answer.error();
  if (answer->response.status < 300) {
    const Result<std::string> back = parse_s3_text(answer->response.body, "CompleteMultipartUploadResult", "ChecksumCRC32");
    const bool comparable = back.ok() && !checksum.empty() && back->find('-') == std::string::npos;
    if (!comparable || *back == checksum) return true;
    return Error{ErrorCode::kCorruptData, "CompleteMultipartUpload " + printable(client_.uri(upload.object.key), 400) +
                                              ": the store has put the parts together to other bytes than were sent (CRC-32 " +
                                              printable(*back) + " instead of " + checksum + "); put the object again"};
  }
  // An earlier request may have completed it, whose answer was lost.
  const Result<bool> mine = is_mine(upload.object.key, upload.mark);
  if (!mine) return mine.error();
  if (*mine) return true;
  if (answer->response.status == 412) {
    (void)give_up(upload, {});
    return false;
  }
  S3Failure failure{.status = 404, .body = answer->error};
  return s3_error(failure, {.action = "CompleteMultipartUpload",
                            .uri = client_.uri(upload.object.key),
                            .bucket = client_.options().bucket,
                            .region = client_.options().region,
                            .host = client_.options().address.host});
}

Error S3Writer::give_up(const Upload& upload, Error error) {
  S3Call call{
      .action = "AbortMultipartUpload", .method = HttpMethod::kDelete, .key = upload.object.key, .query = {{"uploadId", upload.id}}};
  call.expected = {404};
  call.deadline = kAbortDeadline;
  call.ignore_stop = true;
  const Result<S3Answer> aborted = client_.send(call);
  if (!aborted) error.message += "; parts of it stay in the bucket until a lifecycle rule removes them (" + aborted.error().message + ")";
  return error;
}

Result<S3Writer::Part> S3Writer::copy_part(const Upload& upload, std::uint32_t number, const std::vector<HttpHeader>& source) {
  S3Call call{.action = "UploadPartCopy", .method = HttpMethod::kPut, .key = upload.object.key, .headers = source, .may_fail_in_200 = true};
  call.query = {{"partNumber", std::to_string(number)}, {"uploadId", upload.id}};
  call.slow = true;
  const Result<S3Answer> answer = client_.send(call);
  if (!answer) return answer.error();
  Result<std::string> etag = parse_s3_text(answer->response.body, "CopyPartResult", "ETag");
  if (!etag) return std::move(etag).error().with_context("UploadPartCopy " + client_.uri(upload.object.key));
  return Part{.etag = unquoted(*etag)};
}

Status S3Writer::copy(std::string_view from, std::string_view etag, std::uint64_t num_bytes, const S3Object& object,
                      std::uint64_t max_single) {
  std::vector<HttpHeader> source{{"Content-Type", "application/octet-stream"},
                                 {"x-amz-copy-source", "/" + client_.options().bucket + "/" + s3_encoded_path(from)}};
  if (!etag.empty()) source.push_back({"x-amz-copy-source-if-match", "\"" + std::string(etag) + "\""});
  if (num_bytes <= max_single) {
    S3Call call{.action = "CopyObject", .method = HttpMethod::kPut, .key = object.key, .headers = headers_of(object, {})};
    call.headers.insert(call.headers.end(), source.begin() + 1, source.end());
    call.may_fail_in_200 = true;
    call.slow = true;
    const Result<S3Answer> answer = client_.send(call);
    return answer ? Status() : Status(answer.error());
  }
  Result<Upload> upload = begin(object, false);
  if (!upload) return std::move(upload).error();
  const std::uint64_t step = std::min(max_single, kCopyPartBytes);
  for (std::uint64_t offset = 0; offset < num_bytes; offset += step) {
    std::vector<HttpHeader> headers = source;
    const std::uint64_t last = std::min(offset + step, num_bytes) - 1;
    headers.push_back({"x-amz-copy-source-range", "bytes=" + std::to_string(offset) + "-" + std::to_string(last)});
    Result<Part> part = copy_part(*upload, static_cast<std::uint32_t>(upload->parts.size() + 1), headers);
    if (!part) return give_up(*upload, std::move(part).error());
    upload->parts.push_back(*std::move(part));
  }
  Result<bool> completed = complete(*upload, "");
  if (!completed) return give_up(*upload, std::move(completed).error());
  return {};
}

}  // namespace vieweratlas::s3_internal
