#include "vieweratlas/presence/viewer_table.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "presence/viewer_key.h"

namespace vieweratlas {
namespace {

TEST(ViewerTable, FindsByNameInAnyCaseWhateverTheOrderOfKeys) {
  std::vector<ViewerTable::Key> keys;
  keys.reserve(100);
  for (int i = 0; i < 100; ++i) keys.push_back(ViewerTable::key_of("viewer_" + std::to_string(i)));
  const ViewerTable table(keys);
  EXPECT_EQ(table.size(), 100U);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(table.find("Viewer_" + std::to_string(i)), i);
  EXPECT_EQ(table.find("viewer_100"), std::nullopt);
  EXPECT_EQ(ViewerTable().find("x"), std::nullopt);
}

TEST(ViewerTable, AliasesLeadToIds) {
  const std::vector<ViewerAlias> aliases{{ViewerTable::key_of("bob"), ViewerTable::key_of("42")},
                                         {ViewerTable::key_of("eve"), ViewerTable::key_of("unknown")}};
  const ViewerTable table({ViewerTable::key_of("x"), ViewerTable::key_of("42")}, aliases);
  EXPECT_EQ(table.find("BOB"), 1U);
  EXPECT_EQ(table.find("42"), 1U);
  EXPECT_EQ(table.find("eve"), std::nullopt);
}

/// All bytes at all places: the word-wise look must see what a look at each byte sees.
TEST(ViewerTable, NeedsCareSeesCapitalsAndBackslashes) {
  for (std::size_t size = 1; size < 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string name(size, 'z');
        name[at] = static_cast<char>(byte);
        EXPECT_EQ(presence_internal::needs_care(name), (byte >= 'A' && byte <= 'Z') || byte == '\\') << size << " " << at << " " << byte;
      }
    }
  }
  EXPECT_FALSE(presence_internal::needs_care(""));
}

}  // namespace
}  // namespace vieweratlas
