#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "s3/client.h"
#include "s3/download.h"
#include "s3/retry.h"
#include "s3/upload.h"
#include "s3/xml.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::s3_internal {

/// What a store asks of the world.
struct S3Parts {
  std::unique_ptr<HttpClient> http;
  std::unique_ptr<RequestSigner> signer;
  std::unique_ptr<Clock> clock;
  S3Sleep sleep;
  std::uint64_t seed = 0;
};

/// Objects in a bucket. Thread-safe.
class S3Store final : public ObjectStore {
 public:
  /// Errors: invalid_argument (bucket, prefix, region or endpoint that cannot be), denied (certificates that cannot be read).
  [[nodiscard]] static Result<std::unique_ptr<S3Store>> open(const S3Options& options);
  /// With other parts than the real ones, for tests.
  [[nodiscard]] static Result<std::unique_ptr<S3Store>> open(const S3Options& options, S3Parts parts);

  [[nodiscard]] Status put(std::string_view key, std::string_view bytes, const PutOptions& options = {}) override;
  [[nodiscard]] Result<bool> put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& options = {}) override;
  [[nodiscard]] Status put_stream(std::string_view key, ByteSource& content, const PutOptions& options = {}) override;
  [[nodiscard]] Result<std::string> get(std::string_view key) const override;
  [[nodiscard]] Result<std::string> get_range(std::string_view key, ByteRange range) const override;
  [[nodiscard]] Result<StoredObject> get_stream(std::string_view key, const Sink& sink) const override;
  [[nodiscard]] Result<std::optional<StoredObject>> find(std::string_view key) const override;
  [[nodiscard]] Result<ObjectPage> list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const override;
  [[nodiscard]] Status copy(std::string_view from, std::string_view to) override;
  [[nodiscard]] Status remove(std::string_view key) override;
  [[nodiscard]] std::string uri(std::string_view key) const override;
  [[nodiscard]] Status put_file(std::string_view key, const std::filesystem::path& path, const PutOptions& options = {}) override;
  [[nodiscard]] Result<StoredObject> get_file(std::string_view key, const std::filesystem::path& path) const override;

  [[nodiscard]] const S3Counters& counters() const { return client_.counters(); }
  /// Keys in listings that no store would take, and that were left out.
  [[nodiscard]] std::uint64_t num_foreign_keys() const { return num_foreign_keys_; }

 private:
  S3Store(const S3Options& options, S3Address address, S3Parts parts);
  /// The key in the bucket. Errors: invalid_argument.
  [[nodiscard]] Result<std::string> full_key(std::string_view key) const;
  /// A page with objects, or the last one. `where` begins errors.
  [[nodiscard]] Result<S3ListBody> list_from(const std::string& full_prefix, std::string token, std::size_t max_objects,
                                             const std::string& where) const;
  [[nodiscard]] StoredObject object_of(std::string_view key, S3Facts facts) const;

  S3Parts parts_;
  std::string prefix_;
  mutable S3Client client_;
  mutable S3Reader reader_;
  S3Writer writer_;
  mutable std::atomic<std::uint64_t> num_foreign_keys_ = 0;
};

}  // namespace vieweratlas::s3_internal
