#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "collect/journal.h"
#include "collect/round.h"

#include "vieweratlas/core/check.h"

// Any bytes as a journal, and as records behind a good header (a sum hides everything else from a fuzzer).

namespace {

using vieweratlas::collect_internal::Round;
using vieweratlas::collect_internal::RoundHeader;

std::string state_of(const Round& round) {
  std::string state;
  round.append_checkpoint(state, [] {});
  return state;
}

/// Reads a journal; returns the round that it makes, and checks what must hold for any bytes.
std::unique_ptr<Round> read(std::string_view bytes) {
  std::unique_ptr<Round> round;
  std::string_view rest = bytes;
  const auto source = [&rest](char* into, std::size_t size) {
    const std::size_t got = std::min(size, rest.size());
    if (got > 0) std::memcpy(into, rest.data(), got);
    rest.remove_prefix(got);
    return got;
  };
  const auto reading = vieweratlas::collect_internal::read_journal(source, [&](const RoundHeader& header, std::string_view records) {
    if (!round) round = std::make_unique<Round>(header);
    return vieweratlas::collect_internal::apply_records(records, *round, {});
  });
  if (reading.ok()) VA_CHECK(reading->good_bytes + reading->torn_bytes == bytes.size());
  return round;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(read(bytes));
  if (bytes.empty() || bytes.size() > vieweratlas::collect_internal::kMaxFrameBytes) return 0;
  RoundHeader header;
  header.window.end = header.window.begin + std::chrono::hours(1);
  std::string journal = vieweratlas::collect_internal::make_journal_header(header);
  vieweratlas::collect_internal::append_frame(journal, bytes, 0);
  const std::unique_ptr<Round> round = read(journal);
  VA_CHECK(round != nullptr);
  // Whatever round came out: its checkpoint makes one of the same sums.
  Round again(header);
  VA_CHECK(vieweratlas::collect_internal::apply_records(state_of(*round), again, {}));
  VA_CHECK(again.num_pairs() == round->num_pairs() && again.viewers().size() == round->viewers().size());
  VA_CHECK(again.channels().size() == round->channels().size());
  return 0;
}
