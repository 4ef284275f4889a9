#include "vieweratlas/core/check.h"

#include <cstdio>
#include <cstdlib>

namespace vieweratlas {

void check_failed(const char* condition, const char* file, int line) {
  static_cast<void>(
      std::fprintf(stderr, "vieweratlas: internal error: %s does not hold (%s:%d). Please report this.\n", condition, file, line));
  std::abort();
}

}  // namespace vieweratlas
