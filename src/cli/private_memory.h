#pragma once

namespace vieweratlas {

/// For commands that hold tokens: no core dump, and no look into this process's memory by other processes of the user.
void keep_memory_private();

}  // namespace vieweratlas
