#include "s3/address.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/aws/region.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/s3/open_s3_store.h"

namespace vieweratlas::s3_internal {
namespace {

constexpr std::size_t kMaxPrefixBytes = 512;  // leaves half of S3's 1,024 for the keys

struct Endpoint {
  std::string scheme;  // "http", "https"
  std::string host;    // with port
  std::string path;    // "" or "/..." without a slash at the end
};

Error refuse(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message)}; }

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_ip_address(std::string_view host) {
  return host.starts_with('[') ||
         (host.find('.') != std::string_view::npos && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

Status check_bucket(std::string_view bucket) {
  const std::string quoted = "s3_bucket \"" + printable(bucket) + "\"";
  if (bucket.empty()) return refuse("no bucket is named; set s3_bucket");
  if (bucket.find("://") != std::string_view::npos || bucket.find('/') != std::string_view::npos) {
    return refuse(quoted + " is more than a name; put the bucket's name into s3_bucket and what follows it into s3_prefix");
  }
  if (bucket.starts_with("arn:")) return refuse(quoted + " is an ARN; give the bucket's name, or the alias of the access point");
  const bool good = bucket.size() >= 3 && bucket.size() <= 63 && is_lower_or_digit(bucket.front()) && is_lower_or_digit(bucket.back()) &&
                    bucket.find("..") == std::string_view::npos && !is_ip_address(bucket) &&
                    std::all_of(bucket.begin(), bucket.end(), [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; });
  if (good) return {};
  return refuse(
      quoted +
      " is no name of a bucket; they have 3 to 63 small letters, digits, dots and hyphens, and begin and end with one of the first two");
}

Status check_prefix(std::string_view prefix) {
  if (prefix.empty()) return {};
  const std::string quoted = "s3_prefix \"" + printable(prefix) + "\"";
  if (!prefix.ends_with('/')) return refuse(quoted + " must end in '/'");
  if (prefix.size() > kMaxPrefixBytes || !is_utf8(prefix)) return refuse(quoted + " is too long, or no UTF-8");
  for (const std::string_view part : split(prefix.substr(0, prefix.size() - 1), '/')) {
    const bool bad = part.empty() || part == "." || part == ".." ||
                     std::any_of(part.begin(), part.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (bad) return refuse(quoted + " has an empty part, a part \"..\" or a control character; write for example \"vieweratlas/\"");
  }
  return {};
}

Status check_region(std::string_view region) {
  const bool good = !region.empty() && region.size() <= 40 &&
                    std::all_of(region.begin(), region.end(), [](char c) { return is_lower_or_digit(c) || c == '-' || c == '_'; });
  if (good) return {};
  return refuse("s3_region \"" + printable(region) + "\" is no region; write for example eu-central-1");
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    const bool may_hold_password = text.find('@') != std::string_view::npos;
    return refuse("the S3 endpoint " + (may_hold_password ? std::string("given") : "\"" + printable(text) + "\"") + " " + std::string(why) +
                  "; write https://HOST or https://HOST:PORT");
  };
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return wrong("has no https:// or http:// before its name");
  Endpoint endpoint{.scheme = to_lower(text.substr(0, colon))};
  if (endpoint.scheme != "http" && endpoint.scheme != "https") return wrong("is neither https:// nor http://");
  std::string_view rest = text.substr(colon + 3);
  if (rest.find_first_of("?#@ \\") != std::string_view::npos) return wrong("holds a query, a password or a space");
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  endpoint.host = std::string(rest.substr(0, slash));
  rest.remove_prefix(slash);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  endpoint.path = std::string(rest);
  const bool bad_host =
      endpoint.host.empty() || endpoint.host.starts_with(':') || !std::all_of(endpoint.host.begin(), endpoint.host.end(), [](char c) {
        return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || std::string_view(".-:[]_").find(c) != std::string_view::npos;
      });
  if (bad_host) return wrong("has no host");
  return endpoint;
}

/// A certificate for *.s3.REGION.amazonaws.com covers no second dot, so such a bucket is put into the path there.
bool use_path_style(const S3Options& options, bool own_endpoint) {
  if (options.addressing != S3Addressing::kAuto) return options.addressing == S3Addressing::kPath;
  return own_endpoint || options.bucket.find('.') != std::string::npos;
}

}  // namespace

std::string configured_endpoint(const S3Options& options) {
  if (!options.endpoint.empty()) return options.endpoint;
  if (!options.environment || equals_ignoring_case(options.environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or(""), "true"))
    return {};
  for (const char* name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
    const std::optional<std::string> value = options.environment(name);
    if (value.has_value() && !value->empty()) return *value;
  }
  return {};
}

Result<S3Address> s3_address(const S3Options& options) {
  if (Status checked = check_bucket(options.bucket); !checked) return std::move(checked).error();
  if (Status checked = check_prefix(options.prefix); !checked) return std::move(checked).error();
  if (Status checked = check_region(options.region); !checked) return std::move(checked).error();
  const std::string named = configured_endpoint(options);
  Endpoint endpoint{.scheme = "https", .host = "s3." + options.region + "." + std::string(aws_domain_of(options.region))};
  if (!named.empty()) {
    Result<Endpoint> parsed = parse_endpoint(named);
    if (!parsed) return std::move(parsed).error();
    endpoint = *std::move(parsed);
  }
  const bool path_style = use_path_style(options, !named.empty());
  if (!path_style && is_ip_address(endpoint.host.substr(0, endpoint.host.rfind(':')))) {
    return refuse("the S3 endpoint " + endpoint.host + " is an address, before which no bucket's name can stand; use path style");
  }
  if (!path_style && named.empty() && options.bucket.find('.') != std::string::npos) {
    return refuse("the bucket " + options.bucket + " has a dot, so its own host name would match no certificate; use path style");
  }
  S3Address address{.host = (path_style ? "" : options.bucket + ".") + endpoint.host, .allow_unencrypted = endpoint.scheme == "http"};
  address.origin = endpoint.scheme + "://" + address.host;
  address.path = endpoint.path + (path_style ? "/" + options.bucket : "");
  return address;
}

std::string s3_encoded_path(std::string_view key) {
  std::string path;
  path.reserve(key.size() + key.size() / 4);
  for (const std::string_view part : split(key, '/')) {
    path += percent_encoded(part);
    path += '/';
  }
  path.pop_back();
  return path;
}

std::string s3_url(const S3Address& address, std::string_view key, S3Query query) {
  // S3 orders by the encoded names and values.
  for (auto& [name, value] : query) {
    name = percent_encoded(name);
    value = percent_encoded(value);
  }
  std::sort(query.begin(), query.end());
  std::string url = address.origin + address.path + "/" + s3_encoded_path(key);
  if (key.empty() && !address.path.empty()) url.pop_back();
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += separator;
    url += name;
    url += '=';
    url += value;
    separator = '&';
  }
  return url;
}

}  // namespace vieweratlas::s3_internal
