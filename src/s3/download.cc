#include "s3/download.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "s3/client.h"
#include "s3/file_download.h"
#include "s3/hash.h"
#include "s3/retry.h"
#include "s3/xml.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/storage/file_sink.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::s3_internal {
namespace {

constexpr std::uint64_t kGoodProgress = 64ULL << 10U;  // a connection that brought less has not got us on
constexpr int kMaxPoorResumes = 10;                    // in a row
constexpr int kMaxRestarts = 3;                        // of a get() whose object changes or arrives damaged
constexpr std::chrono::milliseconds kResumePause{50};  // the client adds its own when the server does not answer

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t number = 0;
  text = trim(text);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool looks_like_md5(std::string_view etag) {
  return etag.size() == 32 && etag.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Compares what passes with what the object should be.
class Checker {
 public:
  void expect(const S3Facts& facts) {
    facts_ = facts;
    if (facts.crc32.empty() && facts.etag_is_md5) md5_ = std::make_unique<Md5>();
  }
  void update(std::string_view bytes) {
    seen_ += bytes.size();
    if (!facts_.crc32.empty()) crc_.update(bytes);
    if (md5_ != nullptr) md5_->update(bytes);
  }
  [[nodiscard]] std::uint64_t seen() const { return seen_; }
  /// Empty, or what is wrong.
  [[nodiscard]] std::string problem() {
    if (seen_ != facts_.num_bytes) return std::to_string(seen_) + " bytes instead of " + std::to_string(facts_.num_bytes);
    if (!facts_.crc32.empty() && crc_.base64() != facts_.crc32) return "its CRC-32 is " + crc_.base64() + " instead of " + facts_.crc32;
    if (md5_ != nullptr && md5_->finish() != facts_.etag) return "its MD5 is not its ETag " + facts_.etag;
    return {};
  }

 private:
  S3Facts facts_;
  Crc32 crc_;
  std::unique_ptr<Md5> md5_;
  std::uint64_t seen_ = 0;
};

}  // namespace

std::optional<S3ContentRange> s3_content_range(const HttpResponse& response) {
  const std::optional<std::string_view> header = response.header("content-range");
  if (!header.has_value() || !header->starts_with("bytes ")) return std::nullopt;
  const std::size_t dash = header->find('-');
  const std::size_t slash = header->find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return std::nullopt;
  const auto begin = to_number(header->substr(6, dash - 6));
  const auto total = to_number(header->substr(slash + 1));
  if (!begin || !total) return std::nullopt;
  return S3ContentRange{*begin, *total};
}

std::string s3_range_header(std::uint64_t begin, std::uint64_t end) {
  return "bytes=" + std::to_string(begin) + "-" + std::to_string(end - 1);
}

Error s3_changed(const S3Client& client, std::string_view key) {
  return {ErrorCode::kUnavailable,
          "GetObject " + printable(client.uri(key), 400) + ": the object was replaced while it was read; read it again"};
}

Error s3_damaged(const S3Client& client, std::string_view key, std::string_view why) {
  return {ErrorCode::kCorruptData, "GetObject " + printable(client.uri(key), 400) + ": what arrived is not what is stored (" +
                                       std::string(why) + "); read it again, and check proxies and memory"};
}

Result<S3Facts> s3_facts(const HttpResponse& response) {
  S3Facts facts;
  const std::optional<S3ContentRange> range = s3_content_range(response);
  const std::optional<std::string_view> length = response.header("content-length");
  const std::optional<std::uint64_t> number = length.has_value() ? to_number(*length) : std::nullopt;
  if (response.status == 206 ? !range.has_value() : !number.has_value()) {
    return Error{ErrorCode::kCorruptData, "the answer does not say how long the object is"};
  }
  facts.num_bytes = response.status == 206 ? range->total : *number;
  if (const auto etag = response.header("etag")) facts.etag = unquoted(*etag);
  if (const auto date = response.header("last-modified")) facts.modified_s = parse_http_date(*date).value_or(0);
  if (const auto crc = response.header("x-amz-checksum-crc32"); crc.has_value() && response.status != 206) {
    // Of an object in parts it may be a checksum of the parts' checksums, which not every server marks as such.
    const std::string_view type = response.header("x-amz-checksum-type").value_or("");
    const bool in_parts = facts.etag.find('-') != std::string::npos || crc->find('-') != std::string_view::npos;
    const bool whole = type.empty() ? !in_parts : type == "FULL_OBJECT";
    if (whole) facts.crc32 = std::string(*crc);
  }
  const std::string_view encryption = response.header("x-amz-server-side-encryption").value_or("");
  const bool own_key = response.header("x-amz-server-side-encryption-customer-algorithm").has_value();
  facts.etag_is_md5 = looks_like_md5(facts.etag) && !encryption.starts_with("aws:kms") && !own_key;
  return facts;
}

/// One object on its way over one connection at a time.
class S3Reader::Transfer {
 public:
  Transfer(S3Client& client, std::string_view key, const ObjectStore::Sink& sink, bool checksums)
      : client_(client), key_(key), sink_(sink), checksums_(checksums) {}

  /// Takes the pieces of a long object, and by an error ends the request.
  using LongSink = std::function<Status(const S3Facts& facts, std::string_view piece)>;
  /// Gives the pieces of an object that is longer to `sink`, without a look at them; run() then returns nullopt, whatever became of
  /// the request, and facts() what the object is.
  void when_longer_than(std::uint64_t num_bytes, LongSink sink) {
    longest_ = num_bytes;
    long_sink_ = std::move(sink);
  }
  [[nodiscard]] const S3Facts& facts() const { return *facts_; }

  [[nodiscard]] Result<std::optional<S3Facts>> run() {
    int poor_resumes = 0;
    while (true) {
      const std::uint64_t before = checker_.seen();
      Result<S3Answer> answer = request();
      if (is_long_) return std::optional<S3Facts>();
      if (answer) return finish(*answer);
      const Error& error = answer.error();
      if (sink_failed_ || error.code != ErrorCode::kUnavailable || checker_.seen() == before) return error;
      poor_resumes = checker_.seen() - before < kGoodProgress ? poor_resumes + 1 : 0;
      if (poor_resumes > kMaxPoorResumes) return error;
      client_.count_retry(S3RetryReason::kLost);
      if (!client_.wait(kResumePause * (poor_resumes + 1))) return Error{ErrorCode::kCancelled, error.message};
    }
  }

 private:
  Result<S3Answer> request() {
    S3Call call{.action = "GetObject", .key = key_, .expected = {412, 416}};
    if (checksums_) call.headers.push_back({"x-amz-checksum-mode", "ENABLED"});
    skip_ = 0;
    const bool resumed = checker_.seen() > 0;
    if (resumed) {
      call.headers.push_back({"Range", "bytes=" + std::to_string(checker_.seen()) + "-"});
      if (!facts_->etag.empty()) call.headers.push_back({"If-Match", "\"" + facts_->etag + "\""});
    }
    bool begun = false;
    call.sink = [&](const HttpResponse& head, std::string_view piece) -> Status {
      if (!begun) {
        begun = true;
        if (Status started = start(head); !started) return started;
      }
      return take(piece);
    };
    Result<S3Answer> answer = client_.send(call);
    if (answer && answer->response.status < 300 && !begun) {  // an empty body
      if (Status started = start(answer->response); !started) return std::move(started).error();
    }
    return answer;
  }

  Status start(const HttpResponse& head) {
    Result<S3Facts> facts = s3_facts(head);
    if (!facts) {
      sink_failed_ = true;
      return std::move(facts).error().with_context("GetObject " + client_.uri(key_));
    }
    if (facts_.has_value()) {
      if (facts->etag != facts_->etag || facts->num_bytes != facts_->num_bytes) {
        sink_failed_ = true;
        return s3_changed(client_, key_);
      }
      const std::optional<S3ContentRange> range = s3_content_range(head);
      const std::uint64_t begin = head.status == 206 && range.has_value() ? range->begin : 0;
      if (begin > checker_.seen()) {
        sink_failed_ = true;
        return s3_damaged(client_, key_, "another range than was asked for");
      }
      skip_ = checker_.seen() - begin;  // a server that does not know ranges begins at the front
      return {};
    }
    facts_ = *std::move(facts);
    checker_.expect(*facts_);
    is_long_ = long_sink_ && facts_->num_bytes > longest_;
    return {};
  }

  Status take(std::string_view piece) {
    if (is_long_) return long_sink_(*facts_, piece);
    const std::uint64_t skipped = std::min<std::uint64_t>(skip_, piece.size());
    skip_ -= skipped;
    piece.remove_prefix(skipped);
    if (piece.empty()) return {};
    if (piece.size() > facts_->num_bytes - std::min(checker_.seen(), facts_->num_bytes)) {  // it might never end
      sink_failed_ = true;
      return s3_damaged(client_, key_, "more bytes than it said");
    }
    checker_.update(piece);
    Status taken = sink_(piece);
    sink_failed_ = !taken.ok();
    return taken;
  }

  Result<std::optional<S3Facts>> finish(const S3Answer& answer) {
    if (answer.response.status == 412 || answer.response.status == 416) return s3_changed(client_, key_);
    const std::string problem = checker_.problem();
    if (!problem.empty()) return s3_damaged(client_, key_, problem);
    return facts_;
  }

  S3Client& client_;
  std::string_view key_;
  const ObjectStore::Sink& sink_;
  bool checksums_;
  std::uint64_t longest_ = 0;
  LongSink long_sink_;
  bool is_long_ = false;
  bool sink_failed_ = false;
  std::uint64_t skip_ = 0;
  std::optional<S3Facts> facts_;
  Checker checker_;
};

Result<S3Facts> S3Reader::stream(std::string_view key, const ObjectStore::Sink& sink) {
  Transfer transfer(client_, key, sink, options_.checksums);
  Result<std::optional<S3Facts>> done = transfer.run();
  if (!done) return std::move(done).error();
  return **std::move(done);
}

Result<S3Facts> S3Reader::fetch(std::string_view key, FileSink& file) {
  const ObjectStore::Sink append = [&](std::string_view piece) { return file.append(piece); };
  if (!file.takes_any_order()) return stream(key, append);
  std::optional<S3FileFetch> fetch;
  Transfer transfer(client_, key, append, options_.checksums);
  transfer.when_longer_than(std::max(options_.parallel_from, options_.range_bytes), [&](const S3Facts& facts, std::string_view piece) {
    if (!fetch.has_value()) fetch.emplace(client_, key, facts, options_, file);
    return fetch->take(piece);
  });
  Result<std::optional<S3Facts>> done = transfer.run();
  if (!done) return std::move(done).error();
  if (done->has_value()) return **std::move(done);
  if (Status fetched = fetch->finish(); !fetched) return std::move(fetched).error();
  return transfer.facts();
}

Result<std::string> S3Reader::get(std::string_view key) {
  for (int restarts = 0;; ++restarts) {
    std::string bytes;
    const Result<S3Facts> read = stream(key, [&](std::string_view piece) {
      bytes += piece;
      return Status();
    });
    if (read) return bytes;
    // Nobody has seen the bytes yet, so what has changed or is damaged is read again from the front.
    const bool again = !bytes.empty() && (read.error().code == ErrorCode::kCorruptData || read.error().code == ErrorCode::kUnavailable);
    if (!again || restarts == kMaxRestarts) return read.error();
    client_.count_retry(S3RetryReason::kDamaged);
    if (!client_.wait(kResumePause)) return Error{ErrorCode::kCancelled, read.error().message};
  }
}

namespace {

/// Gathers the bytes of one range, and no more than that.
class RangeBytes {
 public:
  /// Of the bytes from `begin` up to, but not with, `end`, or the object's end.
  RangeBytes(const S3Client& client, std::string_view key, std::uint64_t begin, std::uint64_t end)
      : client_(client), key_(key), begin_(begin), end_(end) {}

  Status take(const HttpResponse& head, std::string_view piece) {
    const Result<S3Facts> facts = s3_facts(head);
    if (!facts) return facts.error();
    const std::optional<S3ContentRange> told = s3_content_range(head);
    if (head.status != 206 || !told.has_value() || told->begin != begin_ || facts->num_bytes <= begin_) {
      return s3_damaged(client_, key_, "another range than was asked for");
    }
    wanted_ = std::min(end_, facts->num_bytes) - begin_;
    if (bytes_.size() + piece.size() > wanted_) return s3_damaged(client_, key_, "more bytes than were asked for");
    bytes_ += piece;
    return {};
  }
  [[nodiscard]] bool none() const { return bytes_.empty(); }
  [[nodiscard]] bool whole() const { return bytes_.size() == wanted_; }
  [[nodiscard]] std::string bytes() && { return std::move(bytes_); }

 private:
  const S3Client& client_;
  std::string_view key_;
  std::uint64_t begin_;
  std::uint64_t end_;
  std::uint64_t wanted_ = 0;
  std::string bytes_;
};

}  // namespace

Result<std::string> S3Reader::get_range(std::string_view key, ByteRange range) {
  const auto behind_end = [&] {
    return Error{ErrorCode::kInvalidArgument, "GetObject " + printable(client_.uri(key), 400) + ": the range begins behind its end"};
  };
  if (range.num_bytes == 0) {
    const Result<std::optional<S3Facts>> found = find(key);
    if (!found) return found.error();
    if (!found->has_value())
      return Error{ErrorCode::kNotFound, "GetObject " + printable(client_.uri(key), 400) + ": there is no such object"};
    const bool behind = range.offset > 0 && range.offset >= (*found)->num_bytes;
    return behind ? Result<std::string>(behind_end()) : Result<std::string>(std::string());
  }
  const std::uint64_t end = range.offset + std::min(range.num_bytes, ~std::uint64_t{0} / 2 - std::min(range.offset, ~std::uint64_t{0} / 2));
  if (end <= range.offset) return behind_end();
  S3Call call{.action = "GetObject", .key = key, .headers = {{"Range", s3_range_header(range.offset, end)}}, .expected = {416}};
  for (int restarts = 0;; ++restarts) {
    RangeBytes got(client_, key, range.offset, end);
    call.sink = [&](const HttpResponse& head, std::string_view piece) { return got.take(head, piece); };
    const Result<S3Answer> answer = client_.send(call);
    if (answer && answer->response.status == 416) {
      if (range.offset > 0) return behind_end();
      return get(key);  // an empty object has no range at all
    }
    if (answer && got.whole()) return std::move(got).bytes();
    if (answer) return s3_damaged(client_, key, "a range of another length");
    if (got.none() || answer.error().code != ErrorCode::kUnavailable || restarts == kMaxRestarts) return answer.error();
    client_.count_retry(S3RetryReason::kLost);
    if (!client_.wait(kResumePause)) return Error{ErrorCode::kCancelled, answer.error().message};
  }
}

Result<std::optional<S3Facts>> S3Reader::find(std::string_view key) {
  const S3Call call{.action = "HeadObject", .method = HttpMethod::kHead, .key = key, .expected = {400, 403, 404}};
  const Result<S3Answer> answer = client_.send(call);
  if (!answer) return answer.error();
  const int status = answer->response.status;
  if (status == 404) return std::optional<S3Facts>();
  if (status == 400 || status == 403) {
    // An answer to HEAD has no body, and so no reason: GET has.
    Result<S3Facts> read = find_by_reading(key);
    if (!read && read.error().code == ErrorCode::kNotFound) return std::optional<S3Facts>();
    if (!read) return std::move(read).error();
    return std::optional(*std::move(read));
  }
  Result<S3Facts> facts = s3_facts(answer->response);
  if (!facts) return std::move(facts).error().with_context("HeadObject " + client_.uri(key));
  return std::optional(*std::move(facts));
}

Result<S3Facts> S3Reader::find_by_reading(std::string_view key) {
  const S3Call call{.action = "GetObject", .key = key, .headers = {{"Range", "bytes=0-0"}}, .expected = {416}};
  const Result<S3Answer> answer = client_.send(call);
  if (!answer) return answer.error();
  if (answer->response.status != 416) return s3_facts(answer->response);
  return stream(key, [](std::string_view) { return Status(); });  // empty
}

}  // namespace vieweratlas::s3_internal
