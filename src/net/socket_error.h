#pragma once

#include <string>

namespace vieweratlas {

/// What an errno of a socket means for a person, as the end of a sentence that began with host and port.
[[nodiscard]] std::string clause_for_socket_error(int reason);

}  // namespace vieweratlas
