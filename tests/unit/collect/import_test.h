#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/temporary_folder.h"

#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {

/// A folder with a key, files to import, and looks at what was stored below "data".
class ImportTest : public testing::Test {
 protected:
  ImportTest() : key_(*ViewerKey::load_or_create(folder_.path() / "private/viewer.key")) {}

  void put(std::string_view name, std::string_view bytes) { ASSERT_TRUE(write_file_atomic(folder_.path() / name, bytes).ok()); }
  [[nodiscard]] std::string content(const std::string& key) const {
    std::string text;
    const auto stored = read_file(folder_.path() / "data" / key);
    EXPECT_TRUE(stored.ok() && decompress(Compression::kZstd, *stored, text).ok());
    return text;
  }

  TemporaryFolder folder_;
  ViewerKey key_;
  ForgottenList forgotten_;
};

}  // namespace vieweratlas
