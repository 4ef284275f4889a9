#include "net/http_target.h"

#include <curl/curl.h>
#include <curl/urlapi.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::optional<std::string> url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool is_loopback(std::string_view host) {
  if (equals_ignoring_case(host, "localhost") || host == "[::1]") return true;
  // libcurl has made numbers such as 127.1 four parts; a name may begin with 127. too.
  return host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// Addresses of the machine's surroundings, such as a cloud's metadata service. No proxy can reach ours.
bool is_link_local(std::string_view host) {
  const bool is_number = std::count(host.begin(), host.end(), '.') == 3 && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return (is_number && host.starts_with("169.254.")) || host.starts_with("[fe80:") || host.starts_with("[fd00:ec2:");
}

}  // namespace

Result<HttpTarget> http_target(const std::string& text, bool allow_unencrypted) {
  const auto refuse = [](std::string_view what) { return Error{ErrorCode::kInvalidArgument, std::string(what)}; };
  const std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  VA_CHECK(url != nullptr);
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK || text.find('\0') != std::string::npos) {
    const bool may_hold_password = text.find('@') != std::string::npos;
    return refuse((may_hold_password ? std::string("this") : printable(text)) + " is no absolute URL; write https://HOST/PATH");
  }
  if (url_part(url.get(), CURLUPART_USER).has_value() || url_part(url.get(), CURLUPART_PASSWORD).has_value()) {
    return refuse("a URL may hold no user name or password, since URLs are logged; take them out");
  }
  const std::string scheme = url_part(url.get(), CURLUPART_SCHEME).value_or("");
  const std::string host = url_part(url.get(), CURLUPART_HOST).value_or("");
  const bool loopback = is_loopback(host);
  if (scheme != "https" && !(scheme == "http" && (loopback || allow_unencrypted))) {
    return refuse(printable(text) + " is not encrypted; write https:// (http:// is for this machine only: localhost, 127.0.0.1, [::1])");
  }
  return HttpTarget{.direct = loopback || is_link_local(host)};
}

}  // namespace vieweratlas
