// AWS's published suite of requests and the signatures that they must get (tests/data/aws4_testsuite).

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/library.h"
#include "aws/signature.h"
#include "unit/aws/aws_test_support.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

/// The request that a file describes: a line of method and target, headers, an empty line, the body.
struct Vector {
  HttpRequest request;
  std::string session_token;
};

/// A header's value may go on in the next line, which begins with a space.
void add_header_line(Vector& vector, std::string_view line) {
  if (line.starts_with(' ')) {
    vector.request.headers.back().value += "\n" + std::string(line);
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string name(line.substr(0, colon));
  const std::string value(line.substr(colon + 1));
  if (name == "Host") {
    vector.request.url = "https://" + value + vector.request.url;
  } else if (name == "X-Amz-Security-Token") {
    vector.session_token = value;
  } else if (name != "X-Amz-Date") {
    vector.request.headers.push_back({name, value});
  }
}

Vector parse_vector(std::string_view text) {
  Vector vector;
  const std::size_t head_end = std::min(text.find("\n\n"), text.size());
  if (head_end < text.size()) vector.request.body = std::string(text.substr(head_end + 2));
  const std::vector<std::string_view> lines = split(text.substr(0, head_end), '\n');
  const std::size_t target = lines[0].find(' ') + 1;
  vector.request.method = lines[0].starts_with("POST") ? HttpMethod::kPost : HttpMethod::kGet;
  vector.request.url = std::string(lines[0].substr(target, lines[0].rfind(' ') - target));
  for (std::size_t i = 1; i < lines.size() && !lines[i].empty(); ++i) add_header_line(vector, lines[i]);
  return vector;
}

TEST(AwsVectors, EachRequestGetsItsPublishedSignature) {
  std::size_t num_tried = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(VIEWERATLAS_SOURCE_DIR) / "tests/data/aws4_testsuite")) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".req") continue;
    SCOPED_TRACE(name);
    Vector vector = parse_vector(read_file(entry.path()).value());
    // The suite names this token in the canonical request only.
    if (name == "get-vanilla-with-session-token") {
      vector.session_token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    }
    const AwsCredentials credentials{.access_key_id = "AKIDEXAMPLE",
                                     .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                                     .session_token = Secret(vector.session_token)};
    const Status status = sign_aws_request(vector.request, aws_sha256_hex(vector.request.body), credentials,
                                           {.region = "us-east-1", .service = "service"}, moment("2015-08-30T12:36:00Z"));
    ++num_tried;
    ASSERT_TRUE(status.ok()) << status.error().message;
    EXPECT_EQ(header_of(vector.request, "authorization"), trim(read_file(fs::path(entry.path()).replace_extension(".authz")).value()));
    EXPECT_EQ(header_of(vector.request, "x-amz-date"), "20150830T123600Z");
  }
  EXPECT_EQ(num_tried, 33U);
}

}  // namespace
}  // namespace vieweratlas
