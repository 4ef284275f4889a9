#pragma once

#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas::storage_internal {

/// What every store answers to a text that is no key, or no beginning of one: the text and the rule.
[[nodiscard]] Error wrong_key(std::string_view key);
[[nodiscard]] Error wrong_prefix(std::string_view prefix);

}  // namespace vieweratlas::storage_internal
