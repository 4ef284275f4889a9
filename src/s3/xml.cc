#include "s3/xml.h"

#include <expat.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas::s3_internal {
namespace {

constexpr int kMaxDepth = 16;                       // S3 goes four deep
constexpr std::size_t kMaxTextBytes = 64U * 1024U;  // of one element; a key has 1,024, three times that when encoded
constexpr std::size_t kMaxXmlBytes = 32U * 1024U * 1024U;

/// Tells of each element that ends: where it was ("ListBucketResult/Contents/Key") and its text.
using OnElement = std::function<bool(std::string_view path, std::string_view text)>;

/// One walk through a document. A document type is refused: with it go entities that grow or that read files.
class Walk {
 public:
  explicit Walk(const OnElement& on_element) : on_element_(on_element), parser_(XML_ParserCreate("UTF-8")) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), on_begin, on_end);
    XML_SetCharacterDataHandler(parser_.get(), on_text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), on_doctype);
  }

  [[nodiscard]] Status run(std::string_view xml) {
    xml = trim(xml);  // S3 sends blanks while it works on a long answer
    if (xml.size() > kMaxXmlBytes) return Error{ErrorCode::kCorruptData, "an answer in XML is too long"};
    const bool good = XML_Parse(parser_.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE) == XML_STATUS_OK;
    if (good && !refused_) return {};
    const char* why = XML_ErrorString(XML_GetErrorCode(parser_.get()));
    return Error{ErrorCode::kCorruptData,
                 "an answer is not the XML that S3 speaks (byte " + std::to_string(XML_GetCurrentByteIndex(parser_.get())) + ": " +
                     (refused_ ? "what no such answer has" : std::string(why != nullptr ? why : "not well formed")) + ")"};
  }

 private:
  struct ParserDeleter {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };

  static void XMLCALL on_begin(void* user, const XML_Char* name, const XML_Char** /*attributes*/) {
    auto& walk = *static_cast<Walk*>(user);
    if (++walk.depth_ > kMaxDepth) return walk.refuse();
    if (!walk.path_.empty()) walk.path_ += '/';
    walk.path_ += name;
    walk.text_.clear();
  }
  static void XMLCALL on_end(void* user, const XML_Char* /*name*/) {
    auto& walk = *static_cast<Walk*>(user);
    if (!walk.on_element_(walk.path_, walk.text_)) walk.refuse();
    walk.text_.clear();
    const std::size_t slash = walk.path_.rfind('/');
    walk.path_.resize(slash == std::string::npos ? 0 : slash);
    --walk.depth_;
  }
  static void XMLCALL on_text(void* user, const XML_Char* text, int size) {
    auto& walk = *static_cast<Walk*>(user);
    if (walk.text_.size() + static_cast<std::size_t>(size) > kMaxTextBytes) return walk.refuse();
    walk.text_.append(text, static_cast<std::size_t>(size));
  }
  static void XMLCALL on_doctype(void* user, const XML_Char* /*name*/, const XML_Char* /*system*/, const XML_Char* /*public*/,
                                 int /*internal*/) {
    static_cast<Walk*>(user)->refuse();
  }
  void refuse() {
    refused_ = true;
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  const OnElement& on_element_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, ParserDeleter> parser_;
  std::string path_;
  std::string text_;
  int depth_ = 0;
  bool refused_ = false;
};

Status walk(std::string_view xml, const OnElement& on_element) { return Walk(on_element).run(xml); }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// As forms are encoded: '+' is a space, which some servers write and others do not.
std::string url_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

template <typename Integer>
bool read_number(std::string_view text, Integer& number) {
  text = trim(text);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size();
}

/// Gathers a page of a listing.
struct ListReader {
  S3ListBody body;
  S3ListedObject object;
  bool is_list = false;
  bool encoded = false;

  bool take(std::string_view path, std::string_view text) {
    static constexpr std::string_view kRoot = "ListBucketResult";
    if (path == kRoot) return is_list = true;
    if (!path.starts_with("ListBucketResult/")) return false;
    path.remove_prefix(kRoot.size() + 1);
    if (path == "Contents/Key") object.key = text;
    if (path == "Contents/Size") return read_number(text, object.num_bytes);
    if (path == "Contents/ETag") object.etag = unquoted(trim(text));
    if (path == "Contents/LastModified") return take_time(text);
    if (path == "Contents") body.objects.push_back(std::exchange(object, {}));
    if (path == "IsTruncated") body.truncated = trim(text) == "true";
    if (path == "NextContinuationToken") body.token = trim(text);
    if (path == "EncodingType") encoded = equals_ignoring_case(trim(text), "url");
    return true;
  }
  bool take_time(std::string_view text) {
    const std::optional<UtcTime> time = parse_time(trim(text));
    if (time.has_value()) object.modified_s = time->time_since_epoch().count();
    return time.has_value();
  }
};

}  // namespace

std::optional<S3ErrorBody> parse_s3_error(std::string_view xml) {
  S3ErrorBody body;
  bool is_error = false;
  const Status walked = walk(xml, [&](std::string_view path, std::string_view text) {
    // Some servers wrap it: <ErrorResponse><Error>.
    if (path.starts_with("ErrorResponse/")) path.remove_prefix(14);
    if (path == "Error") is_error = true;
    if (path == "Error/Code") body.code = trim(text);
    if (path == "Error/Message") body.message = trim(text);
    if (path == "Error/Region") body.region = trim(text);
    if (path == "Error/RequestId" || path == "RequestId") body.request_id = trim(text);
    return true;
  });
  if (!walked || !is_error) return std::nullopt;
  return body;
}

Result<S3ListBody> parse_s3_list(std::string_view xml) {
  ListReader reader;
  if (Status walked = walk(xml, [&](std::string_view path, std::string_view text) { return reader.take(path, text); }); !walked) {
    return std::move(walked).error();
  }
  if (!reader.is_list) return Error{ErrorCode::kCorruptData, "an answer that should list objects does not"};
  if (reader.encoded) {
    for (S3ListedObject& object : reader.body.objects) object.key = url_decoded(object.key);
  }
  return std::move(reader.body);
}

Result<std::string> parse_s3_text(std::string_view xml, std::string_view root, std::string_view element) {
  const std::string wanted = std::string(root) + "/" + std::string(element);
  std::optional<std::string> found;
  const Status walked = walk(xml, [&](std::string_view path, std::string_view text) {
    if (path == wanted) found = std::string(trim(text));
    return true;
  });
  if (!walked) return walked.error();
  if (!found.has_value()) return Error{ErrorCode::kCorruptData, "an answer has no " + wanted};
  return *std::move(found);
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '&': escaped += "&amp;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string unquoted(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) return std::string(text.substr(1, text.size() - 2));
  return std::string(text);
}

}  // namespace vieweratlas::s3_internal
