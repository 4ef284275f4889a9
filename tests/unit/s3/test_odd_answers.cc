// The store on S3 against a server that answers oddly: every answer is written down in the test.
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

#include "s3/hash.h"
#include "s3/retry.h"
#include "support/loopback_server.h"
#include "unit/s3/odd_server.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::s3_internal {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(S3OddAnswers, APutSaysWhatItPuts) {
  OddServer server([](const Asked&, int) { return kOk; });
  expect_ok(server.store().put("dt=1/a b.json", "123456789"));
  const Asked asked = server.asked().at(0);
  EXPECT_EQ(asked.line, "PUT /lake/p/dt%3D1/a%20b.json");
  EXPECT_EQ(asked.body, "123456789");
  EXPECT_TRUE(asked.has("Content-Type: application/json\r\n"));
  EXPECT_TRUE(asked.has("x-amz-server-side-encryption: AES256\r\n"));
  EXPECT_TRUE(asked.has("x-amz-checksum-crc32: y/Q5Jg==\r\n"));
  EXPECT_TRUE(asked.has("x-amz-content-sha256: " + sha256_hex("123456789") + "\r\n"));
  EXPECT_FALSE(asked.has("Accept-Encoding"));
}

TEST(S3OddAnswers, EncryptionAndChecksumsAreOptions) {
  OddServer kms([](const Asked&, int) { return kOk; },
                [](S3Options& options) {
                  options.encryption = S3Encryption::kKms;
                  options.kms_key = "alias/lake";
                  options.environment = [](std::string_view name) -> std::optional<std::string> {
                    return name == "AWS_REQUEST_CHECKSUM_CALCULATION" ? std::optional<std::string>("when_required") : std::nullopt;
                  };
                });
  expect_ok(kms.store().put("a", "x"));
  EXPECT_TRUE(kms.asked().at(0).has("x-amz-server-side-encryption: aws:kms\r\n"));
  EXPECT_TRUE(kms.asked().at(0).has("x-amz-server-side-encryption-aws-kms-key-id: alias/lake\r\n"));
  EXPECT_FALSE(kms.asked().at(0).has("x-amz-checksum"));
}

TEST(S3OddAnswers, WhatMayPassIsTriedAgain) {
  const std::vector<std::string> replies{error_answer("503 Slow Down", "SlowDown", "", "Retry-After: 1\r\n"),
                                         error_answer("500 Internal Server Error", "InternalError"),
                                         "RESET",
                                         "ENDHTTP/1.1 200 OK\r\nConte",
                                         error_answer("400 Bad Request", "RequestTimeout"),
                                         answer("502 Bad Gateway", "<html>"),
                                         kOk};
  OddServer server([&](const Asked&, int number) { return replies.at(static_cast<std::size_t>(number)); });
  expect_ok(server.store().put("a.json", "{}"));
  EXPECT_GE(server.asked().size(), replies.size());
  EXPECT_EQ(server.retries(S3RetryReason::kThrottled), 1U);
  EXPECT_EQ(server.retries(S3RetryReason::kServer), 3U);
  EXPECT_GE(server.retries(S3RetryReason::kLost), 1U);
  EXPECT_GE(server.counts().signatures, 6) << "each try is signed";
}

TEST(S3OddAnswers, SlowDownWithoutEndIsGivenUp) {
  OddServer server(
      [](const Asked&, int) { return error_answer("503 Slow Down", "SlowDown", "<RequestId>R7</RequestId>", "Retry-After: 30\r\n"); },
      [](S3Options& options) { options.deadline = milliseconds(20'000); });
  expect_error(server.store().put("a.json", "{}"), ErrorCode::kUnavailable, "request R7");
  EXPECT_EQ(server.asked().size(), 1U) << "the server asks for more patience than there is";
}

TEST(S3OddAnswers, ABodyGoesOnAfterAReset) {
  std::string bytes;
  for (int i = 0; i < 60'000; ++i) bytes += std::to_string(i);
  OddServer server([&](const Asked& asked, int number) {
    const std::size_t at = asked.head.find("Range: bytes=");
    const std::size_t begin = at == std::string::npos ? 0 : static_cast<std::size_t>(std::atoll(asked.head.c_str() + at + 13));
    const std::string range = "Content-Range: bytes " + std::to_string(begin) + "-" + std::to_string(bytes.size() - 1) + "/" +
                              std::to_string(bytes.size()) + "\r\n";
    const std::string whole = answer(begin == 0 ? "200 OK" : "206 Partial Content", std::string_view(bytes).substr(begin),
                                     (begin == 0 ? "" : range) + "ETag: \"e1\"\r\nx-amz-checksum-crc32: " + crc32_base64(bytes) + "\r\n");
    return number < 2 ? "END" + whole.substr(0, 100'000) : whole;
  });
  std::string seen;
  const Result<StoredObject> read = server.store().get_stream("a.bin", [&](std::string_view piece) {
    seen += piece;
    return Status();
  });
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(seen == bytes);
  ASSERT_EQ(server.asked().size(), 3U);
  EXPECT_TRUE(server.asked().at(1).has("If-Match: \"e1\"\r\n"));
  EXPECT_EQ(server.retries(S3RetryReason::kLost), 2U);
}

TEST(S3OddAnswers, AnObjectThatChangesWhileItIsReadIsNoticed) {
  const auto reply = [](const Asked& asked, int number) {
    if (asked.has("If-Match")) return error_answer("412 Precondition Failed", "PreconditionFailed");
    const std::string whole =
        answer("200 OK", std::string(200'000, number == 0 ? 'a' : 'b'), "ETag: \"e" + std::to_string(number) + "\"\r\n");
    return number == 0 ? "END" + whole.substr(0, 100'000) : whole;
  };
  OddServer streamed(reply);
  expect_error(streamed.store().get_stream("a.bin", [](std::string_view) { return Status(); }), ErrorCode::kUnavailable,
               "was replaced while it was read");
  OddServer whole(reply);
  const Result<std::string> bytes = whole.store().get("a.bin");
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  EXPECT_TRUE(*bytes == std::string(200'000, 'b')) << "what nobody has seen is read anew";
}

TEST(S3OddAnswers, DamagedBytesAreReadAgainAndThenRefused) {
  for (const std::string& header :
       {std::string("x-amz-checksum-crc32: y/Q5Jg==\r\n"), std::string("ETag: \"25f9e794323b453885f5181f1b624d0b\"\r\n")}) {
    OddServer once([&](const Asked&, int number) { return answer("200 OK", number == 0 ? "12345678X" : "123456789", header); });
    EXPECT_EQ(once.store().get("a.bin").value(), "123456789");
    EXPECT_EQ(once.retries(S3RetryReason::kDamaged), 1U);
    OddServer always([&](const Asked&, int) { return answer("200 OK", "12345678X", header); });
    expect_error(always.store().get("a.bin"), ErrorCode::kCorruptData, "what arrived is not what is stored");
  }
}

TEST(S3OddAnswers, MoreBytesThanWereToldEndAnAnswer) {
  // The answer of no length goes on for as long as the connection: after ten bytes of ten it is left.
  const std::string endless(std::size_t{1} << 20U, 'x');
  OddServer whole([&](const Asked&, int) {
    return "ENDHTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-9/10\r\nETag: \"e\"\r\nConnection: close\r\n\r\n" + endless;
  });
  std::size_t num_bytes = 0;
  const auto count = [&](std::string_view piece) -> Status {
    num_bytes += piece.size();
    return {};
  };
  expect_error(whole.store().get_stream("a", count), ErrorCode::kCorruptData, "more bytes than it said");
  EXPECT_LE(num_bytes, 10U);
  expect_error(whole.store().get_range("a", {.offset = 0, .num_bytes = 10}), ErrorCode::kCorruptData, "more bytes than were asked for");
  // A range behind the end that the same answer tells.
  OddServer behind([&](const Asked&, int) {
    return "ENDHTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/3\r\nETag: \"e\"\r\nConnection: close\r\n\r\n" + endless;
  });
  expect_error(behind.store().get_range("a", {.offset = 5, .num_bytes = 5}), ErrorCode::kCorruptData, "");
}

TEST(S3OddAnswers, AnotherChecksumThanWasSentIsNotTaken) {
  OddServer server([](const Asked&, int) { return answer("200 OK", "", "ETag: \"e\"\r\nx-amz-checksum-crc32: AAAAAA==\r\n"); });
  expect_error(server.store().put("a.json", "{}"), ErrorCode::kCorruptData, "the store has other bytes");
  EXPECT_EQ(server.asked().size(), 3U);
}

TEST(S3OddAnswers, AServerThatStandsStillIsLeft) {
  OddServer server([](const Asked&, int) { return answer("200 OK", std::string(10'000, 'x')).substr(0, 400); },
                   [](S3Options& options) { options.deadline = milliseconds(300); });
  const auto begin = std::chrono::steady_clock::now();
  expect_error(server.store().get("a.bin"), ErrorCode::kUnavailable, "GetObject s3://lake/p/a.bin");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(5'000));
}

TEST(S3OddAnswers, RedirectsAreNotFollowed) {
  OddServer server([](const Asked&, int) {
    return error_answer("301 Moved Permanently", "PermanentRedirect", "",
                        "Location: http://127.0.0.1:1/\r\nx-amz-bucket-region: eu-west-1\r\n");
  });
  expect_error(server.store().get("a.bin"), ErrorCode::kInvalidArgument, "set s3_region to eu-west-1");
  expect_error(server.store().find("a.bin"), ErrorCode::kInvalidArgument, "set s3_region to eu-west-1");
  EXPECT_EQ(server.asked().size(), 2U);
}

TEST(S3OddAnswers, AHugeErrorIsNotReadToItsEnd) {
  OddServer server([](const Asked&, int) { return answer("403 Forbidden", std::string(5'000'000, 'x')); });
  expect_error(server.store().put("a.json", "{}"), ErrorCode::kDenied, "allow s3:PutObject");
  EXPECT_LT(server.store().counters().received_bytes, 2'000'000U);
}

TEST(S3OddAnswers, ExpiredCredentialsAreRenewedOnce) {
  OddServer server([](const Asked&, int number) { return number == 0 ? error_answer("400 Bad Request", "ExpiredToken") : kOk; });
  expect_ok(server.store().put("a.json", "{}"));
  EXPECT_EQ(server.counts().distrusts, 1);
  OddServer always([](const Asked&, int) { return error_answer("400 Bad Request", "ExpiredToken"); });
  expect_error(always.store().put("a.json", "{}"), ErrorCode::kDenied, "the credentials have expired");
  EXPECT_EQ(always.counts().distrusts, 1);
  EXPECT_EQ(always.asked().size(), 2U);
}

TEST(S3OddAnswers, AWrongClockIsCorrectedByTheServers) {
  OddServer server([](const Asked&, int number) {
    const std::string date = "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";
    return number == 0 ? error_answer("403 Forbidden", "RequestTimeTooSkewed", "", date) : kOk;
  });
  expect_ok(server.store().put("a.json", "{}"));
  EXPECT_NEAR(static_cast<double>(server.counts().last_time_ms), 1'767'225'600'000.0, 60'000.0);
  expect_ok(server.store().put("b.json", "{}"));
  EXPECT_EQ(server.asked().size(), 3U) << "it stays corrected";
}

TEST(S3OddAnswers, HeadWithoutAReasonIsAskedAgainByGet) {
  OddServer server([](const Asked& asked, int) {
    if (asked.line.starts_with("HEAD")) return std::string("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    return error_answer("403 Forbidden", "InvalidAccessKeyId");
  });
  expect_error(server.store().find("a.json"), ErrorCode::kDenied, "AWS_ACCESS_KEY_ID");
}

TEST(S3OddAnswers, WhoMadeAnObjectIsKnownAlsoWithoutAnAnswer) {
  std::string mark;
  const auto reply = [&mark](bool ours) {
    return [&mark, ours](const Asked& asked, int number) -> std::string {
      if (asked.line.starts_with("PUT") && number == 0) {
        const std::size_t at = asked.head.find("x-amz-meta-vieweratlas-write: ");
        mark = asked.head.substr(at + 30, 32);
        EXPECT_TRUE(asked.has("If-None-Match: *\r\n"));
        return "RESET";
      }
      if (asked.line.starts_with("PUT")) return error_answer("412 Precondition Failed", "PreconditionFailed");
      return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx-amz-meta-vieweratlas-write: " + (ours ? mark : std::string(32, '0')) + "\r\n\r\n";
    };
  };
  OddServer ours(reply(true));
  EXPECT_TRUE(ours.store().put_if_absent("lock", "me").value());
  OddServer theirs(reply(false));
  EXPECT_FALSE(theirs.store().put_if_absent("lock", "me").value());
}

TEST(S3OddAnswers, AnErrorInside200IsAnError) {
  OddServer server(upload(good_part,
                          [](int number) {
                            return number < 2 ? answer("200 OK", "\n\n  <Error><Code>InternalError</Code></Error>") : good_complete(number);
                          }),
                   small_parts);
  expect_ok(server.store().put("long.bin", std::string(kThreeParts, 'x')));
  EXPECT_EQ(server.retries(S3RetryReason::kServer), 2U);
  OddServer denied(upload(good_part, [](int) { return answer("200 OK", "<Error><Code>AccessDenied</Code></Error>"); }), small_parts);
  expect_error(denied.store().put("long.bin", std::string(kThreeParts, 'x')), ErrorCode::kDenied, "CompleteMultipartUpload");
  EXPECT_EQ(count_of(denied, "DELETE /lake/p/long.bin?uploadId=u%2F1"), 1U);
}

TEST(S3OddAnswers, PartsAreRemovedWhenOneFails) {
  OddServer server(upload([](int number) { return number == 1 ? error_answer("403 Forbidden", "AccessDenied") : kOk; }, good_complete),
                   small_parts);
  expect_error(server.store().put("long.bin", std::string(kThreeParts, 'x')), ErrorCode::kDenied, "UploadPart");
  EXPECT_EQ(count_of(server, "DELETE"), 1U);
  EXPECT_EQ(count_of(server, "POST /lake/p/long.bin?uploadId"), 0U);
}

/// Content that fails, or asks to stop, in its second part.
class FailingContent final : public ByteSource {
 public:
  explicit FailingContent(std::function<Status()> at_end) : at_end_(std::move(at_end)), piece_(1U << 20U, 'x') {}
  Result<std::string_view> next() override {
    if (++num_pieces_ < 8) return std::string_view(piece_);
    Status status = at_end_();
    if (!status) return std::move(status).error();
    return num_pieces_ < 20 ? std::string_view(piece_) : std::string_view();
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return 0; }

 private:
  std::function<Status()> at_end_;
  std::string piece_;
  int num_pieces_ = 0;
};

TEST(S3OddAnswers, PartsAreRemovedWhenTheContentFailsOrAllStops) {
  OddServer fails(upload(good_part, good_complete), small_parts);
  FailingContent content([] { return Status(Error{ErrorCode::kCorruptData, "bad gzip"}); });
  expect_error(fails.store().put_stream("long.bin", content), ErrorCode::kCorruptData, "bad gzip");
  EXPECT_EQ(count_of(fails, "DELETE"), 1U);
  std::stop_source stop;
  OddServer stopped(upload(good_part, good_complete), [&](S3Options& options) {
    small_parts(options);
    options.stop = stop.get_token();
  });
  FailingContent stopping([&] {
    stop.request_stop();
    return Status();
  });
  expect_error(stopped.store().put_stream("long.bin", stopping), ErrorCode::kCancelled, "asked to stop");
  EXPECT_EQ(count_of(stopped, "DELETE"), 1U);
}

TEST(S3OddAnswers, TheLostAnswerOfACompletionIsLookedUp) {
  std::string mark;
  OddServer server(
      [&](const Asked& asked, int) -> std::string {
        if (asked.line.ends_with("?uploads=")) {
          mark = asked.head.substr(asked.head.find("x-amz-meta-vieweratlas-write: ") + 30, 32);
          return answer("200 OK", "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
        }
        if (asked.line.starts_with("PUT")) return kOk;
        if (asked.line.starts_with("POST") && mark.size() == 32) {
          mark += "!";  // completed, but the answer is lost
          return "RESET";
        }
        if (asked.line.starts_with("POST")) return error_answer("404 Not Found", "NoSuchUpload");
        return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx-amz-meta-vieweratlas-write: " + mark.substr(0, 32) + "\r\n\r\n";
      },
      small_parts);
  expect_ok(server.store().put("long.bin", std::string(kThreeParts, 'x')));
  OddServer gone(upload(good_part, [](int) { return error_answer("404 Not Found", "NoSuchUpload"); }), small_parts);
  expect_error(gone.store().put("long.bin", std::string(kThreeParts, 'x')), ErrorCode::kUnavailable, "ended by somebody else");
}

TEST(S3OddAnswers, PartsCarryTheBytesInOrder) {
  std::string bytes;
  while (bytes.size() < kThreeParts) bytes += std::to_string(bytes.size()) + ",";
  OddServer server(upload(good_part, good_complete), small_parts);
  expect_ok(server.store().put("long.bin", bytes));
  std::string together;
  for (int number = 1; number <= 3; ++number) {
    for (const Asked& asked : server.asked()) {
      if (asked.line.starts_with("PUT /lake/p/long.bin?partNumber=" + std::to_string(number) + "&")) together += asked.body;
    }
  }
  EXPECT_TRUE(together == bytes);
}

std::string listing(const std::vector<std::string>& keys, std::string_view token) {
  std::string xml = "<ListBucketResult><IsTruncated>" + std::string(token.empty() ? "false" : "true") + "</IsTruncated>";
  if (!token.empty()) xml += "<NextContinuationToken>" + std::string(token) + "</NextContinuationToken>";
  for (const std::string& key : keys) xml += "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>";
  return answer("200 OK", xml + "</ListBucketResult>");
}

TEST(S3OddAnswers, AListingThatRepeatsItselfEnds) {
  OddServer same_token([](const Asked&, int number) { return listing({"p/" + std::to_string(number)}, "t"); });
  expect_error(same_token.store().list(""), ErrorCode::kCorruptData, "not where");
  OddServer same_page([](const Asked&, int number) { return listing({"p/a", "p/b"}, "t" + std::to_string(number)); });
  expect_error(same_page.store().list(""), ErrorCode::kCorruptData, "repeats itself");
  OddServer no_token(
      [](const Asked&, int) { return answer("200 OK", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"); });
  expect_error(no_token.store().list(""), ErrorCode::kCorruptData, "not where");
}

TEST(S3OddAnswers, EmptyPagesAreWalkedButNotForEver) {
  OddServer some([](const Asked&, int number) { return number <= 3 ? listing({}, "t" + std::to_string(number)) : listing({"p/a"}, ""); });
  const auto all = some.store().list("");
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_EQ(all->size(), 1U);
  OddServer endless([](const Asked&, int number) { return listing({}, "t" + std::to_string(number)); });
  expect_error(endless.store().list(""), ErrorCode::kCorruptData, "gives nothing");
  OddServer no_key([](const Asked&, int number) { return listing({""}, "t" + std::to_string(number)); });
  expect_error(no_key.store().list(""), ErrorCode::kCorruptData, "order of keys");
}

TEST(S3OddAnswers, AKeyThatIsTooLongWithItsPrefixIsToldSo) {
  OddServer server([](const Asked&, int) { return kOk; });
  std::string key = "k";
  while (key.size() < 1023) key += key.size() % 100 == 99 ? '/' : 'k';
  expect_error(server.store().put(key + "x", "content"), ErrorCode::kInvalidArgument, "s3_prefix");
}

TEST(S3OddAnswers, ForeignKeysAreLeftOutAndCounted) {
  OddServer server([](const Asked& asked, int) {
    EXPECT_TRUE(asked.line.find("prefix=p%2Fraw%2F") != std::string::npos) << asked.line;
    return asked.line.find("continuation-token") == std::string::npos ? listing({"p/raw/", "p/raw/.hidden", "p/raw/a"}, "t+=")
                                                                      : listing({"p/raw/b"}, "");
  });
  const auto all = server.store().list("raw/");
  ASSERT_TRUE(all.ok()) << all.error().message;
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->at(0).key, "raw/a");
  EXPECT_EQ(all->at(1).key, "raw/b");
  EXPECT_EQ(server.store().num_foreign_keys(), 2U);
}

TEST(S3OddAnswers, LongObjectsAreCopiedInParts) {
  OddServer server([](const Asked& asked, int) -> std::string {
    if (asked.line.starts_with("HEAD")) return "HTTP/1.1 200 OK\r\nContent-Length: 6000000000\r\nETag: \"e1\"\r\n\r\n";
    if (asked.line.ends_with("?uploads="))
      return answer("200 OK", "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
    if (asked.line.starts_with("PUT")) {
      EXPECT_TRUE(asked.has("x-amz-copy-source: /lake/p/a%3D1\r\n"));
      EXPECT_TRUE(asked.has("x-amz-copy-source-if-match: \"e1\"\r\n"));
      return answer("200 OK", "<CopyPartResult><ETag>\"pe\"</ETag></CopyPartResult>");
    }
    return good_complete(0);
  });
  expect_ok(server.store().copy("a=1", "b"));
  EXPECT_EQ(count_of(server, "PUT"), 12U);
}

TEST(S3OddAnswers, AnEndpointThatIsNotThereIsKnownSoon) {
  S3Options options{.bucket = "lake", .endpoint = "http://127.0.0.1:" + std::to_string(unused_port())};
  CountingSigner::Counts counts;
  const auto store = S3Store::open(options, test_parts(counts)).value();
  expect_error(store->put("a", "x"), ErrorCode::kUnavailable, "PutObject s3://lake/a");
  EXPECT_GT(counts.signatures, 1);
  EXPECT_LT(counts.last_time_ms, 1'795'341'600'000 + 4'000) << "no try after four seconds";
}

}  // namespace
}  // namespace vieweratlas::s3_internal
