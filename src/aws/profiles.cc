#include "aws/profiles.h"

#include <aws/common/byte_buf.h>
#include <aws/common/string.h>
#include <aws/sdkutils/aws_profile.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "aws/library.h"
#include "aws/lookup.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::aws_internal {
namespace {

namespace fs = std::filesystem;

struct CollectionRelease {
  void operator()(aws_profile_collection* collection) const { aws_profile_collection_release(collection); }
};
struct StringDestroy {
  void operator()(aws_string* text) const { aws_string_destroy(text); }
};
using Collection = std::unique_ptr<aws_profile_collection, CollectionRelease>;
using LibraryString = std::unique_ptr<aws_string, StringDestroy>;

LibraryString library_string(std::string_view text) {
  return LibraryString(aws_string_new_from_array(aws_library(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

/// The path of a file of profiles: as a setting says, with ~ for HOME, else below ~/.aws.
fs::path profile_file(const AwsSearch& search, std::string_view setting, const char* name) {
  const std::string named = search.setting(setting);
  if (named.starts_with("~/")) return fs::path(search.setting("HOME")) / named.substr(2);
  if (!named.empty()) return named;
  const fs::path folder = aws_folder(search);
  return folder.empty() ? folder : folder / name;
}

/// Null inside when there is no such file.
Result<Collection> read_profiles(const fs::path& path, aws_profile_source_type type) {
  if (path.empty()) return Collection();
  Result<std::string> text = read_file(path);
  if (!text.ok()) {
    if (text.error().code == ErrorCode::kNotFound) return Collection();
    return std::move(text).error();
  }
  const aws_byte_buf buffer = aws_byte_buf_from_array(text->data(), text->size());
  Collection collection(aws_profile_collection_new_from_buffer(aws_library(), &buffer, type));
  if (collection == nullptr) {
    return Error{ErrorCode::kCorruptData, printable(path.string()) +
                                              " is no file of AWS profiles; it must have lines such as [profile "
                                              "work] and region = eu-central-1"};
  }
  return collection;
}

std::string property_of(const aws_profile* profile, const std::string& name) {
  if (profile == nullptr) return {};
  const aws_profile_property* property = aws_profile_get_property(profile, library_string(name).get());
  if (property == nullptr) return {};
  const aws_string* value = aws_profile_property_get_value(property);
  return std::string(trim(std::string_view(aws_string_c_str(value), value->len)));
}

}  // namespace

struct AwsProfiles::Collections {
  Collection config;
  Collection credentials;
};

AwsProfiles::AwsProfiles(std::unique_ptr<Collections> collections, std::string files)
    : collections_(std::move(collections)), files_(std::move(files)) {}
AwsProfiles::AwsProfiles(AwsProfiles&&) noexcept = default;
AwsProfiles::~AwsProfiles() = default;

Result<AwsProfiles> AwsProfiles::read(const AwsSearch& search) {
  const fs::path config = profile_file(search, "AWS_CONFIG_FILE", "config");
  const fs::path credentials = profile_file(search, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  auto collections = std::make_unique<Collections>();
  Result<Collection> from_config = read_profiles(config, AWS_PST_CONFIG);
  if (!from_config) return std::move(from_config).error();
  Result<Collection> from_credentials = read_profiles(credentials, AWS_PST_CREDENTIALS);
  if (!from_credentials) return std::move(from_credentials).error();
  collections->config = *std::move(from_config);
  collections->credentials = *std::move(from_credentials);
  return AwsProfiles(std::move(collections), printable(credentials.string()) + " and " + printable(config.string()));
}

bool AwsProfiles::has(const std::string& profile) const {
  const LibraryString name = library_string(profile);
  for (const Collection* collection : {&collections_->credentials, &collections_->config}) {
    if (*collection != nullptr && aws_profile_collection_get_profile(collection->get(), name.get()) != nullptr) return true;
  }
  return false;
}

std::string AwsProfiles::value(const std::string& profile, const std::string& property) const {
  const LibraryString name = library_string(profile);
  for (const Collection* collection : {&collections_->credentials, &collections_->config}) {
    if (*collection == nullptr) continue;
    std::string value = property_of(aws_profile_collection_get_profile(collection->get(), name.get()), property);
    if (!value.empty()) return value;
  }
  return {};
}

std::string AwsProfiles::sso_session_value(const std::string& session, const std::string& property) const {
  if (collections_->config == nullptr) return {};
  return property_of(
      aws_profile_collection_get_section(collections_->config.get(), AWS_PROFILE_SECTION_TYPE_SSO_SESSION, library_string(session).get()),
      property);
}

std::optional<std::string> AwsProfiles::services_value(const std::string& services, const std::string& service,
                                                       const std::string& property) const {
  if (collections_->config == nullptr) return std::nullopt;
  const aws_profile* section =
      aws_profile_collection_get_section(collections_->config.get(), AWS_PROFILE_SECTION_TYPE_SERVICES, library_string(services).get());
  if (section == nullptr) return std::nullopt;
  const aws_profile_property* of_service = aws_profile_get_property(section, library_string(service).get());
  if (of_service == nullptr) return std::string();
  const aws_string* value = aws_profile_property_get_sub_property(of_service, library_string(property).get());
  return value == nullptr ? std::string() : std::string(trim(std::string_view(aws_string_c_str(value), value->len)));
}

fs::path aws_folder(const AwsSearch& search) {
  const std::string home = search.setting("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".aws";
}

}  // namespace vieweratlas::aws_internal
