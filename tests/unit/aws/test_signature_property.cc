// The signer against another one, written from the text of AWS's rules, over requests that nobody thought of.

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/signature.h"
#include "unit/aws/aws_test_support.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(), nullptr);
  return digest;
}

std::string hmac(std::string_view key, std::string_view bytes) {
  std::string digest(32, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
       reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

std::string encoded(std::string_view text, std::string_view also = "") {
  const std::string kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~" + std::string(also);
  std::string out;
  for (const char c : text) {
    if (kept.find(c) != std::string::npos) {
      out += c;
    } else {
      const std::string digits = hex(std::string_view(&c, 1));
      out += '%';
      for (const char digit : digits) out += digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
    }
  }
  return out;
}

/// The authorization header for a GET of s3 at eu-west-1 on 2026-11-22T10:00:00Z.
std::string reference(std::string_view path, Pairs query, Pairs headers, std::string_view payload) {
  std::sort(query.begin(), query.end());
  std::sort(headers.begin(), headers.end());
  std::string canonical = "GET\n" + std::string(path) + "\n";
  for (std::size_t i = 0; i < query.size(); ++i) canonical += (i == 0 ? "" : "&") + query[i].first + "=" + query[i].second;
  canonical += "\n";
  std::string names;
  for (const auto& [name, value] : headers) {
    canonical += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  canonical += "\n" + names + "\n" + std::string(payload);
  const std::string scope = "20261122/eu-west-1/s3/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n20261122T100000Z\n" + scope + "\n" + hex(sha256(canonical));
  const std::string key = hmac(hmac(hmac(hmac("AWS4secret/+", "20261122"), "eu-west-1"), "s3"), "aws4_request");
  return "AWS4-HMAC-SHA256 Credential=AKID/" + scope + ", SignedHeaders=" + names + ", Signature=" + hex(hmac(key, to_sign));
}

/// Mostly what stands in keys, sometimes any byte.
rc::Gen<std::string> text() {
  const std::string usual = "abcXYZ019-._~/=+ %&?#$,:;@!'()*[]{}|<>^`\"\\";
  return rc::gen::container<std::string>(rc::gen::weightedOneOf<char>({{4, rc::gen::elementOf(usual)}, {1, rc::gen::arbitrary<char>()}}));
}

TEST(AwsSignatureProperty, AgreesWithAnIndependentSignerOnAnyKeyAndQuery) {
  const bool good = rc::check("same signature", [] {
    const std::string key = "/" + encoded(*text(), "/");
    Pairs query;
    std::string written;
    for (const auto& [name, value] : *rc::gen::resize(6, rc::gen::container<Pairs>(rc::gen::pair(text(), text())))) {
      if (name.empty() || to_lower(name).starts_with("x-amz")) continue;  // those would be signatures
      query.emplace_back(encoded(name), encoded(value));
      written += (written.empty() ? "?" : "&") + query.back().first + "=" + query.back().second;
    }
    const std::string token = *rc::gen::element<std::string>("", "a/token==");
    const std::string payload = hex(sha256(*text()));
    const AwsCredentials credentials{.access_key_id = "AKID", .secret_access_key = Secret("secret/+"), .session_token = Secret(token)};
    HttpRequest request{.url = "https://bucket.example.com:9000" + key + written, .headers = {{"Range", "bytes=0-9"}}};
    RC_ASSERT(
        sign_aws_request(request, payload, credentials, {.region = "eu-west-1", .service = "s3"}, moment("2026-11-22T10:00:00Z")).ok());
    Pairs headers{
        {"host", "bucket.example.com:9000"}, {"range", "bytes=0-9"}, {"x-amz-content-sha256", payload}, {"x-amz-date", "20261122T100000Z"}};
    if (!token.empty()) headers.emplace_back("x-amz-security-token", token);
    RC_ASSERT(header_of(request, "authorization") == reference(key, query, headers, payload));
  });
  EXPECT_TRUE(good);
}

}  // namespace
}  // namespace vieweratlas
