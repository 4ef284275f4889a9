#pragma once

#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"

namespace vieweratlas {

/// The bare token of what somebody wrote: blanks around it and a leading "oauth:", "Bearer " or "OAuth " (any case) are taken
/// away, since chat, Helix and validation each want another one and get it where the token is used.
/// Errors: invalid_argument (nothing is left, or blanks or control characters inside); the message never shows the token.
[[nodiscard]] Result<Secret> bare_token(std::string_view written);

}  // namespace vieweratlas
