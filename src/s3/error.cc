#include "s3/error.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "s3/xml.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::s3_internal {
namespace {

struct Meaning {
  std::string_view code;  // S3's
  ErrorCode error;
  std::string_view words;  // what is wrong; the remedy
};

constexpr std::array kMeanings = std::to_array<Meaning>({
    {"NoSuchKey", ErrorCode::kNotFound, "there is no such object; check the key and s3_prefix"},
    {"NoSuchUpload", ErrorCode::kUnavailable,
     "the upload in parts was ended by somebody else, perhaps by the bucket's lifecycle rules; try again"},
    {"ExpiredToken", ErrorCode::kDenied, "the credentials have expired; renew them (for example: aws sso login) or let a role give them"},
    {"TokenRefreshRequired", ErrorCode::kDenied, "the credentials have expired; renew them"},
    {"InvalidToken", ErrorCode::kDenied,
     "the session token is not accepted; renew the credentials, and set or clear AWS_SESSION_TOKEN with its keys"},
    {"InvalidAccessKeyId", ErrorCode::kDenied,
     "the access key is not known there; check AWS_ACCESS_KEY_ID or the profile, and that they belong to this endpoint"},
    {"XAdminUserNotFound", ErrorCode::kDenied, "the access key is not known there; check AWS_ACCESS_KEY_ID or the profile"},  // versitygw
    {"SignatureDoesNotMatch", ErrorCode::kDenied, "the signature is not accepted; check AWS_SECRET_ACCESS_KEY or the profile"},
    {"RequestTimeTooSkewed", ErrorCode::kDenied, "this machine's clock is wrong by more than 15 minutes; set it"},
    {"AccountProblem", ErrorCode::kDenied, "the account has a problem; ask who runs it"},
    {"AllAccessDisabled", ErrorCode::kDenied, "all access to the bucket is switched off; ask who runs it"},
    {"InvalidObjectState", ErrorCode::kDenied, "the object is archived; restore it first"},
    {"KMS.DisabledException", ErrorCode::kDenied, "the KMS key is switched off; enable it or set another"},
    {"KMS.NotFoundException", ErrorCode::kInvalidArgument, "there is no such KMS key; correct its id or ARN"},
    {"EntityTooLarge", ErrorCode::kLimitExceeded, "the object is longer than the store takes; make it shorter"},
    {"KeyTooLongError", ErrorCode::kLimitExceeded, "the key is longer than the store takes; shorten s3_prefix"},
    {"QuotaExceeded", ErrorCode::kLimitExceeded, "the bucket is full; remove something or raise its quota"},
    {"XAmzContentSHA256Mismatch", ErrorCode::kCorruptData, "the bytes changed on their way; try again, and check proxies and memory"},
    {"BadDigest", ErrorCode::kCorruptData, "the bytes changed on their way; try again, and check proxies and memory"},
    {"InvalidDigest", ErrorCode::kCorruptData, "the checksum was not accepted; try again"},
    {"NotImplemented", ErrorCode::kInvalidArgument,
     "the store cannot do something that was asked for; try without encryption (s3_encryption none), or with "
     "AWS_REQUEST_CHECKSUM_CALCULATION=when_required"},
    {"InvalidEncryptionAlgorithmError", ErrorCode::kInvalidArgument,
     "the store does not know that encryption; set s3_encryption to another or none"},
    {"SlowDown", ErrorCode::kUnavailable, "the store asks for fewer requests; try again later, or lower the number of parallel transfers"},
});

std::string request_word(const S3Failure& failure) {
  return failure.body.request_id.empty() ? "" : ", request " + printable(failure.body.request_id, 80);
}

bool is_wrong_region(const S3Failure& failure) {
  const std::string_view code = failure.body.code;
  return failure.status == 301 || failure.status == 307 || code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed" ||
         code == "IllegalLocationConstraintException";
}

Error wrong_region(const S3Failure& failure, const S3Place& place, const std::string& begin, const std::string& end) {
  if (!failure.body.region.empty() && failure.body.region != place.region) {
    const std::string region = printable(failure.body.region, 60);
    return {ErrorCode::kInvalidArgument,
            begin + "the bucket is in " + region + ", not in " + std::string(place.region) + "; set s3_region to " + region + end};
  }
  return {ErrorCode::kInvalidArgument, begin + "the bucket is reached elsewhere than at " + std::string(place.host) +
                                           "; set s3_region to the bucket's region, or correct the endpoint" + end};
}

Error denied(const S3Place& place, const std::string& begin, const std::string& end) {
  std::string words = "access denied; allow s3:" + std::string(place.action) + " there";
  if (place.action == "GetObject" || place.action == "HeadObject") {
    words =
        "access denied; allow s3:GetObject there. If there is no such object, 403 instead of 404 means that s3:ListBucket on the bucket is "
        "not allowed";
  } else if (place.action == "ListObjectsV2") {
    words = "access denied; allow s3:ListBucket on the bucket " + std::string(place.bucket) + " for this prefix";
  } else if (place.action == "CopyObject") {
    words = "access denied; allow s3:GetObject on what is copied and s3:PutObject here";
  } else if (place.action.ends_with("MultipartUpload") || place.action.starts_with("UploadPart")) {
    words = "access denied; allow s3:PutObject and s3:AbortMultipartUpload there";
  }
  return {ErrorCode::kDenied, begin + words + end};
}

/// For codes that mean nothing special here.
ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
    case 403: return ErrorCode::kDenied;
    case 404:
    case 410: return ErrorCode::kNotFound;
    case 413:
    case 507: return ErrorCode::kLimitExceeded;
    case 408:
    case 409:
    case 425:
    case 429: return ErrorCode::kUnavailable;
    default: return status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kInvalidArgument;
  }
}

}  // namespace

S3Failure s3_failure(const HttpResponse& response, std::string_view body) {
  S3Failure failure{.status = response.status};
  if (std::optional<S3ErrorBody> parsed = parse_s3_error(body)) failure.body = *std::move(parsed);
  if (const auto region = response.header("x-amz-bucket-region")) failure.body.region = std::string(*region);
  if (const auto id = response.header("x-amz-request-id")) failure.body.request_id = std::string(*id);
  return failure;
}

Error s3_error(const S3Failure& failure, const S3Place& place) {
  const std::string_view code = failure.body.code;
  const std::string begin = std::string(place.action) + " " + printable(place.uri, 400) + ": ";
  const std::string end =
      " (" + (code.empty() ? "" : printable(code, 60) + ", ") + "HTTP " + std::to_string(failure.status) + request_word(failure) + ")";
  if (is_wrong_region(failure)) return wrong_region(failure, place, begin, end);
  if (code == "NoSuchBucket") {
    return {ErrorCode::kNotFound, begin + "there is no bucket " + std::string(place.bucket) + "; make it or correct s3_bucket" + end};
  }
  if (code == "AccessDenied" || (code.empty() && failure.status == 403)) return denied(place, begin, end);
  const auto* const known = std::find_if(kMeanings.begin(), kMeanings.end(), [&](const Meaning& meaning) { return meaning.code == code; });
  if (known != kMeanings.end()) return {known->error, begin + std::string(known->words) + end};
  const ErrorCode kind = code_of_status(failure.status);
  std::string words = failure.body.message.empty() ? "the store refused" : "the store says: " + printable(failure.body.message, 200);
  if (kind == ErrorCode::kNotFound && code.empty()) words = "there is no such object or bucket; check s3_bucket and s3_prefix";
  if (kind == ErrorCode::kUnavailable) words += "; try again later";
  return {kind, begin + words + end};
}

}  // namespace vieweratlas::s3_internal
