#pragma once

// A store on S3 whose server is written down in the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "s3/client.h"
#include "s3/retry.h"
#include "s3/store.h"
#include "support/loopback_server.h"
#include "support/manual_clock.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/s3/open_s3_store.h"

namespace vieweratlas::s3_internal {

/// A request as it came.
struct Asked {
  std::string line;  // "PUT /lake/p/a.json?x=y"
  std::string head;
  std::string body;
  [[nodiscard]] bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
};

inline std::string answer(std::string_view status, std::string_view body = "", std::string_view headers = "") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" +
         std::string(body);
}
inline std::string error_answer(std::string_view status, std::string_view code, std::string_view more = "", std::string_view headers = "") {
  return answer(status, "<Error><Code>" + std::string(code) + "</Code><Message>odd</Message>" + std::string(more) + "</Error>", headers);
}
inline const std::string kOk = answer("200 OK", "", "ETag: \"e\"\r\n");

/// Counts what it signs, and signs nothing.
class CountingSigner final : public RequestSigner {
 public:
  struct Counts {
    std::atomic<int> signatures = 0;
    std::atomic<int> distrusts = 0;
    std::atomic<std::int64_t> last_time_ms = 0;
  };
  explicit CountingSigner(Counts& counts) : counts_(counts) {}
  Status sign(HttpRequest& request, std::string_view payload_sha256, UtcMillis time, const std::stop_token& /*stop*/) override {
    ++counts_.signatures;
    counts_.last_time_ms = time.time_since_epoch().count();
    request.headers.push_back({"x-amz-content-sha256", std::string(payload_sha256)});
    return {};
  }
  void distrust(const HttpRequest& /*request*/) override { ++counts_.distrusts; }

 private:
  Counts& counts_;
};

/// Parts of a store for which time passes by sleeping only, and at once.
inline S3Parts test_parts(CountingSigner::Counts& counts) {
  auto clock = std::make_unique<ManualClock>("2026-11-22T10:00:00Z");
  ManualClock& hands = *clock;
  return {.http = make_http_client({}).value(),
          .signer = std::make_unique<CountingSigner>(counts),
          .clock = std::move(clock),
          .sleep = [&hands](std::chrono::milliseconds time, const std::stop_token& stop) {
            hands.advance(time);
            return !stop.stop_requested();
          }};
}

/// A store whose server is `reply`: called for each request, its text is sent; a text that begins with "RESET" is sent without that
/// word, then the connection is broken off; "END" ends it in order.
class OddServer {
 public:
  using Reply = std::function<std::string(const Asked& asked, int number)>;

  explicit OddServer(Reply reply, const std::function<void(S3Options&)>& change = {})
      : reply_(std::move(reply)), server_([this](Peer& peer, int) { serve(peer); }) {
    S3Options options{.bucket = "lake", .prefix = "p/", .endpoint = "http://127.0.0.1:" + std::to_string(server_.port())};
    if (change) change(options);
    Result<std::unique_ptr<S3Store>> store = S3Store::open(options, test_parts(counts_));
    EXPECT_TRUE(store.ok());
    store_ = *std::move(store);
  }

  [[nodiscard]] S3Store& store() { return *store_; }
  [[nodiscard]] const CountingSigner::Counts& counts() const { return counts_; }
  [[nodiscard]] std::vector<Asked> asked() {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }
  [[nodiscard]] std::uint64_t retries(S3RetryReason reason) const { return store_->counters().retries[static_cast<std::size_t>(reason)]; }

 private:
  void serve(Peer& peer) {
    while (true) {
      Asked asked{.head = peer.read_until("\r\n\r\n")};
      if (asked.head.empty()) return;
      asked.line = asked.head.substr(0, asked.head.find(" HTTP/"));
      const std::size_t at = asked.head.find("Content-Length: ");
      if (at != std::string::npos) asked.body = peer.read_bytes(static_cast<std::size_t>(std::atoi(asked.head.c_str() + at + 16)));
      std::string text;
      {
        const std::scoped_lock lock(mutex_);
        asked_.push_back(asked);
        text = reply_(asked, static_cast<int>(asked_.size()) - 1);
      }
      const bool reset = text.starts_with("RESET");
      const bool end = text.starts_with("END");
      peer.write(std::string_view(text).substr(reset ? 5 : end ? 3 : 0));
      if (reset) peer.reset();
      if (reset || end) return;
    }
  }

  Reply reply_;
  CountingSigner::Counts counts_;
  std::mutex mutex_;
  std::vector<Asked> asked_;  // guarded by mutex_
  std::unique_ptr<S3Store> store_;
  LoopbackServer server_;
};

inline void expect_ok(const Status& status) { EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message); }

template <typename T>
inline void expect_error(const T& result, ErrorCode code, std::string_view part) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(name_of(result.error().code), name_of(code)) << result.error().message;
  EXPECT_THAT(result.error().message, testing::HasSubstr(std::string(part)));
}

/// Plays an upload in parts; `part` and `complete` answer those requests.
inline OddServer::Reply upload(const std::function<std::string(int number)>& part, const std::function<std::string(int number)>& complete) {
  auto num_parts = std::make_shared<int>(0);
  auto num_completes = std::make_shared<int>(0);
  return [=](const Asked& asked, int) -> std::string {
    if (asked.line.ends_with("?uploads="))
      return answer("200 OK", "<InitiateMultipartUploadResult><UploadId>u/1</UploadId></InitiateMultipartUploadResult>");
    if (asked.line.starts_with("PUT")) return part((*num_parts)++);
    if (asked.line.starts_with("POST")) return complete((*num_completes)++);
    if (asked.line.starts_with("DELETE")) return answer("204 No Content");
    return answer("404 Not Found");
  };
}
inline std::string good_part(int /*number*/) { return kOk; }
inline std::string good_complete(int /*number*/) { return answer("200 OK", "<CompleteMultipartUploadResult/>"); }

inline constexpr std::size_t kThreeParts = (std::size_t{11} << 20U) + 5;
inline void small_parts(S3Options& options) { options.part_bytes = 5U << 20U; }

inline std::size_t count_of(OddServer& server, std::string_view begin) {
  const std::vector<Asked> asked = server.asked();
  return static_cast<std::size_t>(std::count_if(asked.begin(), asked.end(), [&](const Asked& one) { return one.line.starts_with(begin); }));
}

}  // namespace vieweratlas::s3_internal
