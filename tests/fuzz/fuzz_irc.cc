// The first two bytes say how long a line may be and where the stream is cut; the rest is what a server sends. The stream in one
// piece, in two and byte by byte gives the same events, and each line reads the same as by the slow parser.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/slow_irc.h"
#include "unit/twitch/recorded_events.h"

#include "vieweratlas/twitch/irc_session.h"

namespace {

using namespace vieweratlas;  // NOLINT(google-build-using-namespace): a small program

constexpr SteadyTime kNow{std::chrono::milliseconds{1000}};
constexpr UtcMillis kUtc{std::chrono::milliseconds{1'700'000'000'000}};

std::vector<std::string> events_of(std::string_view stream, std::size_t bound, std::size_t piece) {
  RecordedEvents events;
  IrcSession session({.identity = {.nick = "justinfan1", .token = Secret()}, .membership = true, .max_line_bytes = bound}, events);
  session.on_open(kNow);
  session.join(std::vector<std::string>{"a", "room"});
  session.part(std::vector<std::string>{"a"});
  for (std::size_t from = 0; from < stream.size(); from += piece) {
    const std::string_view bytes = stream.substr(from, piece);
    const std::vector<char> exact(bytes.begin(), bytes.end());  // of its own size: reading beyond it is seen
    session.feed(std::string_view(exact.data(), exact.size()), kNow, kUtc);
  }
  events.log.push_back(session.take_output());
  const IrcSessionCounters& counters = session.counters();
  for (const std::uint64_t n : {counters.lines, counters.privmsg, counters.usernotice, counters.other, counters.empty_lines})
    events.log.push_back(std::to_string(n));
  return events.log;
}

void read_lines(std::string_view stream) {
  LineSplitter splitter(65'536);
  splitter.feed(
      stream,
      [](std::string_view line) {
        const std::vector<char> exact(line.begin(), line.end());
        if (!SlowIrcLine::difference(std::string_view(exact.data(), exact.size())).empty()) std::abort();
      },
      [] {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::size_t bound = data[0] == 0 ? 65'536 : std::size_t{data[0]} * 8;
  const std::size_t piece = std::size_t{data[1]} + 1;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::vector<std::string> whole = events_of(stream, bound, stream.size());
  if (events_of(stream, bound, piece) != whole || events_of(stream, bound, 1) != whole) std::abort();
  read_lines(stream);
  return 0;
}
