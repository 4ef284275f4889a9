#pragma once

#include <string_view>

namespace vieweratlas::render_internal {

/// The page without its data: web/dist/page.html, embedded when the library is built. Lives as long as the program.
[[nodiscard]] std::string_view page_template();

/// Where the data goes; occurs exactly once in the template.
inline constexpr std::string_view kPageDataMark = "@ATLAS@";

}  // namespace vieweratlas::render_internal
