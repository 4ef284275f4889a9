#pragma once

#include <string>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// What a URL says of where a request goes.
struct HttpTarget {
  bool direct = false;  ///< this machine or its surroundings (link-local addresses): no proxy
};

/// Errors: invalid_argument (no absolute URL, user name or password in it; not encrypted beyond this machine, unless that is allowed).
[[nodiscard]] Result<HttpTarget> http_target(const std::string& text, bool allow_unencrypted);

}  // namespace vieweratlas
