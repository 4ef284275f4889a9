#pragma once

#include <string>

#include "aws/lookup.h"
#include "aws/profiles.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas::aws_internal {

/// Credentials of the SSO role that `profile` names (sso_session, or sso_start_url and sso_region; sso_account_id, sso_role_name), for
/// the session that `aws sso login` has left below ~/.aws/sso/cache. A session that is over is renewed where
/// `aws sso login` has left what that takes (sso_session alone); else somebody has to log in.
/// Errors: denied (nobody is logged in, the session is over, the role is refused), invalid_argument (settings are missing), unavailable.
[[nodiscard]] Result<AwsCredentials> sso_credentials(const AwsSearch& search, const AwsProfiles& profiles, const std::string& profile);

}  // namespace vieweratlas::aws_internal
