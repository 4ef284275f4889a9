#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"
#include "unit/lake/lake_samples.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Manifest, ComesBackAsItWas) {
  const LakeManifest manifest = sample_manifest();
  const std::string json = to_json(manifest);
  const Result<LakeManifest> back = parse_manifest(json, manifest_key(manifest.day));
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(to_json(*back), json);
  EXPECT_EQ(back->presence.size(), 2U);
  EXPECT_EQ(back->presence[0].source, "live");
  EXPECT_EQ(back->presence[0].num_bytes, manifest.presence[0].num_bytes);
  EXPECT_EQ(back->inputs[0].object.key, manifest.inputs[0].object.key);
  EXPECT_EQ(back->inputs[0].object.modified_s, -5);
  EXPECT_EQ(back->inputs[0].days, manifest.inputs[0].days);
  EXPECT_TRUE(back->inputs[0].unfinished);
  EXPECT_TRUE(back->inputs[1].is_blank);
  EXPECT_EQ(back->inputs[0].losses.by_reason().at("truncated_json").count, 3U);
  EXPECT_EQ(back->inputs[0].losses.by_reason().at("truncated_json").example, "a.ndjson:7: \xF0\x9F\x98\x80 \"cut\"\n");
  EXPECT_EQ(back->inputs[0].set_aside.total(), 9U);
  EXPECT_FALSE(back->logins.has_value());
  EXPECT_EQ(back->num_forgotten_rows, 1U);
}

TEST(Manifest, RefusesOtherVersionsDaysAndDamage) {
  const std::string key = manifest_key(kSampleDay);
  const std::string json = to_json(sample_manifest());
  const auto code = [&](const std::string& text) {
    const Result<LakeManifest> manifest = parse_manifest(text, key);
    EXPECT_FALSE(manifest.ok());
    if (manifest.ok()) return ErrorCode::kInternal;
    EXPECT_NE(manifest.error().message.find(key), std::string::npos);
    return manifest.error().code;
  };
  EXPECT_EQ(code(""), ErrorCode::kCorruptData);
  EXPECT_EQ(code("[]"), ErrorCode::kCorruptData);
  EXPECT_EQ(code(replaced(json, "\"schema_version\":1", "\"schema_version\":2")), ErrorCode::kCorruptData);
  EXPECT_EQ(code(replaced(json, "2026-11-22", "2026-11-23")), ErrorCode::kCorruptData);
  EXPECT_EQ(code(replaced(json, "0123456789abcdef", "../../../../../x")), ErrorCode::kCorruptData);
  for (std::size_t length = 0; length + 1 < json.size(); length += 17) EXPECT_EQ(code(json.substr(0, length)), ErrorCode::kCorruptData);
}

TEST(Manifest, NamesNoTableOutsideOfItsDay) {
  const std::string json = to_json(sample_manifest());
  for (const char* key : {"state/viewer.key", "curated/presence/dt=2026-11-21/x.parquet", "curated/presence/dt=2026-11-22/../x"}) {
    const std::string other = replaced(json, "curated/presence/dt=2026-11-22/source=live/part-00000-0123456789abcdef.parquet", key);
    EXPECT_FALSE(parse_manifest(other, manifest_key(kSampleDay)).ok()) << key;
  }
}

TEST(Manifest, AllOfAStoreAreReadByDay) {
  const TemporaryFolder folder;
  LocalStore store(folder.path());
  EXPECT_TRUE(read_manifests(store)->empty());
  for (const DayNumber day : {kSampleDay + 400, kSampleDay, kSampleDay + 1}) {
    ASSERT_TRUE(store.put(manifest_key(day), to_json(sample_manifest(day))).ok());
  }
  ASSERT_TRUE(store.put("curated/presence/dt=2026-11-22/source=live/part-00000-0123456789abcdef.parquet", "x").ok());
  const Result<std::vector<LakeManifest>> manifests = read_manifests(store);
  ASSERT_TRUE(manifests.ok()) << manifests.error().message;
  ASSERT_EQ(manifests->size(), 3U);
  EXPECT_EQ((*manifests)[0].day, kSampleDay);
  EXPECT_EQ((*manifests)[2].day, kSampleDay + 400);

  ASSERT_TRUE(store.put(manifest_key(kSampleDay), "{").ok());
  EXPECT_EQ(read_manifests(store).error().code, ErrorCode::kCorruptData);
}

TEST(DayNumber, IsADate) {
  EXPECT_EQ(format_day(kSampleDay), "2026-11-22");
  EXPECT_EQ(parse_day("2026-11-22"), kSampleDay);
  EXPECT_EQ(parse_day("1970-01-01"), 0);
  for (const char* text : {"", "2026-11-2", "2026-13-01", "2026-02-30", "20261122", "2026-11-22T"}) EXPECT_FALSE(parse_day(text)) << text;
}

}  // namespace
}  // namespace vieweratlas
