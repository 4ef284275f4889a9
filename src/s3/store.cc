#include "s3/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "s3/address.h"
#include "s3/client.h"
#include "s3/download.h"
#include "s3/hash.h"
#include "s3/retry.h"
#include "s3/upload.h"
#include "s3/xml.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/aws/profile_settings.h"
#include "vieweratlas/aws/signer.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/file_sink.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::s3_internal {
namespace {

constexpr std::string_view kUsualRegion = "us-east-1";
constexpr std::size_t kMaxKeyBytes = 1024;                   // S3's
constexpr std::size_t kMaxPage = 1000;                       // S3's
constexpr std::chrono::milliseconds kConnectTimeout{3'500};  // with one retry a wrong endpoint is known in less than 8 s
constexpr int kMaxEmptyPages = 100;
constexpr off_t kSmallFileBytes = 1024 * 1024;  // shorter files are read once
constexpr char kTokenEnd = '\n';                // between S3's token and the last key

/// Signatures by AWS's own library.
class LibrarySigner final : public RequestSigner {
 public:
  explicit LibrarySigner(std::unique_ptr<AwsSigner> signer) : signer_(std::move(signer)) {}
  Status sign(HttpRequest& request, std::string_view payload_sha256, UtcMillis time, const std::stop_token& stop) override {
    return signer_->sign(request, payload_sha256, time, stop);
  }
  void distrust(const HttpRequest& request) override { signer_->distrust(request); }

 private:
  std::unique_ptr<AwsSigner> signer_;
};

/// AWS's own switch for servers that do not know checksums.
bool wants_checksums(const S3Options& options, const char* name) {
  const std::optional<std::string> value = options.environment ? options.environment(name) : std::nullopt;
  return !(value.has_value() && equals_ignoring_case(*value, "when_required"));
}

AwsCredentialsOptions credentials_options(const S3Options& options) {
  return {.profile = options.profile,
          .region = options.region,
          .ca_file = options.ca_file,
          .environment = options.environment,
          .user_agent = options.user_agent};
}

/// What nobody has set is taken from the environment and the profile, as AWS's own tools do.
Result<S3Options> with_profile(S3Options options) {
  Result<AwsProfileSettings> profile = aws_profile_settings(credentials_options(options), "s3");
  if (!profile) return std::move(profile).error();
  if (options.region.empty()) options.region = profile->region.empty() ? kUsualRegion : profile->region;
  if (options.ca_file.empty() && options.environment) options.ca_file = options.environment("AWS_CA_BUNDLE").value_or("");
  if (options.ca_file.empty()) options.ca_file = profile->ca_file;
  if (configured_endpoint(options).empty()) options.endpoint = profile->endpoint;
  return options;
}

S3ClientOptions client_options(const S3Options& options, S3Address address, std::uint64_t seed) {
  return {.address = std::move(address),
          .bucket = options.bucket,
          .region = options.region,
          .backoff = {.deadline = options.deadline},
          .seed = seed,
          .stop = options.stop};
}

S3WriteOptions write_options(const S3Options& options) {
  return {.encryption = options.encryption,
          .kms_key = options.kms_key,
          .checksums = wants_checksums(options, "AWS_REQUEST_CHECKSUM_CALCULATION"),
          .part_bytes = options.part_bytes,
          .parallel = options.parallel_transfers};
}

S3Object object_to_write(std::string_view full_key, std::string_view key, const PutOptions& options, bool only_if_absent) {
  return {.key = full_key,
          .content_type = options.content_type.empty() ? content_type_of(key) : options.content_type,
          .only_if_absent = only_if_absent};
}

}  // namespace

Result<std::unique_ptr<S3Store>> S3Store::open(const S3Options& given) {
  const Result<S3Options> settled = with_profile(given);
  if (!settled) return settled.error();
  const S3Options& options = *settled;
  Result<std::unique_ptr<HttpClient>> client =
      make_http_client({.ca_file = options.ca_file, .connect_timeout = kConnectTimeout, .user_agent = options.user_agent});
  if (!client) return std::move(client).error();
  Result<std::unique_ptr<AwsSigner>> signer = AwsSigner::make(credentials_options(options));
  if (!signer) return std::move(signer).error();
  return open(options, {.http = *std::move(client),
                        .signer = std::make_unique<LibrarySigner>(*std::move(signer)),
                        .clock = std::make_unique<SystemClock>(),
                        .sleep = system_sleep(),
                        .seed = random_seed()});
}

Result<std::unique_ptr<S3Store>> S3Store::open(const S3Options& options, S3Parts parts) {
  Result<S3Address> address = s3_address(options);
  if (!address) return std::move(address).error();
  return std::unique_ptr<S3Store>(new S3Store(options, *std::move(address), std::move(parts)));
}

S3Store::S3Store(const S3Options& options, S3Address address, S3Parts parts)
    : parts_(std::move(parts)),
      prefix_(options.prefix),
      client_(client_options(options, std::move(address), parts_.seed), *parts_.http, *parts_.signer, *parts_.clock, parts_.sleep),
      reader_(client_, {.checksums = wants_checksums(options, "AWS_RESPONSE_CHECKSUM_VALIDATION"), .parallel = options.parallel_transfers}),
      writer_(client_, write_options(options)) {}

Result<std::string> S3Store::full_key(std::string_view key) const {
  if (is_object_key(key) && prefix_.size() + key.size() <= kMaxKeyBytes) return prefix_ + std::string(key);
  if (!is_object_key(key)) return wrong_key(key);
  return Error{ErrorCode::kInvalidArgument, "\"" + printable(key) + "\" has with s3_prefix more than the " + std::to_string(kMaxKeyBytes) +
                                                " bytes that S3 takes; shorten one of them"};
}

StoredObject S3Store::object_of(std::string_view key, S3Facts facts) const {
  return {.key = std::string(key), .num_bytes = facts.num_bytes, .modified_s = facts.modified_s, .version = std::move(facts.etag)};
}

Status S3Store::put(std::string_view key, std::string_view bytes, const PutOptions& options) {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  Result<bool> written = writer_.write(object_to_write(*full, key, options, false), bytes);
  return written ? Status() : Status(std::move(written).error());
}

Result<bool> S3Store::put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& options) {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  return writer_.write(object_to_write(*full, key, options, true), bytes);
}

Status S3Store::put_stream(std::string_view key, ByteSource& content, const PutOptions& options) {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  Result<bool> written = writer_.write(object_to_write(*full, key, options, false), content);
  return written ? Status() : Status(std::move(written).error());
}

Status S3Store::put_file(std::string_view key, const std::filesystem::path& path, const PutOptions& options) {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return system_error(errno, "reading", path);
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return system_error(errno, "reading", path);
  // What has no length, as a pipe, and what is read faster than asked about.
  if (!S_ISREG(facts.st_mode) || facts.st_size < kSmallFileBytes) return ObjectStore::put_file(key, path, options);
  const S3File content{.descriptor = file.get(), .num_bytes = static_cast<std::uint64_t>(facts.st_size), .path = path};
  Result<bool> written = writer_.write(object_to_write(*full, key, options, false), content);
  return written ? Status() : Status(std::move(written).error());
}

Result<std::string> S3Store::get(std::string_view key) const {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  return reader_.get(*full);
}

Result<std::string> S3Store::get_range(std::string_view key, ByteRange range) const {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  return reader_.get_range(*full, range);
}

Result<StoredObject> S3Store::get_stream(std::string_view key, const Sink& sink) const {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  Result<S3Facts> facts = reader_.stream(*full, sink);
  if (!facts) return std::move(facts).error();
  return object_of(key, *std::move(facts));
}

Result<StoredObject> S3Store::get_file(std::string_view key, const std::filesystem::path& path) const {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  Result<FileSink> file = FileSink::begin(path);
  if (!file) return std::move(file).error();
  Result<S3Facts> facts = reader_.fetch(*full, *file);
  if (!facts) return std::move(facts).error();
  if (Status placed = file->commit(); !placed) return std::move(placed).error();
  return object_of(key, *std::move(facts));
}

Result<std::optional<StoredObject>> S3Store::find(std::string_view key) const {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  Result<std::optional<S3Facts>> found = reader_.find(*full);
  if (!found) return std::move(found).error();
  if (!found->has_value()) return std::optional<StoredObject>();
  return std::optional(object_of(key, **std::move(found)));
}

Result<S3ListBody> S3Store::list_from(const std::string& full_prefix, std::string token, std::size_t max_objects,
                                      const std::string& where) const {
  // A page may have no keys and yet not be the last; a server that gives nothing else is not followed for ever.
  for (int num_empty = 0; num_empty < kMaxEmptyPages; ++num_empty) {
    S3Call call{.action = "ListObjectsV2", .shown = full_prefix};
    call.query = {{"list-type", "2"},
                  {"encoding-type", "url"},  // keys with control characters are no XML otherwise
                  {"max-keys", std::to_string(std::clamp<std::size_t>(max_objects, 1, kMaxPage))},
                  {"prefix", full_prefix}};
    if (!token.empty()) call.query.emplace_back("continuation-token", token);
    const Result<S3Answer> answer = client_.send(call);
    if (!answer) return answer.error();
    Result<S3ListBody> body = parse_s3_list(answer->response.body);
    if (!body) return std::move(body).error().with_context(where.substr(0, where.size() - 2));
    if (!body->truncated) return body;
    if (body->token.empty() || body->token == token || body->token.find(kTokenEnd) != std::string::npos) {
      return Error{ErrorCode::kCorruptData, where + "the store says that more follows, but not where; it cannot be used"};
    }
    if (!body->objects.empty()) return body;
    token = std::move(body->token);
  }
  return Error{ErrorCode::kCorruptData, where + "the store says again and again that more follows, and gives nothing; it cannot be used"};
}

Result<ObjectPage> S3Store::list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const {
  if (!is_object_prefix(prefix)) return wrong_prefix(prefix);
  const std::string where = "ListObjectsV2 " + printable(uri(prefix), 400) + ": ";
  const std::size_t token_end = next.find(kTokenEnd);
  const std::string token = next.substr(0, token_end);
  const std::string last_key = token_end == std::string::npos ? "" : next.substr(token_end + 1);
  if (!next.empty() && (token.empty() || last_key.empty())) {
    return Error{ErrorCode::kInvalidArgument, where + "the place to go on from is none that a listing of this store has given"};
  }
  Result<S3ListBody> body = list_from(prefix_ + std::string(prefix), token, max_objects, where);
  if (!body) return std::move(body).error();
  ObjectPage page;
  std::string_view before = last_key;
  for (S3ListedObject& object : body->objects) {
    if (object.key <= before) {
      return Error{ErrorCode::kCorruptData, where + "the store does not list in order of keys, or repeats itself; it cannot be used"};
    }
    before = object.key;
    const std::string_view key = std::string_view(object.key).substr(std::min(prefix_.size(), object.key.size()));
    if (!object.key.starts_with(prefix_) || !is_object_key(key)) {
      ++num_foreign_keys_;
      continue;
    }
    page.objects.push_back(
        {.key = std::string(key), .num_bytes = object.num_bytes, .modified_s = object.modified_s, .version = std::move(object.etag)});
  }
  if (body->truncated) page.next = body->token + kTokenEnd + std::string(before);
  return page;
}

Status S3Store::copy(std::string_view from, std::string_view to) {
  const Result<std::string> full_from = full_key(from);
  if (!full_from) return full_from.error();
  const Result<std::string> full_to = full_key(to);
  if (!full_to) return full_to.error();
  const Result<std::optional<S3Facts>> found = reader_.find(*full_from);
  if (!found) return found.error();
  if (!found->has_value()) {
    return Error{ErrorCode::kNotFound,
                 "CopyObject " + printable(uri(from), 400) + ": there is no such object; check the key and s3_prefix"};
  }
  if (from == to) return {};
  return writer_.copy(*full_from, (*found)->etag, (*found)->num_bytes, object_to_write(*full_to, to, {}, false));
}

Status S3Store::remove(std::string_view key) {
  const Result<std::string> full = full_key(key);
  if (!full) return full.error();
  const Result<S3Answer> answer = client_.send({.action = "DeleteObject", .method = HttpMethod::kDelete, .key = *full, .expected = {404}});
  if (!answer) return answer.error();
  if (answer->response.status == 404 && answer->error.code == "NoSuchBucket") {
    return Error{ErrorCode::kNotFound, "DeleteObject " + printable(uri(key), 400) + ": there is no bucket " + client_.options().bucket +
                                           "; make it or correct s3_bucket"};
  }
  return {};
}

std::string S3Store::uri(std::string_view key) const { return client_.uri(prefix_ + std::string(key)); }

}  // namespace vieweratlas::s3_internal

namespace vieweratlas {

Result<std::unique_ptr<ObjectStore>> open_s3_store(const S3Options& options) {
  Result<std::unique_ptr<s3_internal::S3Store>> store = s3_internal::S3Store::open(options);
  if (!store) return std::move(store).error();
  return std::unique_ptr<ObjectStore>(*std::move(store));
}

}  // namespace vieweratlas
