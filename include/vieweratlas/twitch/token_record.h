#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas {

/// A user's token as it is kept between runs.
struct TokenRecord {
  std::string client_id;  ///< that the token was made for
  std::string login;
  std::string user_id;
  std::vector<std::string> scopes;
  Secret access;
  Secret refresh;  ///< empty = cannot be renewed
  std::optional<UtcTime> expires;
};

/// One JSON object, for a file that only its owner can read.
[[nodiscard]] Secret token_record_json(const TokenRecord& record);
/// Errors: corrupt_data (no JSON, another version, no token). The message shows nothing of the text.
[[nodiscard]] Result<TokenRecord> parse_token_record(std::string_view text);

}  // namespace vieweratlas
