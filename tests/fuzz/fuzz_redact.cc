#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "presence/file_name.h"
#include "presence/read_files.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/redact.h"

namespace vieweratlas {
namespace {

Presence read(std::string_view key, std::string_view bytes) {
  static ThreadPool pool(1);
  presence_internal::ReadLimits limits;
  limits.max_file_bytes = 1U << 22U;
  const std::vector<presence_internal::InputFile> files{{.object = {.key = std::string(key), .num_bytes = bytes.size()},
                                                         .bytes = bytes,
                                                         .name = presence_internal::interpret_file_name(key)}};
  Result<Presence> presence = presence_internal::read_files(files, nullptr, {}, limits, pool);
  VA_CHECK(presence.ok());
  return std::move(presence).value();
}

/// Whatever the file: a viewer who was taken out of it is not read from it, and nobody else is read who was not read before.
void fuzz(std::string_view key, std::string_view bytes) {
  const auto is_ada = [](const NamedViewer& viewer) {
    return to_lower(viewer.name) == "ada" || to_lower(viewer.login) == "ada" || viewer.id == "ada";
  };
  Redaction redaction;
  const std::string text = redact_text(bytes, key, is_ada, redaction);
  VA_CHECK(text.size() <= bytes.size() + redaction.num_removed * 4);  // "null" in the place of a name
  VA_CHECK(redaction.changes() || text == bytes);
  VA_CHECK(redaction.num_removed <= redaction.num_viewers);
  VA_CHECK(!read(key, text).viewers.find("ada"));
}

}  // namespace
}  // namespace vieweratlas

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr const char* kKeys[] = {"some_channel_20261122_100005.json", "some.ndjson", "some.csv"};
  vieweratlas::fuzz(kKeys[data[0] % 3], std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
