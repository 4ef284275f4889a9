#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/manifest.h"

/// What is taken for a manifest says the same when it is written and read again, and names nothing outside of its day.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vieweratlas;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const std::string key = manifest_key(20'779);
  const Result<LakeManifest> manifest = parse_manifest(json, key);
  if (!manifest) return 0;
  const std::string once = to_json(*manifest);
  const Result<LakeManifest> again = parse_manifest(once, key);
  VA_CHECK(again.ok());
  VA_CHECK(to_json(*again) == once);
  for (const LakeTable& table : manifest->presence) VA_CHECK(table.key.starts_with("curated/presence/dt=2026-11-22/"));
  return 0;
}
