#pragma once

namespace vieweratlas {

/// Prints the failed condition to stderr and aborts: the one way in which a mistake of ours ends the process.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace vieweratlas

/// Always on; for conditions that no input can make false.
#define VA_CHECK(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::vieweratlas::check_failed(#condition, __FILE__, __LINE__))

/// Like VA_CHECK, in debug builds only; for inner loops.
#ifdef NDEBUG
#define VA_DCHECK(condition) static_cast<void>(0)
#else
#define VA_DCHECK(condition) VA_CHECK(condition)
#endif
