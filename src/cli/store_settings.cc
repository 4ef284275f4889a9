#include "cli/store_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/version.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

Error invalid(std::string sentence) { return Error{ErrorCode::kInvalidArgument, std::move(sentence)}; }

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// The rules of Amazon S3, which also keep a bucket's name from being anything else in an address.
bool is_bucket(std::string_view name) {
  if (name.size() < 3 || name.size() > 63 || name.find("..") != std::string_view::npos) return false;
  if (!is_lower_or_digit(name.front()) || !is_lower_or_digit(name.back())) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_lower_or_digit(c) || c == '-' || c == '.'; });
}

bool is_region(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 3 && host.ends_with(']') &&
           host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  }
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  });
}

/// https://host[:port], with nothing behind it but one slash.
bool is_endpoint(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.starts_with("https://")) {
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return false;
  }
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return is_host(text);
  std::uint16_t port = 0;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return is_host(text.substr(0, colon)) && problem == std::errc() && end == digits.data() + digits.size() && port > 0;
}

/// Without slashes in front; with one at the end unless it is empty.
std::string whole_prefix(std::string_view prefix) {
  while (prefix.starts_with('/')) prefix.remove_prefix(1);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return prefix.empty() ? std::string() : std::string(prefix) + '/';
}

std::optional<std::string> value_of(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

/// What the store may see of the environment: AWS_... and HOME. The parts of a key that belong together come from one source.
Environment aws_environment(const StorageSettings& storage, const Environment& environment) {
  constexpr std::array<std::string_view, 3> kKeyParts{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"};
  const bool has_key = value_of(environment, kKeyParts.front()).has_value();
  Environment seen;
  for (const auto& [name, value] : storage.dotenv) {
    if (!has_key || std::find(kKeyParts.begin(), kKeyParts.end(), name) == kKeyParts.end())
      seen.insert_or_assign(name, std::string(value.reveal()));
  }
  const bool key_of_dotenv = !has_key && seen.contains(kKeyParts.front());
  for (const auto& [name, value] : environment) {
    if (value.empty() || (!name.starts_with("AWS_") && name != "HOME")) continue;
    if (key_of_dotenv && std::find(kKeyParts.begin(), kKeyParts.end(), name) != kKeyParts.end()) continue;
    seen.insert_or_assign(name, value);
  }
  return seen;
}

S3Options s3_options(const StorageSettings& storage, const Environment& environment, std::stop_token stop) {
  S3Options options;
  options.bucket = storage.bucket;
  options.prefix = whole_prefix(storage.prefix);
  options.region = storage.region;
  options.endpoint = storage.endpoint;
  if (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  options.addressing = storage.addressing;
  options.encryption = storage.encryption;
  options.kms_key = storage.kms_key;
  options.profile = storage.profile;
  options.ca_file = storage.ca_file;
  options.parallel_transfers = storage.parallel;
  options.stop = std::move(stop);
  options.environment = [seen = aws_environment(storage, environment)](std::string_view name) { return value_of(seen, name); };
  options.user_agent = fmt::format("vieweratlas/{}", kVersion);
  return options;
}

StoreOptions impatient(StoreOptions options) {
  options.s3.deadline = kLittlePatience;
  options.sqlite_patience = kLittlePatience;
  return options;
}

Error problem_error(const std::pair<std::string_view, std::string>& problem) {
  return invalid(fmt::format("{}: {}", problem.first, problem.second));
}

}  // namespace

std::optional<std::pair<std::string_view, std::string>> storage_problem(const StorageSettings& storage, bool needs_bucket) {
  using Problem = std::pair<std::string_view, std::string>;
  if (needs_bucket && storage.bucket.empty()) return Problem{"storage.storage_type", "s3 needs a bucket; set s3_bucket"};
  if (!storage.bucket.empty() && !is_bucket(storage.bucket)) {
    return Problem{"storage.s3_bucket",
                   fmt::format("\"{}\" cannot be a bucket: 3 to 63 lower-case letters, digits, hyphens and dots; what follows the bucket "
                               "belongs into s3_prefix",
                               printable(storage.bucket, 80))};
  }
  if (const std::string prefix = whole_prefix(storage.prefix); !prefix.empty() && !is_object_key(prefix + "x")) {
    return Problem{"storage.s3_prefix",
                   fmt::format("\"{}\" cannot begin a key: parts divided by single slashes, none of them hidden or longer than 200 "
                               "bytes, without control characters",
                               printable(storage.prefix, 80))};
  }
  if (!storage.region.empty() && !is_region(storage.region)) {
    return Problem{"storage.s3_region",
                   fmt::format("\"{}\" cannot be a region; an example is eu-central-1", printable(storage.region, 80))};
  }
  if (!storage.endpoint.empty() && !is_endpoint(storage.endpoint)) {
    const bool may_hold_password = storage.endpoint.find('@') != std::string::npos;
    return Problem{"storage.s3_endpoint", fmt::format("{} must be http://HOST[:PORT] or https://HOST[:PORT], without a path{}",
                                                      may_hold_password ? "it" : "\"" + printable(storage.endpoint, 120) + "\"",
                                                      may_hold_password ? " or a password" : "")};
  }
  if (!storage.kms_key.empty() && storage.encryption != S3Encryption::kKms) {
    return Problem{"storage.s3_kms_key", "a key is used with s3_encryption kms only; set that, or leave the key out"};
  }
  return std::nullopt;
}

Result<StoreOptions> store_options(const Settings& settings, const Environment& environment, std::stop_token stop) {
  const StorageSettings& storage = settings.storage;
  StoreOptions options;
  options.kind = storage.type;
  options.folder = settings.collection.logs_dir;
  options.sqlite_file = storage.sqlite_file;
  if (storage.type != StoreKind::kS3) return options;
  if (const auto problem = storage_problem(storage, true)) return problem_error(*problem);
  options.s3 = s3_options(storage, environment, std::move(stop));
  return options;
}

Result<std::unique_ptr<ObjectStore>> store_for(const Settings& settings, const Environment& environment, std::stop_token stop) {
  const Result<StoreOptions> options = store_options(settings, environment, std::move(stop));
  if (!options) return options.error();
  return open_store(*options);
}

Result<std::unique_ptr<ObjectStore>> impatient_store_for(const Settings& settings, const Environment& environment, std::stop_token stop) {
  Result<StoreOptions> options = store_options(settings, environment, std::move(stop));
  if (!options) return std::move(options).error();
  return open_store(impatient(*std::move(options)));
}

Error told_by_server(Error error) {
  if (error.code == ErrorCode::kInvalidArgument) error.code = ErrorCode::kUnavailable;
  return error;
}

Status reach_place(StoreOptions options) {
  if (options.kind == StoreKind::kFile) return {};
  const Result<std::unique_ptr<ObjectStore>> store = open_store(impatient(std::move(options)));
  if (!store) return store.error();
  const Result<ObjectPage> page = (*store)->list_page("", {}, 1);
  const bool is_final = !page && (page.error().code == ErrorCode::kUnavailable || page.error().code == ErrorCode::kInvalidArgument);
  return is_final ? Status(told_by_server(page.error())) : Status();
}

Status reach_store(const Settings& settings, const Environment& environment, StoreUse use, std::stop_token stop) {
  if (settings.storage.type == StoreKind::kFile) return {};
  const Result<std::unique_ptr<ObjectStore>> store = impatient_store_for(settings, environment, std::move(stop));
  if (!store) return store.error();
  if (use == StoreUse::kRead) {
    const Result<ObjectPage> page = (*store)->list_page("raw/", {}, 1);
    return page ? Status() : told_by_server(page.error());
  }
  const UtcTime now = std::chrono::floor<std::chrono::seconds>(SystemClock().utc());
  Status put =
      (*store)->put("state/collector/start.json", fmt::format("{{\"started\":\"{}\",\"version\":\"{}\"}}\n", format_iso(now), kVersion));
  return put.ok() ? Status() : told_by_server(std::move(put).error());
}

Result<StoreOptions> parse_place(std::string_view place, const Settings& settings, const Environment& environment, std::stop_token stop) {
  constexpr std::string_view kS3 = "s3://";
  constexpr std::string_view kSqlite = "sqlite:";
  StoreOptions options;
  if (place.starts_with(kS3)) {
    const std::string_view rest = place.substr(kS3.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    StorageSettings storage = settings.storage;
    storage.bucket = rest.substr(0, slash);
    storage.prefix = rest.substr(slash);
    if (storage.bucket.empty()) return invalid(fmt::format("\"{}\" names no bucket; write s3://BUCKET/PREFIX", printable(place, 120)));
    if (const auto problem = storage_problem(storage, true)) return problem_error(*problem);
    options.kind = StoreKind::kS3;
    options.s3 = s3_options(storage, environment, std::move(stop));
    return options;
  }
  if (place.starts_with(kSqlite)) {
    options.kind = StoreKind::kSqlite;
    options.sqlite_file = place.substr(kSqlite.size());
    if (options.sqlite_file.empty()) return invalid("sqlite: names no file; write sqlite:FILE");
    return options;
  }
  // A word and :// are an address of something else; a folder of that name can be written with ./ in front.
  if (place.empty() || place.find("://") != std::string_view::npos) {
    return invalid(fmt::format("\"{}\" is no place; write FOLDER, sqlite:FILE or s3://BUCKET/PREFIX", printable(place, 120)));
  }
  options.kind = StoreKind::kFile;
  options.folder = place;
  return options;
}

Result<std::filesystem::path> cache_dir_of(const StorageSettings& storage, const Environment& environment) {
  if (!storage.cache_dir.empty()) return storage.cache_dir;
  // Relative folders do not count, as the XDG base directory specification says.
  if (const std::filesystem::path cache = value_of(environment, "XDG_CACHE_HOME").value_or(""); cache.is_absolute()) {
    return cache / "vieweratlas" / "objects";
  }
  if (const std::filesystem::path home = value_of(environment, "HOME").value_or(""); home.is_absolute()) {
    return home / ".cache" / "vieweratlas" / "objects";
  }
  return invalid("there is no HOME to keep copies of objects in; set storage.cache_dir");
}

}  // namespace vieweratlas
