#pragma once

#include <string>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Returns the interactive page: one HTML file that opens offline, makes no request, and shows `atlas`.
/// All text of the atlas is treated as hostile. Errors: limit_exceeded (over 4 GiB of data).
[[nodiscard]] Result<std::string> make_page(const Atlas& atlas);

}  // namespace vieweratlas
