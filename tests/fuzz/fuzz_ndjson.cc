#include <cstddef>
#include <cstdint>

#include "presence_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vieweratlas::fuzz_presence("x.ndjson", data, size);
  return 0;
}
