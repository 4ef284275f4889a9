#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "aws/signature.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/aws/signer.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// The moment, key and region of the examples in Amazon's S3 API reference, "Signature Calculations for the Authorization Header".
constexpr UtcMillis kDocumentedMoment = sys_days{2013y / 5 / 24};
constexpr AwsScope kDocumentedScope{.region = "us-east-1", .service = "s3"};

AwsCredentials documented_credentials() {
  return {.access_key_id = "AKIAIOSFODNN7EXAMPLE", .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")};
}

std::string header(const HttpRequest& request, std::string_view name) {
  std::string found;
  for (const HttpHeader& candidate : request.headers) {
    if (candidate.name == name) found += (found.empty() ? "" : " and ") + candidate.value;
  }
  return found;
}

std::string authorization(std::string_view signed_headers, std::string_view signature) {
  return "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=" +
         std::string(signed_headers) + ", Signature=" + std::string(signature);
}

void sign_as_documented(HttpRequest& request, std::string_view payload_sha256) {
  const Status status = sign_aws_request(request, payload_sha256, documented_credentials(), kDocumentedScope, kDocumentedMoment);
  ASSERT_TRUE(status.ok()) << status.error().message;
}

TEST(AwsSignature, GetOfARangeIsSignedAsAmazonDocuments) {
  HttpRequest request{.url = "https://examplebucket.s3.amazonaws.com/test.txt", .headers = {{"Range", "bytes=0-9"}}};
  sign_as_documented(request, kEmptySha256);
  EXPECT_EQ(header(request, "authorization"), authorization("host;range;x-amz-content-sha256;x-amz-date",
                                                            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
  EXPECT_EQ(header(request, "x-amz-date"), "20130524T000000Z");
  EXPECT_EQ(header(request, "x-amz-content-sha256"), kEmptySha256);
}

TEST(AwsSignature, PutOfAKeyWithADollarIsSignedAsAmazonDocuments) {
  HttpRequest request{.method = HttpMethod::kPut,
                      .url = "https://examplebucket.s3.amazonaws.com/test%24file.text",
                      .headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                      .body = "Welcome to Amazon S3."};
  sign_as_documented(request, "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
  EXPECT_EQ(header(request, "authorization"), authorization("date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                                                            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(AwsSignature, AQueryWithoutAValueIsSignedAsAmazonDocuments) {
  HttpRequest request{.url = "https://examplebucket.s3.amazonaws.com/?lifecycle"};
  sign_as_documented(request, kEmptySha256);
  EXPECT_EQ(header(request, "authorization"),
            authorization("host;x-amz-content-sha256;x-amz-date", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST(AwsSignature, AListIsSignedAsAmazonDocuments) {
  HttpRequest request{.url = "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J"};
  sign_as_documented(request, kEmptySha256);
  EXPECT_EQ(header(request, "authorization"),
            authorization("host;x-amz-content-sha256;x-amz-date", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(AwsSignature, SigningAgainReplacesTheFirstSignature) {
  HttpRequest request{.url = "https://examplebucket.s3.amazonaws.com/test.txt", .headers = {{"Range", "bytes=0-9"}}};
  AwsCredentials session = documented_credentials();
  session.session_token = Secret("a-session");
  ASSERT_TRUE(sign_aws_request(request, kEmptySha256, session, kDocumentedScope, kDocumentedMoment + 24h).ok());
  EXPECT_EQ(header(request, "x-amz-security-token"), "a-session");
  sign_as_documented(request, kEmptySha256);
  EXPECT_EQ(header(request, "x-amz-security-token"), "");
  EXPECT_EQ(header(request, "authorization"), authorization("host;range;x-amz-content-sha256;x-amz-date",
                                                            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
}

TEST(AwsSignature, ThePortThatGoesWithoutSayingIsNotSigned) {
  HttpRequest plain{.url = "https://example.com/a"};
  HttpRequest usual{.url = "https://example.com:443/a"};
  HttpRequest other{.url = "https://example.com:8443/a"};
  for (HttpRequest* request : {&plain, &usual, &other}) sign_as_documented(*request, kUnsignedPayload);
  EXPECT_EQ(header(plain, "authorization"), header(usual, "authorization"));
  EXPECT_NE(header(plain, "authorization"), header(other, "authorization"));
}

TEST(AwsSignature, WhatIsNoUrlIsRefused) {
  for (const char* url : {"", "ftp://example.com/a", "https:///a", "https://example.com/a#b", "https://user@example.com/"}) {
    HttpRequest request{.url = url};
    const Status status = sign_aws_request(request, kEmptySha256, documented_credentials(), kDocumentedScope, kDocumentedMoment);
    ASSERT_FALSE(status.ok()) << url;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument) << url;
  }
}

}  // namespace
}  // namespace vieweratlas
