#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigtimedwait is POSIX
#include <time.h>    // NOLINT(modernize-deprecated-headers): timespec for it
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_target.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kMaxHeaderBytes = 256 * 1024;
constexpr int kPollMs = 100;
constexpr std::size_t kMaxIdleHandles = 16;          // transfers that a store makes side by side
constexpr std::size_t kLargeBodyBytes = 128 * 1024;  // from here on larger buffers save system calls
constexpr long kLargeBufferBytes = 512 * 1024;       // the most that libcurl 7.88 takes for receiving
constexpr std::uint64_t kProgressBytes = 1024;       // less does not count as progress

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

/// While it lives, writing to a broken connection raises no signal in this thread. libcurl leaves that to us with NOSIGNAL, without
/// which it would change the whole process's handlers.
class NoBrokenPipeSignal {
 public:
  NoBrokenPipeSignal() {
    ::sigemptyset(&broken_pipe_);
    ::sigaddset(&broken_pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe_, &before_);
  }
  NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
  NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;
  ~NoBrokenPipeSignal() {
    const timespec at_once{};
    if (!was_pending_) ::sigtimedwait(&broken_pipe_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t broken_pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

/// A transfer and the connections that it keeps for the next one. The multi handle holds them, so it must go last.
struct Handle {
  std::unique_ptr<CURLM, MultiDeleter> multi{curl_multi_init()};
  std::unique_ptr<CURL, EasyDeleter> easy{curl_easy_init()};
};

/// What an exchange gathers while it runs.
struct Exchange {
  HttpResponse response;
  CURL* easy = nullptr;
  const HttpRequest::Sink* sink = nullptr;  // nullptr = the body is gathered
  std::optional<Error> refusal;             // of the sink or the source
  const HttpRequest* request = nullptr;
  std::uint64_t source_offset = 0;
  std::uint64_t max_body_bytes = 0;
  std::size_t header_bytes = 0;
  bool head_complete = false;  // libcurl takes a head that is cut off for a whole one
  bool too_long = false;
  bool stalled = false;
  std::array<char, CURL_ERROR_SIZE> detail{};
};

template <typename T>
void set(CURL* easy, CURLoption option, T value) {
  VA_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

/// A wish, not a need: libcurl refuses another size while it still holds a buffer, as it does after a name that was not found.
void wish_for_buffer(CURL* easy, CURLoption option, long num_bytes) { curl_easy_setopt(easy, option, num_bytes); }

std::size_t on_body(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (exchange.sink != nullptr) {
    long status = 0;
    curl_easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    Status taken = (*exchange.sink)(exchange.response, std::string_view(bytes, size));
    if (taken.ok()) return size;
    exchange.refusal = std::move(taken).error();
    return CURL_WRITEFUNC_ERROR;
  }
  if (exchange.response.body.size() + size > exchange.max_body_bytes) {
    exchange.too_long = true;
    return CURL_WRITEFUNC_ERROR;
  }
  exchange.response.body.append(bytes, size);
  return size;
}

std::size_t on_source(char* buffer, std::size_t /*one*/, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::uint64_t left = exchange.request->source_bytes - exchange.source_offset;
  if (left == 0) return 0;
  const std::span<char> room(buffer, static_cast<std::size_t>(std::min<std::uint64_t>(size, left)));
  Result<std::size_t> got = exchange.request->source(exchange.source_offset, room);
  if (!got) {
    exchange.refusal = std::move(got).error();
    return CURL_READFUNC_ABORT;
  }
  VA_CHECK(*got > 0 && *got <= room.size());
  exchange.source_offset += *got;
  return *got;
}

/// When a kept connection turns out to be dead, libcurl sends the body again over another one.
int on_seek(void* user, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_FAIL;
  static_cast<Exchange*>(user)->source_offset = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

std::size_t on_header(char* bytes, std::size_t /*one*/, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  exchange.header_bytes += size;
  if (exchange.header_bytes > kMaxHeaderBytes) {
    exchange.too_long = true;
    return CURL_WRITEFUNC_ERROR;
  }
  const std::string_view line = trim(std::string_view(bytes, size));
  exchange.head_complete = line.empty();
  if (line.starts_with("HTTP/")) exchange.response.headers.clear();  // an earlier answer was only "100 Continue"
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  exchange.response.headers.push_back({to_lower(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
  return size;
}

const char* name_of_method(HttpMethod method) {
  switch (method) {
    case HttpMethod::kGet: return "GET";
    case HttpMethod::kPost: return "POST";
    case HttpMethod::kPut: return "PUT";
    case HttpMethod::kDelete: return "DELETE";
    case HttpMethod::kHead: return "HEAD";
  }
  return "GET";
}

bool is_header_name(std::string_view name) {
  static constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// Errors name the header, never its value.
Result<HeaderList> header_list(const HttpRequest& request) {
  HeaderList list;
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.release(), line.c_str());
    VA_CHECK(longer != nullptr);
    list.reset(longer);
  };
  for (const HttpHeader& header : request.headers) {
    if (!is_header_name(header.name)) {
      return Error{ErrorCode::kInvalidArgument, "'" + printable(header.name) + "' is no name of an HTTP header"};
    }
    if (std::any_of(header.value.begin(), header.value.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; })) {
      return Error{ErrorCode::kInvalidArgument,
                   "the value of the HTTP header '" + header.name + "' holds a line end or another control character"};
    }
    // libcurl takes "Name:" for an order to leave the header out; an empty value is written with a semicolon.
    add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  add("Expect:");  // no waiting for "100 Continue"
  return list;
}

void set_source(CURL* easy, const HttpRequest& request, Exchange& exchange) {
  set(easy, CURLOPT_POST, 1L);
  set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.source_bytes));
  set(easy, CURLOPT_READFUNCTION, on_source);
  set(easy, CURLOPT_READDATA, static_cast<void*>(&exchange));
  set(easy, CURLOPT_SEEKFUNCTION, on_seek);
  set(easy, CURLOPT_SEEKDATA, static_cast<void*>(&exchange));
  if (request.source_bytes >= kLargeBodyBytes) wish_for_buffer(easy, CURLOPT_UPLOAD_BUFFERSIZE, kLargeBufferBytes);
  set(easy, CURLOPT_CUSTOMREQUEST, name_of_method(request.method));
}

void set_method(CURL* easy, const HttpRequest& request, Exchange& exchange) {
  if (request.method == HttpMethod::kHead) {
    set(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.source && request.source_bytes > 0) {
    set_source(easy, request, exchange);
    return;
  }
  const std::string_view body = request.borrowed_body.value_or(request.body);
  if (request.method != HttpMethod::kGet || !body.empty()) {
    set(easy, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());  // libcurl reads it where it is
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    if (body.size() >= kLargeBodyBytes) wish_for_buffer(easy, CURLOPT_UPLOAD_BUFFERSIZE, kLargeBufferBytes);
  }
  set(easy, CURLOPT_CUSTOMREQUEST, name_of_method(request.method));
}

/// The error for a transfer that ended with `code`. `text` is libcurl's, without anything of what we sent but the host.
Error error_of(CURLcode code, const Exchange& exchange, const HttpRequest& request) {
  const std::string where = std::string(name_of_method(request.method)) + " " + printable(request.url, 300) + ": ";
  const std::string_view told(exchange.detail.data());
  const std::string why = printable(told.empty() ? std::string_view(curl_easy_strerror(code)) : told, 300);
  if (exchange.stalled) {
    return {ErrorCode::kUnavailable, where + "nothing was transferred for " + std::to_string(request.stall_timeout.count()) +
                                         " ms; check the network or try again later"};
  }
  if (exchange.too_long) {
    return {ErrorCode::kLimitExceeded, where + "the answer is longer than " + std::to_string(request.max_body_bytes) +
                                           " bytes (or its headers than " + std::to_string(kMaxHeaderBytes) + ") and was dropped"};
  }
  switch (code) {
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorCode::kDenied, where + "the trusted certificates cannot be read (" + why + "); name a PEM file with certificates"};
    case CURLE_SSL_CONNECT_ERROR:
      return {ErrorCode::kUnavailable, where + "no encrypted connection (" + why + "); check that the server speaks https at this port"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return {ErrorCode::kDenied, where + "the server's certificate is not accepted (" + why +
                                      "); check the host name, the machine's clock and the trusted certificates"};
    case CURLE_OPERATION_TIMEDOUT: return {ErrorCode::kUnavailable, where + "no complete answer in time (" + why + "); try again later"};
    default: return {ErrorCode::kUnavailable, where + "no answer (" + why + "); check the network or try again later"};
  }
}

/// Notices that a transfer does not get on.
class StallWatch {
 public:
  explicit StallWatch(std::chrono::milliseconds limit) : limit_(limit), since_(std::chrono::steady_clock::now()) {}

  /// `moved` gives the bytes so far, and is asked only when that may matter.
  template <typename Moved>
  bool stalled(const Moved& moved) {
    if (limit_.count() == 0) return false;
    const auto instant = std::chrono::steady_clock::now();
    if (instant - looked_ < std::min(limit_ / 4, std::chrono::milliseconds(kPollMs))) return false;
    looked_ = instant;
    const std::uint64_t bytes = moved();
    if (bytes >= mark_ + kProgressBytes) {
      mark_ = bytes;
      since_ = instant;
    }
    return instant - since_ > limit_;
  }

 private:
  std::chrono::milliseconds limit_;
  std::chrono::steady_clock::time_point since_;
  std::chrono::steady_clock::time_point looked_;
  std::uint64_t mark_ = 0;
};

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(HttpClientOptions options) : options_(std::move(options)) {}

  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
    if (request.facts != nullptr) *request.facts = HttpFacts{};
    const Result<HttpTarget> target = http_target(request.url, request.allow_unencrypted);
    if (!target.ok()) return target.error();
    const Result<HeaderList> headers = header_list(request);
    if (!headers.ok()) return headers.error();
    if (stop.stop_requested()) return cancelled(request);

    const NoBrokenPipeSignal guard;
    Handle handle = lease();
    Exchange exchange;
    exchange.max_body_bytes = request.max_body_bytes;
    exchange.easy = handle.easy.get();
    exchange.request = &request;
    if (request.sink) exchange.sink = &request.sink;
    prepare(handle.easy.get(), request, *target, headers->get(), exchange);
    const std::optional<CURLcode> code = perform(handle, request, exchange, stop);
    long status = 0;
    curl_easy_getinfo(handle.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (request.facts != nullptr) *request.facts = facts_of(handle.easy.get());
    give_back(std::move(handle));
    if (exchange.refusal.has_value()) return *std::move(exchange.refusal);
    if (!code.has_value() && !exchange.stalled) return cancelled(request);
    const CURLcode ended = code.value_or(CURLE_OPERATION_TIMEDOUT);
    if (ended != CURLE_OK || !exchange.head_complete) return error_of(ended == CURLE_OK ? CURLE_PARTIAL_FILE : ended, exchange, request);
    exchange.response.status = static_cast<int>(status);
    return std::move(exchange.response);
  }

 private:
  static Error cancelled(const HttpRequest& request) {
    return {ErrorCode::kCancelled, std::string(name_of_method(request.method)) + " " + printable(request.url, 300) +
                                       ": given up because the program was asked to stop"};
  }

  void prepare(CURL* easy, const HttpRequest& request, const HttpTarget& target, curl_slist* headers, Exchange& exchange) const {
    curl_easy_reset(easy);  // keeps the connections
    set(easy, CURLOPT_URL, request.url.c_str());
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options_.ca_file.empty()) {
      set(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
      set(easy, CURLOPT_CAPATH, nullptr);
    }
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_QUICK_EXIT, 1L);  // a name lookup that hangs holds nobody up
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    if (request.accept_compressed) set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (request.sink) wish_for_buffer(easy, CURLOPT_BUFFERSIZE, kLargeBufferBytes);
    set(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (target.direct) set(easy, CURLOPT_NOPROXY, "*");  // other hosts: https_proxy and its kin, as libcurl reads them
    set(easy, CURLOPT_HTTPHEADER, headers);
    set_method(easy, request, exchange);
    set(easy, CURLOPT_ERRORBUFFER, exchange.detail.data());
    set(easy, CURLOPT_WRITEFUNCTION, on_body);
    set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
    set(easy, CURLOPT_HEADERFUNCTION, on_header);
    set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  }

  static std::uint64_t moved_bytes(CURL* easy, CURLINFO what) {
    curl_off_t bytes = 0;
    curl_easy_getinfo(easy, what, &bytes);
    return static_cast<std::uint64_t>(bytes);
  }

  static HttpFacts facts_of(CURL* easy) {
    curl_off_t until_ready = 0;  // microseconds until the first byte could be sent: 0 when that never came
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &until_ready);
    return {.connected = until_ready > 0,
            .sent_bytes = moved_bytes(easy, CURLINFO_SIZE_UPLOAD_T),
            .received_bytes = moved_bytes(easy, CURLINFO_SIZE_DOWNLOAD_T)};
  }

  /// Empty when it was stopped, or has stalled.
  static std::optional<CURLcode> perform(const Handle& handle, const HttpRequest& request, Exchange& exchange,
                                         const std::stop_token& stop) {
    CURLM* multi = handle.multi.get();
    VA_CHECK(curl_multi_add_handle(multi, handle.easy.get()) == CURLM_OK);
    const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
    std::optional<CURLcode> result;
    StallWatch watch(request.stall_timeout);
    int running = 1;
    while (running > 0 && !stop.stop_requested() && !exchange.stalled) {
      VA_CHECK(curl_multi_perform(multi, &running) == CURLM_OK);
      if (running == 0) break;
      VA_CHECK(curl_multi_poll(multi, nullptr, 0, kPollMs, nullptr) == CURLM_OK);
      exchange.stalled = watch.stalled([&] {
        return moved_bytes(handle.easy.get(), CURLINFO_SIZE_UPLOAD_T) + moved_bytes(handle.easy.get(), CURLINFO_SIZE_DOWNLOAD_T);
      });
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE) result = message->data.result;
    }
    curl_multi_remove_handle(multi, handle.easy.get());
    return result;
  }

  Handle lease() {
    const std::scoped_lock lock(mutex_);
    if (idle_.empty()) {
      Handle fresh;
      VA_CHECK(fresh.multi != nullptr && fresh.easy != nullptr);
      return fresh;
    }
    Handle handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }

  void give_back(Handle handle) {
    curl_easy_reset(handle.easy.get());  // it must not point to the exchange, nor keep what was sent
    const std::scoped_lock lock(mutex_);
    if (idle_.size() < kMaxIdleHandles) idle_.push_back(std::move(handle));
  }

  HttpClientOptions options_;
  std::mutex mutex_;
  std::vector<Handle> idle_;  // guarded by mutex_
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(const HttpClientOptions& options) {
  static std::once_flag once;
  std::call_once(once, [] { VA_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
  if (!options.ca_file.empty() && ::access(options.ca_file.c_str(), R_OK) != 0) {
    return Error{ErrorCode::kDenied,
                 "no trusted certificates can be read from " + options.ca_file.string() + "; it must be a readable PEM file"};
  }
  return std::unique_ptr<HttpClient>(std::make_unique<CurlClient>(options));
}

}  // namespace vieweratlas
