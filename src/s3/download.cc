#include "s3/download.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "s3/client.h"
#include "s3/hash.h"
#include "s3/retry.h"
#include "s3/xml.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::s3_internal {
namespace {

constexpr std::uint64_t kBytesInFlight = 64ULL << 20U;
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

/// "bytes 5-9/10": where the answer begins, and the length of the whole.
struct ContentRange {
  std::uint64_t begin = 0;
  std::uint64_t total = 0;
};

std::optional<ContentRange> content_range(const HttpResponse& response) {
  const std::optional<std::string_view> header = response.header("content-range");
  if (!header.has_value() || !header->starts_with("bytes ")) return std::nullopt;
  const std::size_t dash = header->find('-');
  const std::size_t slash = header->find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return std::nullopt;
  const auto begin = to_number(header->substr(6, dash - 6));
  const auto total = to_number(header->substr(slash + 1));
  if (!begin || !total) return std::nullopt;
  return ContentRange{*begin, *total};
}

bool looks_like_md5(std::string_view etag) {
  return etag.size() == 32 && etag.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string range_header(std::uint64_t begin, std::uint64_t end) {
  return "bytes=" + std::to_string(begin) + "-" + std::to_string(end - 1);
}

Error changed(const S3Client& client, std::string_view key) {
  return {ErrorCode::kUnavailable,
          "GetObject " + printable(client.uri(key), 400) + ": the object was replaced while it was read; read it again"};
}

Error damaged(const S3Client& client, std::string_view key, std::string_view why) {
  return {ErrorCode::kCorruptData, "GetObject " + printable(client.uri(key), 400) + ": what arrived is not what is stored (" +
                                       std::string(why) + "); read it again, and check proxies and memory"};
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

Result<S3Facts> s3_facts(const HttpResponse& response) {
  S3Facts facts;
  const std::optional<ContentRange> range = content_range(response);
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
  /// `end`: give up with `kept` facts when the object is longer than that (0 = never).
  Transfer(S3Client& client, std::string_view key, const ObjectStore::Sink& sink, bool checksums)
      : client_(client), key_(key), sink_(sink), checksums_(checksums) {}

  /// Ends the transfer at the head of an object that is longer; run() then returns nullopt, and facts() what it is.
  void stop_when_longer_than(std::uint64_t num_bytes) { longest_ = num_bytes; }
  [[nodiscard]] const S3Facts& facts() const { return *facts_; }

  [[nodiscard]] Result<std::optional<S3Facts>> run() {
    int poor_resumes = 0;
    while (true) {
      const std::uint64_t before = checker_.seen();
      Result<S3Answer> answer = request();
      if (too_long_) return std::optional<S3Facts>();
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
        return changed(client_, key_);
      }
      const std::optional<ContentRange> range = content_range(head);
      const std::uint64_t begin = head.status == 206 && range.has_value() ? range->begin : 0;
      if (begin > checker_.seen()) {
        sink_failed_ = true;
        return damaged(client_, key_, "another range than was asked for");
      }
      skip_ = checker_.seen() - begin;  // a server that does not know ranges begins at the front
      return {};
    }
    facts_ = *std::move(facts);
    checker_.expect(*facts_);
    if (longest_ > 0 && facts_->num_bytes > longest_) {
      too_long_ = true;
      return Error{ErrorCode::kCancelled, "longer than asked for"};
    }
    return {};
  }

  Status take(std::string_view piece) {
    const std::uint64_t skipped = std::min<std::uint64_t>(skip_, piece.size());
    skip_ -= skipped;
    piece.remove_prefix(skipped);
    if (piece.empty()) return {};
    checker_.update(piece);
    Status taken = sink_(piece);
    sink_failed_ = !taken.ok();
    return taken;
  }

  Result<std::optional<S3Facts>> finish(const S3Answer& answer) {
    if (answer.response.status == 412 || answer.response.status == 416) return changed(client_, key_);
    const std::string problem = checker_.problem();
    if (!problem.empty()) return damaged(client_, key_, problem);
    return facts_;
  }

  S3Client& client_;
  std::string_view key_;
  const ObjectStore::Sink& sink_;
  bool checksums_;
  std::uint64_t longest_ = 0;
  bool too_long_ = false;
  bool sink_failed_ = false;
  std::uint64_t skip_ = 0;
  std::optional<S3Facts> facts_;
  Checker checker_;
};

/// Ranges of one object, fetched side by side and handed on in order.
class S3Reader::Ranges {
 public:
  Ranges(S3Client& client, std::string_view key, const S3Facts& facts, const S3ReadOptions& options)
      : client_(client), key_(key), facts_(facts), range_bytes_(options.range_bytes) {
    num_ranges_ = (facts.num_bytes + range_bytes_ - 1) / range_bytes_;
    const std::uint64_t fitting = std::max<std::uint64_t>(1, kBytesInFlight / range_bytes_ / 2);
    const std::uint64_t num_threads = std::min<std::uint64_t>({num_ranges_, fitting, std::max(options.parallel, 1U)});
    window_ = num_threads + 1;
    for (std::uint64_t i = 0; i < num_threads; ++i) threads_.emplace_back([this] { work(); });
  }
  Ranges(const Ranges&) = delete;
  Ranges& operator=(const Ranges&) = delete;
  ~Ranges() {
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
      stop_.request_stop();
      changed_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
  }

  [[nodiscard]] Result<S3Facts> run(const ObjectStore::Sink& sink) {
    Checker checker;
    checker.expect(facts_);
    for (std::uint64_t number = 0; number < num_ranges_; ++number) {
      Result<std::string> bytes = take(number);
      if (!bytes) return std::move(bytes).error();
      checker.update(*bytes);
      if (Status taken = sink(*bytes); !taken) return std::move(taken).error();
      const std::scoped_lock lock(mutex_);
      handed_on_ = number + 1;
      spare_.push_back(*std::move(bytes));
      changed_.notify_all();
    }
    const std::string problem = checker.problem();
    if (!problem.empty()) return damaged(client_, key_, problem);
    return facts_;
  }

 private:
  struct Range {
    std::uint64_t number = 0;
    std::string bytes;
  };

  Result<std::string> take(std::uint64_t number) {
    std::unique_lock lock(mutex_);
    auto found = done_.end();
    changed_.wait(lock, [&] {
      found = std::find_if(done_.begin(), done_.end(), [number](const Range& range) { return range.number == number; });
      return error_.has_value() || found != done_.end();
    });
    if (error_.has_value()) return *error_;
    std::string bytes = std::move(found->bytes);
    done_.erase(found);
    return bytes;
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ended_ || error_.has_value() || next_ == num_ranges_ || next_ < handed_on_ + window_; });
      if (ended_ || error_.has_value() || next_ == num_ranges_) return;
      Range range{.number = next_++};
      if (!spare_.empty()) {
        range.bytes = std::move(spare_.back());
        spare_.pop_back();
      }
      lock.unlock();
      Status fetched = fetch(range);
      lock.lock();
      if (!fetched && !error_.has_value()) {
        error_ = std::move(fetched).error();
        stop_.request_stop();
      }
      if (!error_.has_value()) done_.push_back(std::move(range));
      changed_.notify_all();
    }
  }

  /// With what a broken connection has brought kept.
  Status fetch(Range& range) {
    const std::uint64_t begin = range.number * range_bytes_;
    const std::uint64_t size = std::min(range_bytes_, facts_.num_bytes - begin);
    range.bytes.clear();
    range.bytes.reserve(size);
    for (int poor_resumes = 0;;) {
      const std::size_t before = range.bytes.size();
      Status fetched = fetch_rest(range, begin, size);
      if (fetched.ok() || fetched.error().code != ErrorCode::kUnavailable || range.bytes.size() == before) return fetched;
      poor_resumes = range.bytes.size() - before < kGoodProgress ? poor_resumes + 1 : 0;
      if (poor_resumes > kMaxPoorResumes) return fetched;
      client_.count_retry(S3RetryReason::kLost);
      if (!client_.wait(kResumePause * (poor_resumes + 1))) return fetched;
    }
  }

  Status fetch_rest(Range& range, std::uint64_t begin, std::uint64_t size) {
    S3Call call{.action = "GetObject", .key = key_, .expected = {412, 416}, .stop = stop_.get_token()};
    const std::uint64_t from = begin + range.bytes.size();
    call.headers.push_back({"Range", range_header(from, begin + size)});
    if (!facts_.etag.empty()) call.headers.push_back({"If-Match", "\"" + facts_.etag + "\""});
    call.sink = [&](const HttpResponse& head, std::string_view piece) -> Status {
      const std::optional<ContentRange> told = content_range(head);
      const bool fits = head.status == 206 && told.has_value() && told->begin == from && range.bytes.size() + piece.size() <= size;
      if (!fits) return damaged(client_, key_, "another range than was asked for");
      if (range.bytes.size() == from - begin && told->total != facts_.num_bytes) return changed(client_, key_);
      range.bytes += piece;
      return {};
    };
    const Result<S3Answer> answer = client_.send(call);
    if (!answer) return answer.error();
    if (answer->response.status >= 300) return changed(client_, key_);
    if (range.bytes.size() != size) return damaged(client_, key_, "a range that is too short");
    return {};
  }

  S3Client& client_;
  std::string_view key_;
  const S3Facts& facts_;
  std::uint64_t range_bytes_;
  std::uint64_t num_ranges_ = 0;
  std::uint64_t window_ = 0;  // ranges that may be fetched or wait
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_ = 0;          // guarded by mutex_
  std::uint64_t handed_on_ = 0;     // guarded by mutex_
  std::vector<Range> done_;         // guarded by mutex_
  std::vector<std::string> spare_;  // guarded by mutex_; buffers to use again
  std::optional<Error> error_;      // guarded by mutex_
  bool ended_ = false;              // guarded by mutex_
  std::vector<std::thread> threads_;
};

Result<S3Facts> S3Reader::stream(std::string_view key, const ObjectStore::Sink& sink) {
  Transfer transfer(client_, key, sink, options_.checksums);
  Result<std::optional<S3Facts>> done = transfer.run();
  if (!done) return std::move(done).error();
  return **std::move(done);
}

Result<S3Facts> S3Reader::stream_parallel(std::string_view key, const ObjectStore::Sink& sink) {
  Transfer transfer(client_, key, sink, options_.checksums);
  transfer.stop_when_longer_than(std::max(options_.parallel_from, options_.range_bytes));
  Result<std::optional<S3Facts>> done = transfer.run();
  if (!done) return std::move(done).error();
  if (done->has_value()) return **std::move(done);
  return Ranges(client_, key, transfer.facts(), options_).run(sink);
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
  S3Call call{.action = "GetObject", .key = key, .headers = {{"Range", range_header(range.offset, end)}}, .expected = {416}};
  std::string bytes;
  std::uint64_t wanted = 0;
  for (int restarts = 0;; ++restarts) {
    bytes.clear();
    call.sink = [&](const HttpResponse& head, std::string_view piece) -> Status {
      const Result<S3Facts> facts = s3_facts(head);
      if (!facts) return facts.error();
      const std::optional<ContentRange> told = content_range(head);
      if (head.status != 206 || !told.has_value() || told->begin != range.offset) {
        return damaged(client_, key, "another range than was asked for");
      }
      wanted = std::min(end, facts->num_bytes) - range.offset;
      bytes += piece;
      return {};
    };
    const Result<S3Answer> answer = client_.send(call);
    if (answer && answer->response.status == 416) {
      if (range.offset > 0) return behind_end();
      return get(key);  // an empty object has no range at all
    }
    if (answer && bytes.size() == wanted) return bytes;
    if (answer) return damaged(client_, key, "a range of another length");
    if (bytes.empty() || answer.error().code != ErrorCode::kUnavailable || restarts == kMaxRestarts) return answer.error();
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
