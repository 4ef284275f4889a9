#include "s3/client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "s3/address.h"
#include "s3/error.h"
#include "s3/hash.h"
#include "s3/retry.h"
#include "s3/xml.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::s3_internal {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kErrorBytes = 64U * 1024U;           // of an error's body; the rest is not read
constexpr std::size_t kAnswerBytes = 16U * 1024U * 1024U;  // a page of 1,000 keys of 1,024 encoded bytes has 4 MiB
constexpr std::size_t kLargePayload = 1024U * 1024U;       // smaller ones are always signed
constexpr milliseconds kSlowAnswer{300'000};               // completing 10,000 parts or copying 5 GiB takes minutes
constexpr milliseconds kLongestStall{20'000};
constexpr milliseconds kShortestStall{1'000};
constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";

bool is_success(int status) { return status >= 200 && status < 300; }

/// A stop that follows two tokens.
class EitherStop {
 public:
  EitherStop(const std::stop_token& a, const std::stop_token& b) : a_(a, Forward{&source_}), b_(b, Forward{&source_}) {}
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  struct Forward {
    std::stop_source* source;
    void operator()() const { source->request_stop(); }
  };
  std::stop_source source_;
  std::stop_callback<Forward> a_;
  std::stop_callback<Forward> b_;
};

}  // namespace

/// One request and what came of it.
struct S3Client::Attempt {
  HttpRequest request;
  HttpFacts facts;
  std::optional<Error> error;  // no answer, or no signature
  std::optional<Error> sink_error;
  bool signed_well = true;
  bool error_cut = false;       // of a failure more was said than anybody reads
  HttpResponse response;        // with the body of a failure, or of what no sink takes
  std::uint64_t delivered = 0;  // to the call's sink
};

struct S3Client::Verdict {
  bool good = false;
  std::optional<S3RetryReason> retry;
  S3ErrorBody body;
  Error error;  // when it is not good
};

S3Client::S3Client(S3ClientOptions options, HttpClient& http, RequestSigner& signer, const Clock& clock, S3Sleep sleep)
    : options_(std::move(options)), http_(http), signer_(signer), clock_(clock), sleep_(std::move(sleep)) {}

Result<S3Answer> S3Client::send(const S3Call& call) {
  const EitherStop either(call.ignore_stop ? std::stop_token() : options_.stop, call.stop);
  const std::stop_token stop = either.token();
  S3BackoffOptions backoff_options = options_.backoff;
  backoff_options.deadline = call.deadline.value_or(backoff_options.deadline);
  S3Backoff backoff(backoff_options, Random(mix64(options_.seed ^ num_calls_++)));
  const SteadyTime begin = clock_.steady();
  bool doubtful = false;
  for (int number = 1;; ++number) {
    Attempt made = attempt(call, clock_.steady() - begin, stop);
    Verdict verdict = judge(call, made);
    if (verdict.good) return S3Answer{.response = std::move(made.response), .error = std::move(verdict.body), .doubtful = doubtful};
    if (!verdict.retry.has_value() || made.delivered > 0) return std::move(verdict.error);
    const S3RetryReason reason = *verdict.retry;
    doubtful = doubtful || reason == S3RetryReason::kLost || reason == S3RetryReason::kServer;
    const milliseconds elapsed = clock_.steady() - begin;
    const std::optional<milliseconds> pause = backoff.pause(reason, elapsed, reached_, retry_after(made.response));
    if (!pause.has_value()) {
      if (number > 1) verdict.error.message += "; tried " + std::to_string(number) + " times";
      return std::move(verdict.error);
    }
    if (reason == S3RetryReason::kClock) correct_clock(made.response);
    if (reason == S3RetryReason::kCredentials) signer_.distrust(made.request);
    count_retry(reason);
    if (!sleep_(*pause, stop)) {
      return Error{ErrorCode::kCancelled, std::string(call.action) + " " + uri(call) + ": given up because the program was asked to stop"};
    }
  }
}

bool S3Client::signs_payload(std::uint64_t num_bytes) const {
  const bool encrypted = !options_.address.allow_unencrypted;
  return !encrypted || options_.sign_large_payloads || num_bytes < kLargePayload;
}

std::string S3Client::payload_digest(const S3Call& call) const {
  if (call.source.has_value()) return call.source->sha256.empty() ? std::string(kUnsigned) : call.source->sha256;
  if (call.body.empty()) return std::string(kEmptySha256);
  return signs_payload(call.body.size()) ? sha256_hex(call.body) : std::string(kUnsigned);
}

HttpRequest S3Client::request_of(const S3Call& call, milliseconds elapsed) const {
  HttpRequest request{.method = call.method, .url = s3_url(options_.address, call.key, call.query), .headers = call.headers};
  request.borrowed_body = call.body;
  if (call.source.has_value()) {
    request.source = call.source->read;
    request.source_bytes = call.source->num_bytes;
  }
  request.accept_compressed = false;
  request.allow_unencrypted = options_.address.allow_unencrypted;
  const milliseconds deadline = call.deadline.value_or(options_.backoff.deadline);
  const bool large = call.sink != nullptr || call.body.size() >= kLargePayload || call.source.has_value();
  request.timeout = large ? milliseconds(0) : std::max(deadline - elapsed, kShortestStall);
  request.stall_timeout = std::min(std::max(deadline / 3, std::min(kShortestStall, deadline)), kLongestStall);
  if (call.slow) {
    request.timeout = std::max(deadline, kSlowAnswer);
    request.stall_timeout = milliseconds(0);
  }
  return request;
}

S3Client::Attempt S3Client::attempt(const S3Call& call, milliseconds elapsed, const std::stop_token& stop) {
  Attempt made{.request = request_of(call, elapsed)};
  const UtcMillis time = clock_.utc() + milliseconds(clock_offset_ms_.load());
  if (Status signature = signer_.sign(made.request, payload_digest(call), time, stop); !signature) {
    made.signed_well = false;
    made.error = std::move(signature).error();
    return made;
  }
  std::string gathered;
  HttpResponse head;
  made.request.facts = &made.facts;
  made.request.sink = [&](const HttpResponse& so_far, std::string_view piece) -> Status {
    const bool success = is_success(so_far.status);
    if (success && call.sink) {
      made.delivered += piece.size();
      Status taken = call.sink(so_far, piece);
      if (!taken) made.sink_error = taken.error();
      return taken;
    }
    const std::size_t limit = success ? kAnswerBytes : kErrorBytes;
    gathered.append(piece.substr(0, limit - std::min(limit, gathered.size())));
    if (gathered.size() < limit) return {};
    head = so_far;
    made.error_cut = !success;
    return Error{ErrorCode::kCorruptData, "the answer is longer than any that S3 gives"};
  };
  ++counters_.requests;
  Result<HttpResponse> response = http_.send(made.request, stop);
  counters_.sent_bytes += made.facts.sent_bytes;
  counters_.received_bytes += made.facts.received_bytes;
  if (response) {
    made.response = *std::move(response);
  } else if (made.error_cut) {
    made.response = std::move(head);  // the status and the beginning say enough
  } else {
    made.error = std::move(response).error();
  }
  made.response.body = std::move(gathered);
  made.request.sink = nullptr;  // it points into this function
  made.request.facts = nullptr;
  if (!made.error.has_value()) reached_ = true;
  return made;
}

S3Client::Verdict S3Client::judge(const S3Call& call, Attempt& attempt) const {
  if (attempt.sink_error.has_value()) return {.error = *std::move(attempt.sink_error)};
  if (!attempt.signed_well) return {.error = *std::move(attempt.error)};
  if (attempt.error.has_value()) {
    return {.retry = retry_reason(*attempt.error, attempt.facts), .error = with_place(call, *attempt.error)};
  }
  const HttpResponse& response = attempt.response;
  const bool success = is_success(response.status);
  const bool hides_error = success && call.may_fail_in_200 && parse_s3_error(response.body).has_value();
  if (success && !hides_error) {
    if (!call.check) return {.good = true};
    Status checked = call.check(response);
    if (checked.ok()) return {.good = true};
    const bool damaged = checked.error().code == ErrorCode::kCorruptData;
    return {.retry = damaged ? std::optional(S3RetryReason::kDamaged) : std::nullopt, .error = with_place(call, checked.error())};
  }
  S3Failure failure = s3_failure(response, response.body);
  if (hides_error) failure.status = 500;
  const std::optional<S3RetryReason> reason = retry_reason(failure);
  const bool expected = std::find(call.expected.begin(), call.expected.end(), failure.status) != call.expected.end();
  if (expected && !reason.has_value()) return {.good = true, .body = std::move(failure.body)};
  return {.retry = reason, .error = s3_error(failure, place(call))};
}

void S3Client::correct_clock(const HttpResponse& response) {
  const std::optional<std::string_view> date = response.header("date");
  const std::optional<std::int64_t> seconds = date.has_value() ? parse_http_date(*date) : std::nullopt;
  if (!seconds.has_value()) return;
  const UtcMillis theirs{milliseconds(*seconds * 1000)};
  clock_offset_ms_ = (theirs - clock_.utc()).count();
}

S3Place S3Client::place(const S3Call& call) const {
  return {.action = call.action, .uri = uri(call), .bucket = options_.bucket, .region = options_.region, .host = options_.address.host};
}

Error S3Client::with_place(const S3Call& call, const Error& error) const {
  return {error.code, std::string(call.action) + " " + printable(uri(call), 400) + ": " + error.message};
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::vector<std::string_view> words = split(trim(text), ' ');
  if (words.size() != 6 || words[4].size() != 8 || words[4][2] != ':' || words[4][5] != ':') return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<int> {
    int value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return problem == std::errc() && end == digits.data() + digits.size() && value >= 0 ? std::optional(value) : std::nullopt;
  };
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), words[2]);
  const auto day = number(words[1]);
  const auto year = number(words[3]);
  const auto hour = number(words[4].substr(0, 2));
  const auto minute = number(words[4].substr(3, 2));
  const auto second = number(words[4].substr(6, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second || *year < 1970 || *year > 9999) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(days).count() + *hour * 3600 + *minute * 60 + *second;
}

}  // namespace vieweratlas::s3_internal
