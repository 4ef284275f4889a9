// Anything for the XML of S3's answers: nothing may crash, and what is read stays within the document's size.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "s3/xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vieweratlas::s3_internal;
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  const auto list = parse_s3_list(xml);
  if (list.ok()) {
    std::size_t total = list->token.size();
    for (const S3ListedObject& object : list->objects) total += object.key.size() + object.etag.size();
    if (total > size) std::abort();
  }
  const auto error = parse_s3_error(xml);
  if (error.has_value() && error->code.size() + error->message.size() + error->region.size() + error->request_id.size() > size)
    std::abort();
  (void)parse_s3_text(xml, "CompleteMultipartUploadResult", "ChecksumCRC32");
  (void)unquoted(xml);
  return 0;
}
