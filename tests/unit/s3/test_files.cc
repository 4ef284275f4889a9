// Long files to and from a store on S3 whose server is written down in the test: ranges and parts side by side, what breaks off, changes or
// is damaged on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "s3/hash.h"
#include "s3/retry.h"
#include "support/temporary_folder.h"
#include "unit/s3/odd_server.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::s3_internal {
namespace {

/// So many bytes or some more, none of which could stand elsewhere.
std::string numbered_bytes(std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) bytes += std::to_string(bytes.size()) + ";";
  return bytes;
}

constexpr std::size_t kLong = (std::size_t{40} << 20U) + 4097;  // five ranges and a bit

/// Serves `bytes` whole and in ranges; `facts` are headers of each answer.
class Served {
 public:
  Served(std::string bytes, std::string facts) : bytes_(std::move(bytes)), facts_(std::move(facts)) {}
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string operator()(const Asked& asked) const {
    const std::size_t at = asked.head.find("Range: bytes=");
    if (at == std::string::npos) return answer("200 OK", bytes_, facts_);
    char* rest = nullptr;
    const std::size_t begin = std::strtoull(asked.head.c_str() + at + 13, &rest, 10);
    const std::size_t last = std::strtoull(rest + 1, nullptr, 10);
    return answer("206 Partial Content", std::string_view(bytes_).substr(begin, last + 1 - begin),
                  facts_ + "Content-Range: bytes " + std::to_string(begin) + "-" + std::to_string(last) + "/" +
                      std::to_string(bytes_.size()) + "\r\n");
  }

 private:
  std::string bytes_;
  std::string facts_;
};

Served with_crc32() {
  std::string bytes = numbered_bytes(kLong);
  std::string facts = "ETag: \"e1\"\r\nx-amz-checksum-crc32: " + crc32_base64(bytes) + "\r\n";
  return {std::move(bytes), std::move(facts)};
}

Served with_md5() {
  std::string bytes = numbered_bytes(kLong);
  Md5 md5;
  md5.update(bytes);
  std::string facts = "ETag: \"" + md5.finish() + "\"\r\n";
  return {std::move(bytes), std::move(facts)};
}

bool is_range(const Asked& asked) { return asked.has("Range: bytes="); }

class S3Files : public testing::Test {
 protected:
  Result<StoredObject> fetch(OddServer& server) { return server.store().get_file("long.bin", path_); }
  [[nodiscard]] bool nothing_is_left() const { return std::filesystem::is_empty(folder_.path()); }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "long.bin";
};

TEST_F(S3Files, ComeInRangesSideBySide) {
  for (const std::uint32_t parallel : {1U, 2U, 8U}) {
    const Served served = with_crc32();
    OddServer server([&](const Asked& asked, int) { return served(asked); },
                     [&](S3Options& options) { options.parallel_transfers = parallel; });
    const Result<StoredObject> file = fetch(server);
    ASSERT_TRUE(file.ok()) << file.error().message;
    EXPECT_EQ(file->version, "e1");
    EXPECT_EQ(file->num_bytes, served.bytes().size());
    EXPECT_TRUE(read_file(path_).value() == served.bytes()) << parallel;
    EXPECT_EQ(server.retries(S3RetryReason::kLost), 0U);
    EXPECT_LE(server.asked().size(), 6U) << "the first answer is the first range, too";
    EXPECT_TRUE(parallel > 1 || server.asked().size() == 1U);
    for (const Asked& asked : server.asked()) EXPECT_TRUE(!is_range(asked) || asked.has("If-Match: \"e1\"\r\n"));
  }
}

TEST_F(S3Files, GoOnWhereTheyBrokeOff) {
  const Served served = with_crc32();
  std::atomic<int> breaks = 0;
  OddServer server([&](const Asked& asked, int) {
    const std::string text = served(asked);
    if (!is_range(asked)) return "END" + text.substr(0, 3'000'001);
    return breaks++ < 3 ? "END" + text.substr(0, text.size() / 2 + 1) : text;
  });
  const Result<StoredObject> file = fetch(server);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_TRUE(read_file(path_).value() == served.bytes());
  EXPECT_GE(server.retries(S3RetryReason::kLost), 3U);
}

TEST_F(S3Files, WithoutACrcAreComparedWithTheirMd5) {
  const Served served = with_md5();
  OddServer server([&](const Asked& asked, int) { return served(asked); });
  const Result<StoredObject> file = fetch(server);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_TRUE(read_file(path_).value() == served.bytes());
}

TEST_F(S3Files, ThatAreDamagedLeaveNothing) {
  for (const Served& served : {with_crc32(), with_md5()}) {
    OddServer server([&](const Asked& asked, int) {
      std::string text = served(asked);
      text.back() = 'x';
      return text;
    });
    expect_error(fetch(server), ErrorCode::kCorruptData, "what arrived is not what is stored");
    EXPECT_TRUE(nothing_is_left());
  }
}

TEST_F(S3Files, ThatChangeMeanwhileAreNotMixed) {
  const Served served = with_crc32();
  OddServer server([&](const Asked& asked, int) {
    return is_range(asked) ? error_answer("412 Precondition Failed", "PreconditionFailed") : served(asked);
  });
  expect_error(fetch(server), ErrorCode::kUnavailable, "was replaced while it was read");
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(S3Files, OfAServerThatKnowsNoRangesAreRefused) {
  const Served served = with_crc32();
  OddServer server([&](const Asked&, int) { return answer("200 OK", served.bytes(), "ETag: \"e1\"\r\n"); });
  expect_error(fetch(server), ErrorCode::kCorruptData, "another range than was asked for");
  EXPECT_TRUE(nothing_is_left());
}

TEST_F(S3Files, GoIntoAPipeInOrder) {
  const Served served = with_crc32();
  OddServer server([&](const Asked& asked, int) { return served(asked); });
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  std::string seen;
  std::thread reader([&] { seen = read_file(path_).value(); });
  const Result<StoredObject> file = fetch(server);
  reader.join();
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_TRUE(seen == served.bytes());
}

TEST_F(S3Files, AreSentInPartsThatHoldTheirBytes) {
  const std::string bytes = numbered_bytes(kThreeParts);
  ASSERT_TRUE(write_file_atomic(path_, bytes).ok());
  OddServer server(upload(good_part,
                          [&](int) {
                            return answer("200 OK", "<CompleteMultipartUploadResult><ChecksumCRC32>" + crc32_base64(bytes) +
                                                        "</ChecksumCRC32></CompleteMultipartUploadResult>");
                          }),
                   small_parts);
  expect_ok(server.store().put_file("long.bin", path_));
  std::string together;
  for (int number = 1; number <= 3; ++number) {
    for (const Asked& asked : server.asked()) {
      if (!asked.line.starts_with("PUT /lake/p/long.bin?partNumber=" + std::to_string(number) + "&")) continue;
      EXPECT_TRUE(asked.has("x-amz-checksum-crc32: " + crc32_base64(asked.body) + "\r\n"));
      EXPECT_TRUE(asked.has("x-amz-content-sha256: " + sha256_hex(asked.body) + "\r\n"));
      together += asked.body;
    }
  }
  EXPECT_TRUE(together == bytes);
}

TEST_F(S3Files, OfOnePartAreSentAtOnce) {
  const std::string bytes = numbered_bytes(3'000'000);
  ASSERT_TRUE(write_file_atomic(path_, bytes).ok());
  OddServer server([](const Asked&, int number) { return number == 0 ? error_answer("503 Service Unavailable", "SlowDown") : kOk; });
  expect_ok(server.store().put_file("a.csv", path_));
  ASSERT_EQ(server.asked().size(), 2U);
  for (const Asked& asked : server.asked()) {
    EXPECT_EQ(asked.line, "PUT /lake/p/a.csv");
    EXPECT_TRUE(asked.body == bytes) << "also the second time";
    EXPECT_TRUE(asked.has("x-amz-checksum-crc32: " + crc32_base64(bytes) + "\r\n"));
    EXPECT_TRUE(asked.has("x-amz-content-sha256: " + sha256_hex(bytes) + "\r\n"));
    EXPECT_TRUE(asked.has("Content-Type: text/csv; charset=utf-8\r\n"));
  }
}

TEST_F(S3Files, ThatBecomeShorterWhileTheyAreSentAreGivenUp) {
  ASSERT_TRUE(write_file_atomic(path_, numbered_bytes(kThreeParts)).ok());
  OddServer server(
      [&, reply = upload(good_part, good_complete)](const Asked& asked, int number) {
        std::filesystem::resize_file(path_, 1000);
        return reply(asked, number);
      },
      small_parts);
  expect_error(server.store().put_file("long.bin", path_), ErrorCode::kCorruptData, "has become shorter");
  EXPECT_EQ(count_of(server, "DELETE"), 1U);
  EXPECT_EQ(count_of(server, "POST /lake/p/long.bin?uploadId"), 0U);
}

TEST_F(S3Files, OfWhichOnePartFailsLeaveNoParts) {
  ASSERT_TRUE(write_file_atomic(path_, numbered_bytes(kThreeParts)).ok());
  OddServer server(upload([](int number) { return number == 1 ? error_answer("403 Forbidden", "AccessDenied") : kOk; }, good_complete),
                   small_parts);
  expect_error(server.store().put_file("long.bin", path_), ErrorCode::kDenied, "UploadPart");
  EXPECT_EQ(count_of(server, "DELETE"), 1U);
}

TEST_F(S3Files, ThatAreEmptyOrShortAreSentAsTheyAre) {
  OddServer server([](const Asked&, int) { return kOk; });
  for (const std::string& bytes : {std::string(), std::string("short")}) {
    ASSERT_TRUE(write_file_atomic(path_, bytes).ok());
    expect_ok(server.store().put_file("a.txt", path_));
    EXPECT_EQ(server.asked().back().body, bytes);
  }
  expect_error(server.store().put_file("a.txt", folder_.path()), ErrorCode::kInvalidArgument, "");
  expect_error(server.store().put_file("a.txt", folder_.path() / "none"), ErrorCode::kNotFound, "none");
}

}  // namespace
}  // namespace vieweratlas::s3_internal
