#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using testing::HasSubstr;

Settings with_bucket() {
  Settings settings;
  settings.storage.type = StoreKind::kS3;
  settings.storage.bucket = "my-bucket";
  return settings;
}

std::string problem_of(const StorageSettings& storage) {
  const auto problem = storage_problem(storage, true);
  return problem ? std::string(problem->first) + ": " + problem->second : std::string();
}

TEST(StoreSettings, FilesAreTheDataFolder) {
  Settings settings;
  settings.collection.logs_dir = "data";
  const Result<StoreOptions> options = store_options(settings, {}, {});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->kind, StoreKind::kFile);
  EXPECT_EQ(options->folder, "data");
  const Result<std::unique_ptr<ObjectStore>> store = store_for(settings, {}, {});
  ASSERT_TRUE(store.ok());
  EXPECT_NE(dynamic_cast<LocalStore*>(store->get()), nullptr);
}

TEST(StoreSettings, EachOptionOfS3Arrives) {
  Settings settings = with_bucket();
  settings.storage.prefix = "/team/atlas";
  settings.storage.region = "eu-central-1";
  settings.storage.endpoint = "http://127.0.0.1:9000/";
  settings.storage.addressing = S3Addressing::kVirtualHost;
  settings.storage.encryption = S3Encryption::kKms;
  settings.storage.kms_key = "alias/lake";
  settings.storage.profile = "work";
  settings.storage.ca_file = "ca.pem";
  settings.storage.parallel = 3;
  const Result<StoreOptions> options = store_options(settings, {}, {});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->s3.bucket, "my-bucket");
  EXPECT_EQ(options->s3.prefix, "team/atlas/");
  EXPECT_EQ(options->s3.region, "eu-central-1");
  EXPECT_EQ(options->s3.endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(options->s3.addressing, S3Addressing::kVirtualHost);
  EXPECT_EQ(options->s3.encryption, S3Encryption::kKms);
  EXPECT_EQ(options->s3.kms_key, "alias/lake");
  EXPECT_EQ(options->s3.profile, "work");
  EXPECT_EQ(options->s3.ca_file, "ca.pem");
  EXPECT_EQ(options->s3.parallel_transfers, 3U);
  settings.storage.prefix = "/";
  EXPECT_EQ(store_options(settings, {}, {})->s3.prefix, "");
}

TEST(StoreSettings, TheStoreSeesAwsAndHomeOnlyAndTheProcessBeforeDotenv) {
  Settings settings = with_bucket();
  settings.storage.dotenv = {{"AWS_ENDPOINT_URL", Secret("http://dotenv")}, {"AWS_PROFILE", Secret("dotenv")}};
  const Environment environment{{"AWS_PROFILE", "process"}, {"HOME", "/tmp/home-of-x"}, {"TWITCH_OAUTH_TOKEN", "t"}, {"AWS_ROLE_ARN", ""}};
  const Result<StoreOptions> options = store_options(settings, environment, {});
  ASSERT_TRUE(options.ok());
  const auto value = [&](std::string_view name) { return options->s3.environment(name); };
  EXPECT_EQ(value("AWS_ENDPOINT_URL"), "http://dotenv");
  EXPECT_EQ(value("AWS_PROFILE"), "process");
  EXPECT_EQ(value("HOME"), "/tmp/home-of-x");
  EXPECT_EQ(value("TWITCH_OAUTH_TOKEN"), std::nullopt);
  EXPECT_EQ(value("AWS_ROLE_ARN"), std::nullopt);
}

// A key of one place with the secret or the session of another would be refused by the server, for no reason that anybody sees.
TEST(StoreSettings, PartsOfAKeyComeFromOnePlace) {
  Settings settings = with_bucket();
  settings.storage.dotenv = {{"AWS_ACCESS_KEY_ID", Secret("d1")}, {"AWS_SECRET_ACCESS_KEY", Secret("d2")}};
  const Result<StoreOptions> dotenv = store_options(settings, {{"AWS_SESSION_TOKEN", "old"}}, {});
  EXPECT_EQ(dotenv->s3.environment("AWS_ACCESS_KEY_ID"), "d1");
  EXPECT_EQ(dotenv->s3.environment("AWS_SESSION_TOKEN"), std::nullopt);
  settings.storage.dotenv.insert_or_assign("AWS_SESSION_TOKEN", Secret("d3"));
  const Result<StoreOptions> process = store_options(settings, {{"AWS_ACCESS_KEY_ID", "p1"}, {"AWS_SECRET_ACCESS_KEY", "p2"}}, {});
  EXPECT_EQ(process->s3.environment("AWS_SECRET_ACCESS_KEY"), "p2");
  EXPECT_EQ(process->s3.environment("AWS_SESSION_TOKEN"), std::nullopt);
}

TEST(StoreSettings, ProblemsNameTheOption) {
  StorageSettings good = with_bucket().storage;
  EXPECT_EQ(problem_of(good), "");
  for (const std::string bucket : {"ab", "Upper", "a..b", "-ab", "a/b", "a_b", "s3://abc"}) {
    StorageSettings storage = good;
    storage.bucket = bucket;
    EXPECT_THAT(problem_of(storage), HasSubstr("storage.s3_bucket: \"" + bucket)) << bucket;
  }
  for (const std::string endpoint : {"127.0.0.1:9000", "ftp://host", "https://", "https://host:0", "https://host:99999",
                                     "https://host/path", "http://host:80x", "https://ho st"}) {
    StorageSettings storage = good;
    storage.endpoint = endpoint;
    EXPECT_THAT(problem_of(storage), HasSubstr("storage.s3_endpoint: \"" + endpoint)) << endpoint;
  }
  StorageSettings with_password = good;
  with_password.endpoint = "https://user:secret@host";
  EXPECT_THAT(problem_of(with_password), HasSubstr("storage.s3_endpoint"));
  EXPECT_EQ(problem_of(with_password).find("secret"), std::string::npos);
  for (const std::string endpoint : {"http://127.0.0.1:9000", "https://minio.example/", "http://[::1]:9000", "http://[::1]"}) {
    StorageSettings storage = good;
    storage.endpoint = endpoint;
    EXPECT_EQ(problem_of(storage), "") << endpoint;
  }
  StorageSettings storage = good;
  storage.prefix = "a//b";
  EXPECT_THAT(problem_of(storage), HasSubstr("storage.s3_prefix"));
  storage = good;
  storage.kms_key = "k";
  EXPECT_THAT(problem_of(storage), HasSubstr("storage.s3_kms_key"));
  storage = good;
  storage.region = "eu central 1";
  EXPECT_THAT(problem_of(storage), HasSubstr("storage.s3_region"));
  storage.region = "";
  EXPECT_EQ(problem_of(storage), "") << "the profile may say it";
  EXPECT_THAT(problem_of(StorageSettings{}), HasSubstr("s3 needs a bucket"));
}

TEST(Place, IsAFolderAFileOrABucket) {
  Settings settings;
  settings.storage.prefix = "of/the/settings/";
  settings.storage.endpoint = "http://127.0.0.1:9000";
  const auto place = [&](std::string_view text) { return parse_place(text, settings, {}, {}); };
  EXPECT_EQ(place("some/folder")->kind, StoreKind::kFile);
  EXPECT_EQ(place("some/folder")->folder, "some/folder");
  EXPECT_EQ(place("sqlite:x/y.db")->kind, StoreKind::kSqlite);
  EXPECT_EQ(place("sqlite:x/y.db")->sqlite_file, "x/y.db");
  EXPECT_EQ(place("s3://bucket/a/b")->kind, StoreKind::kS3);
  EXPECT_EQ(place("s3://bucket/a/b")->s3.bucket, "bucket");
  EXPECT_EQ(place("s3://bucket/a/b")->s3.prefix, "a/b/");
  EXPECT_EQ(place("s3://bucket/a/b")->s3.endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(place("s3://bucket")->s3.prefix, "");
  for (const std::string_view wrong : {"", "s3://", "s3:///a", "s3://B/x", "sqlite:", "gs://bucket/x"}) {
    EXPECT_EQ(place(wrong).error().code, ErrorCode::kInvalidArgument) << wrong;
  }
}

TEST(CacheDir, IsBelowTheUsersCache) {
  StorageSettings storage;
  EXPECT_EQ(*cache_dir_of(storage, {{"HOME", "/h"}}), "/h/.cache/vieweratlas/objects");
  EXPECT_EQ(*cache_dir_of(storage, {{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}}), "/c/vieweratlas/objects");
  EXPECT_FALSE(cache_dir_of(storage, {{"XDG_CACHE_HOME", "relative"}}).ok());
  storage.cache_dir = "here";
  EXPECT_EQ(*cache_dir_of(storage, {}), "here");
}

}  // namespace
}  // namespace vieweratlas
