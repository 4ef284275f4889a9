#pragma once

#include <string_view>

namespace vieweratlas {

/// The domain below which Amazon keeps a region's services ("amazonaws.com"): each partition has its own.
[[nodiscard]] std::string_view aws_domain_of(std::string_view region);

}  // namespace vieweratlas
