// What is said to S3 and understood of it: addresses, encoding, XML, errors, dates, sizes of parts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "s3/address.h"
#include "s3/client.h"
#include "s3/download.h"
#include "s3/error.h"
#include "s3/hash.h"
#include "s3/upload.h"
#include "s3/xml.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/s3/open_s3_store.h"

namespace vieweratlas::s3_internal {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

S3Options options_for(std::string bucket, std::string endpoint = "") {
  return {.bucket = std::move(bucket), .endpoint = std::move(endpoint)};
}

std::string url_for(const S3Options& options, std::string_view key = "a/b") {
  const Result<S3Address> address = s3_address(options);
  return address.ok() ? s3_url(*address, key) : address.error().message;
}

std::string refusal_of(const S3Options& options) {
  const Result<S3Address> address = s3_address(options);
  if (address.ok()) return "accepted: " + address->origin + address->path;
  EXPECT_EQ(address.error().code, ErrorCode::kInvalidArgument);
  return address.error().message;
}

TEST(S3Address, IsAmazonsOfTheRegion) {
  S3Options options = options_for("lake");
  EXPECT_EQ(url_for(options), "https://lake.s3.us-east-1.amazonaws.com/a/b");
  options.region = "cn-north-1";
  EXPECT_EQ(url_for(options), "https://lake.s3.cn-north-1.amazonaws.com.cn/a/b");
  options.region = "us-gov-west-1";
  EXPECT_EQ(url_for(options), "https://lake.s3.us-gov-west-1.amazonaws.com/a/b");
  options.addressing = S3Addressing::kPath;
  EXPECT_EQ(url_for(options), "https://s3.us-gov-west-1.amazonaws.com/lake/a/b");
  EXPECT_EQ(url_for(options, ""), "https://s3.us-gov-west-1.amazonaws.com/lake");
  EXPECT_EQ(url_for(options_for("lake"), ""), "https://lake.s3.us-east-1.amazonaws.com/");
}

TEST(S3Address, DotsInABucketsNameGoIntoThePath) {
  EXPECT_EQ(url_for(options_for("my.lake")), "https://s3.us-east-1.amazonaws.com/my.lake/a/b");
  S3Options options = options_for("my.lake");
  options.addressing = S3Addressing::kVirtualHost;
  EXPECT_THAT(refusal_of(options), HasSubstr("certificate"));
}

TEST(S3Address, AnEndpointIsTheOperators) {
  EXPECT_EQ(url_for(options_for("lake", "http://10.0.0.1:9000")), "http://10.0.0.1:9000/lake/a/b");
  EXPECT_TRUE(s3_address(options_for("lake", "http://10.0.0.1:9000"))->allow_unencrypted);
  EXPECT_FALSE(s3_address(options_for("lake", "https://10.0.0.1:9000"))->allow_unencrypted);
  EXPECT_EQ(url_for(options_for("lake", "https://minio.example/s3/")), "https://minio.example/s3/lake/a/b");
  S3Options options = options_for("lake", "https://minio.example:9000");
  options.addressing = S3Addressing::kVirtualHost;
  EXPECT_EQ(url_for(options), "https://lake.minio.example:9000/a/b");
  options.endpoint = "https://[::1]:9000";
  EXPECT_THAT(refusal_of(options), HasSubstr("path style"));
}

TEST(S3Address, TheEnvironmentNamesAnEndpoint) {
  std::map<std::string, std::string, std::less<>> values{{"AWS_ENDPOINT_URL", "http://localhost:1"}};
  S3Options options = options_for("lake");
  options.environment = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
  EXPECT_EQ(url_for(options), "http://localhost:1/lake/a/b");
  values["AWS_ENDPOINT_URL_S3"] = "http://localhost:2";
  EXPECT_EQ(url_for(options), "http://localhost:2/lake/a/b");
  values["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  EXPECT_EQ(url_for(options), "https://lake.s3.us-east-1.amazonaws.com/a/b");
  options.endpoint = "http://localhost:3";
  EXPECT_EQ(url_for(options), "http://localhost:3/lake/a/b");
}

TEST(S3Address, RefusesWhatCannotBe) {
  EXPECT_THAT(refusal_of(options_for("")), HasSubstr("set s3_bucket"));
  EXPECT_THAT(refusal_of(options_for("s3://lake")), HasSubstr("s3_prefix"));
  EXPECT_THAT(refusal_of(options_for("lake/raw")), HasSubstr("s3_prefix"));
  EXPECT_THAT(refusal_of(options_for("arn:aws:s3:::lake")), HasSubstr("ARN"));
  for (const char* bucket : {"La", "Lake", "la_ke", "-lake", "lake-", "la..ke", "192.168.0.1", "lake\n"}) {
    EXPECT_THAT(refusal_of(options_for(bucket)), HasSubstr("no name of a bucket")) << bucket;
  }
  EXPECT_THAT(refusal_of(options_for(std::string(64, 'a'))), HasSubstr("no name of a bucket"));
  for (const char* prefix : {"raw", "/", "a//", "../", "a/./", "a\n/"}) {
    S3Options options = options_for("lake");
    options.prefix = prefix;
    EXPECT_THAT(refusal_of(options), HasSubstr("s3_prefix")) << prefix;
  }
  for (const char* endpoint : {"localhost:9000", "ftp://host", "https://", "https://host?x", "http://:80", "https://a b"}) {
    EXPECT_THAT(refusal_of(options_for("lake", endpoint)), HasSubstr("S3 endpoint")) << endpoint;
  }
  EXPECT_THAT(refusal_of(options_for("lake", "https://user:t0p@host")), AllOf(HasSubstr("password"), Not(HasSubstr("t0p"))));
  S3Options options = options_for("lake");
  options.region = "eu central";
  EXPECT_THAT(refusal_of(options), HasSubstr("s3_region"));
}

TEST(S3Url, EncodesAllButUnreservedCharactersAndSlashes) {
  EXPECT_EQ(s3_encoded_path("dt=2026-11-22/a+b c%25&d.json"), "dt%3D2026-11-22/a%2Bb%20c%2525%26d.json");
  EXPECT_EQ(s3_encoded_path("caf\xC3\xA9/~a_b-c.d"), "caf%C3%A9/~a_b-c.d");
  EXPECT_EQ(s3_encoded_path("!'()*:@,;$"), "%21%27%28%29%2A%3A%40%2C%3B%24");
  EXPECT_EQ(s3_encoded_path(""), "");
}

TEST(S3Url, SortsTheQuery) {
  const S3Address address = s3_address(options_for("lake", "http://h")).value();
  EXPECT_EQ(s3_url(address, "k", {{"uploads", ""}}), "http://h/lake/k?uploads=");
  EXPECT_EQ(s3_url(address, "", {{"prefix", "a/b="}, {"list-type", "2"}, {"continuation-token", "x+/="}}),
            "http://h/lake?continuation-token=x%2B%2F%3D&list-type=2&prefix=a%2Fb%3D");
}

RC_GTEST_PROP(S3Url, AKeyComesBackFromItsPath, (const std::string& key)) {
  const std::string path = s3_encoded_path(key);
  std::string back;
  for (std::size_t i = 0; i < path.size(); ++i) {
    RC_ASSERT(std::string_view("=+ &?#").find(path[i]) == std::string_view::npos);
    back += path[i] == '%' ? static_cast<char>(std::stoi(path.substr(i + 1, 2), nullptr, 16)) : path[i];
    if (path[i] == '%') i += 2;
  }
  RC_ASSERT(back == key);
}

constexpr std::string_view kList = R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>lake</Name><Prefix>a/</Prefix><EncodingType>url</EncodingType>
<IsTruncated>true</IsTruncated><NextContinuationToken>1/abc=</NextContinuationToken>
<Contents><Key>a/dt%3D1/x+y%2Bz%2525.json</Key><LastModified>2026-11-22T10:00:00.000Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>
<Size>12</Size><StorageClass>STANDARD</StorageClass><Owner><ID>1</ID><DisplayName>d</DisplayName></Owner></Contents>
<Contents><Key>a/%E6%97%A5.json</Key><Size>0</Size></Contents>
<CommonPrefixes><Prefix>a/b/</Prefix></CommonPrefixes></ListBucketResult>)";

TEST(S3Xml, ReadsAListing) {
  const Result<S3ListBody> list = parse_s3_list(kList);
  ASSERT_TRUE(list.ok()) << list.error().message;
  ASSERT_EQ(list->objects.size(), 2U);
  EXPECT_EQ(list->objects[0].key, "a/dt=1/x y+z%25.json");
  EXPECT_EQ(list->objects[0].num_bytes, 12U);
  EXPECT_EQ(list->objects[0].modified_s, 1'795'341'600);
  EXPECT_EQ(list->objects[0].etag, "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(list->objects[1].key, "a/\xE6\x97\xA5.json");
  EXPECT_TRUE(list->truncated);
  EXPECT_EQ(list->token, "1/abc=");
}

TEST(S3Xml, KeysThatAreNotEncodedStayAsTheyAre) {
  const Result<S3ListBody> list = parse_s3_list("<ListBucketResult><Contents><Key>a+b%20c</Key></Contents></ListBucketResult>");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->objects.at(0).key, "a+b%20c");
  EXPECT_FALSE(list->truncated);
}

TEST(S3Xml, RefusesWhatIsNoListing) {
  const std::string bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><ListBucketResult>&b;</ListBucketResult>";
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "<ListBucketResult>";
  for (const std::string& xml :
       {std::string(), std::string("<html></html>"), std::string(kList.substr(0, 400)), bomb, deep, std::string("{}"),
        std::string("<ListBucketResult><Contents><Size>-1</Size></Contents></ListBucketResult>"),
        std::string("<ListBucketResult><Contents><LastModified>soon</LastModified></Contents></ListBucketResult>"),
        "<ListBucketResult><Contents><Key>" + std::string(70'000, 'k') + "</Key></Contents></ListBucketResult>"}) {
    const Result<S3ListBody> list = parse_s3_list(xml);
    ASSERT_FALSE(list.ok()) << xml.substr(0, 100);
    EXPECT_EQ(list.error().code, ErrorCode::kCorruptData);
  }
}

TEST(S3Xml, ReadsErrorsAndTexts) {
  const auto error = parse_s3_error(
      "  <?xml version=\"1.0\"?>\n<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region &lt;x&gt;</Message>"
      "<Region>eu-west-1</Region><RequestId>ABC</RequestId></Error>");
  ASSERT_TRUE(error.has_value()) << "blanks come while the server works";
  EXPECT_EQ(error->region, "eu-west-1");
  EXPECT_EQ(error->request_id, "ABC");
  const auto trimmed = parse_s3_error("\n\n<Error><Code>NoSuchKey</Code><Message>&lt;x&gt;</Message><Region>eu-west-1</Region></Error>\n");
  ASSERT_TRUE(trimmed.has_value());
  EXPECT_EQ(trimmed->code, "NoSuchKey");
  EXPECT_EQ(trimmed->message, "<x>");
  EXPECT_EQ(trimmed->region, "eu-west-1");
  EXPECT_FALSE(parse_s3_error("<Ok/>").has_value());
  EXPECT_FALSE(parse_s3_error("<Error><Code>x").has_value());
  EXPECT_EQ(parse_s3_text("<R><Id> u1 </Id></R>", "R", "Id").value(), "u1");
  EXPECT_FALSE(parse_s3_text("<R><Id>u1</Id></R>", "Q", "Id").ok());
  EXPECT_EQ(xml_escaped("<a&\"b\">"), "&lt;a&amp;&quot;b&quot;&gt;");
}

Error error_for(int status, std::string code, std::string_view action = "PutObject", std::string region = "") {
  const S3Failure failure{.status = status,
                          .body = {.code = std::move(code), .message = "text", .region = std::move(region), .request_id = "ID1"}};
  return s3_error(failure, {.action = action, .uri = "s3://lake/a", .bucket = "lake", .region = "us-east-1", .host = "lake.s3.example"});
}

TEST(S3Error, NamesPlaceRemedyAndRequest) {
  const Error denied = error_for(403, "AccessDenied");
  EXPECT_EQ(denied.code, ErrorCode::kDenied);
  EXPECT_EQ(denied.message, "PutObject s3://lake/a: access denied; allow s3:PutObject there (AccessDenied, HTTP 403, request ID1)");
  EXPECT_THAT(error_for(403, "AccessDenied", "GetObject").message, HasSubstr("s3:ListBucket on the bucket is not allowed"));
  EXPECT_THAT(error_for(403, "", "HeadObject").message, HasSubstr("s3:ListBucket"));
  EXPECT_THAT(error_for(403, "AccessDenied", "ListObjectsV2").message, HasSubstr("allow s3:ListBucket on the bucket lake"));
  EXPECT_THAT(error_for(403, "AccessDenied", "UploadPart").message, HasSubstr("s3:AbortMultipartUpload"));
}

TEST(S3Error, EveryCodeSaysWhatToDo) {
  EXPECT_EQ(error_for(404, "NoSuchKey").code, ErrorCode::kNotFound);
  EXPECT_EQ(error_for(404, "").code, ErrorCode::kNotFound);
  EXPECT_THAT(error_for(404, "NoSuchBucket").message, HasSubstr("make it or correct s3_bucket"));
  EXPECT_EQ(error_for(404, "NoSuchBucket").code, ErrorCode::kNotFound);
  for (const auto& [status, code] :
       std::vector<std::pair<int, std::string>>{{301, "PermanentRedirect"}, {400, "AuthorizationHeaderMalformed"}}) {
    EXPECT_EQ(error_for(status, code, "GetObject", "eu-west-1").code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(error_for(status, code, "GetObject", "eu-west-1").message, HasSubstr("set s3_region to eu-west-1"));
  }
  EXPECT_EQ(error_for(400, "ExpiredToken").code, ErrorCode::kDenied);
  EXPECT_EQ(error_for(403, "InvalidAccessKeyId").code, ErrorCode::kDenied);
  EXPECT_EQ(error_for(403, "SignatureDoesNotMatch").code, ErrorCode::kDenied);
  EXPECT_THAT(error_for(403, "RequestTimeTooSkewed").message, HasSubstr("clock"));
  EXPECT_EQ(error_for(400, "EntityTooLarge").code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(error_for(507, "").code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(error_for(403, "QuotaExceeded").code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(error_for(503, "SlowDown").code, ErrorCode::kUnavailable);
  EXPECT_EQ(error_for(500, "").code, ErrorCode::kUnavailable);
  EXPECT_EQ(error_for(400, "BadDigest").code, ErrorCode::kCorruptData);
  EXPECT_THAT(error_for(501, "NotImplemented").message, HasSubstr("s3_encryption none"));
  EXPECT_EQ(error_for(400, "Strange").code, ErrorCode::kInvalidArgument);
}

TEST(S3Error, ForeignTextIsMadePrintable) {
  const S3Failure failure{.status = 400,
                          .body = {.code = "X\n\x1B[31m", .message = std::string(500, 'm') + "\x1B]0;evil\x07", .request_id = "\r\n"}};
  const std::string text = s3_error(failure, {.action = "PutObject", .uri = "s3://lake/a"}).message;
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1B")), Not(HasSubstr("\n"))));
  EXPECT_LT(text.size(), 700U);
}

TEST(S3Words, DatesOfHttp) {
  EXPECT_EQ(parse_http_date("Sun, 22 Nov 2026 20:26:21 GMT"), 1'795'379'181);
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(parse_http_date("Wed, 31 Dec 1969 23:59:59 GMT"), std::nullopt) << "signatures have no such time";
  for (const char* text :
       {"", "Sun, 22 Nov 2026", "Sun, 31 Feb 2026 20:26:21 GMT", "Sun, 22 Nov 2026 25:26:21 GMT", "2026-11-22T20:26:21Z"}) {
    EXPECT_FALSE(parse_http_date(text).has_value()) << text;
  }
}

TEST(S3Words, ChecksumsAsS3WritesThem) {
  EXPECT_EQ(crc32_base64("123456789"), "y/Q5Jg==");
  EXPECT_EQ(crc32_base64(""), "AAAAAA==");
  EXPECT_EQ(sha256_hex(""), kEmptySha256);
  Md5 md5;
  md5.update("ab");
  md5.update("c");
  EXPECT_EQ(md5.finish(), "900150983cd24fb0d6963f7d28e17f72");
  Sha256 sha256;
  sha256.update("ab");
  sha256.update("c");
  EXPECT_EQ(sha256.finish(), sha256_hex("abc"));
  EXPECT_NE(random_name(), random_name());
}

TEST(S3Words, ChecksumsOfPiecesMakeThatOfTheWhole) {
  const std::string whole(100'000, 'y');
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, whole.size()}) {
    Crc32 front;
    Crc32 behind;
    front.update(std::string_view(whole).substr(0, cut));
    behind.update(std::string_view(whole).substr(cut));
    front.append(behind, whole.size() - cut);
    EXPECT_EQ(front.base64(), crc32_base64(whole)) << cut;
  }
}

TEST(S3Words, FactsOfAnAnswer) {
  const auto facts = [](int status, std::vector<HttpHeader> headers) {
    return s3_facts({.status = status, .headers = std::move(headers)});
  };
  const Result<S3Facts> plain = facts(200, {{"content-length", "7"},
                                            {"etag", "\"900150983cd24fb0d6963f7d28e17f72\""},
                                            {"last-modified", "Sun, 22 Nov 2026 20:26:21 GMT"},
                                            {"x-amz-checksum-crc32", "y/Q5Jg=="}});
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->num_bytes, 7U);
  EXPECT_EQ(plain->modified_s, 1'795'379'181);
  EXPECT_EQ(plain->crc32, "y/Q5Jg==");
  EXPECT_TRUE(plain->etag_is_md5);
  EXPECT_EQ(facts(206, {{"content-length", "3"}, {"content-range", "bytes 4-6/99"}})->num_bytes, 99U);
  EXPECT_FALSE(facts(206, {{"content-length", "3"}}).ok());
  EXPECT_FALSE(facts(200, {}).ok());
  const std::vector<HttpHeader> parts{
      {"content-length", "7"}, {"etag", "\"900150983cd24fb0d6963f7d28e17f72-2\""}, {"x-amz-checksum-crc32", "y/Q5Jg=="}};
  EXPECT_TRUE(facts(200, parts)->crc32.empty()) << "perhaps of checksums";
  EXPECT_FALSE(facts(200, parts)->etag_is_md5);
  EXPECT_FALSE(
      facts(200, {{"content-length", "7"}, {"etag", "\"900150983cd24fb0d6963f7d28e17f72\""}, {"x-amz-server-side-encryption", "aws:kms"}})
          ->etag_is_md5);
}

TEST(S3Parts, TenThousandHoldFiveTerabytes) {
  std::uint64_t total = 0;
  std::uint64_t before = 0;
  for (std::uint32_t number = 1; number <= kMaxParts; ++number) {
    const std::uint64_t size = part_bytes(number, 16ULL << 20U);
    EXPECT_GE(size, before);
    EXPECT_LE(size, kMaxPartBytes);
    before = size;
    total += size;
  }
  EXPECT_GE(total, kMaxObjectBytes);
  EXPECT_EQ(part_bytes(1, 16ULL << 20U), 16ULL << 20U);
  EXPECT_EQ(part_bytes(1, 1), kMinPartBytes);
}

TEST(S3Parts, MemoryIsBounded) {
  EXPECT_EQ(parts_in_flight(16ULL << 20U, 8), 3U);
  EXPECT_EQ(parts_in_flight(5ULL << 20U, 8), 8U);
  EXPECT_EQ(parts_in_flight(512ULL << 20U, 8), 1U);
  EXPECT_EQ(parts_in_flight(16ULL << 20U, 0), 1U);
}

}  // namespace
}  // namespace vieweratlas::s3_internal
