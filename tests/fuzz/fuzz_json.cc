#include <cstddef>
#include <cstdint>

#include "presence_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vieweratlas::fuzz_presence("some_channel_20261122_100005.json", data, size);
  return 0;
}
