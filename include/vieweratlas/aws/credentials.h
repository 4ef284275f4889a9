#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

/// What requests to AWS are signed with.
struct AwsCredentials {
  std::string access_key_id;  ///< no secret: it stands in every request
  Secret secret_access_key;
  Secret session_token;              ///< empty for keys of a user
  std::optional<UtcMillis> expires;  ///< empty = they do not, or nobody said
  std::string source;                ///< where they came from, for messages: "the environment (AWS_ACCESS_KEY_ID)", "the AWS profile work"
};

/// Where credentials come from. Asking may take a while: a file is read, a program run or a server asked. Thread-compatible.
class AwsCredentialsSource {
 public:
  virtual ~AwsCredentialsSource() = default;
  /// Asks anew; what was asked before is not kept. Errors: denied (there are none, they were refused, or the session is over: the
  /// message says what to do), unavailable (nobody answered), corrupt_data (the answer makes no sense), invalid_argument (a setting
  /// that cannot be), cancelled. No message holds a secret.
  [[nodiscard]] virtual Result<AwsCredentials> fetch(UtcMillis now, const std::stop_token& stop) = 0;
};

struct AwsCredentialsOptions {
  /// Of ~/.aws, asked instead of all other sources; empty = the whole chain (with AWS_PROFILE, else "default").
  std::string profile;
  std::string region;             ///< of security token requests; empty = AWS_REGION, the profile's, else us-east-1
  std::filesystem::path ca_file;  ///< empty = the system's certificates
  /// Values of AWS_... and HOME; empty function = no value of any. The process's environment is not read.
  std::function<std::optional<std::string>(std::string_view name)> environment;
  std::string user_agent = "vieweratlas";
};

/// The chain in AWS's order: environment, web identity, profile, container, instance metadata. A source that is set up and fails ends
/// it, since falling through would act in another name. Takes under 8 s when nothing answers. Errors: denied (ca_file).
[[nodiscard]] Result<std::unique_ptr<AwsCredentialsSource>> make_aws_credentials(const AwsCredentialsOptions& options);
/// The same with a client of the caller's; options.ca_file and options.user_agent are not used.
[[nodiscard]] std::unique_ptr<AwsCredentialsSource> make_aws_credentials(const AwsCredentialsOptions& options,
                                                                         std::unique_ptr<HttpClient> http);

}  // namespace vieweratlas
