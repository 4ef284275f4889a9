#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "s3/xml.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::s3_internal {

/// An answer that is no success.
struct S3Failure {
  int status = 0;
  S3ErrorBody body;  ///< its region and request id are taken from headers where those have them
};

/// What `response` says of a failure; `body` is the beginning of its body.
[[nodiscard]] S3Failure s3_failure(const HttpResponse& response, std::string_view body);

/// Where a call went, for messages.
struct S3Place {
  std::string_view action;  ///< "PutObject", as in policies
  std::string uri;          ///< "s3://bucket/key"
  std::string_view bucket;
  std::string_view region;
  std::string_view host;
};

/// The failure in the house's words: "PutObject s3://...: what is wrong; the remedy (request ID)".
[[nodiscard]] Error s3_error(const S3Failure& failure, const S3Place& place);

}  // namespace vieweratlas::s3_internal
