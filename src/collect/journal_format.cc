#include <xxhash.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collect/journal.h"
#include "collect/round.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::string_view kMagic = "VATLASJ\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kLoginsInClear = 1;
constexpr std::size_t kKeyIdBytes = 8;
constexpr std::size_t kFrameHeadBytes = 12;

template <typename Number>
void append_raw(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <typename Number>
Number take_raw(std::string_view& bytes) {
  Number number{};
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return number;
}

std::uint64_t sum_of(std::string_view bytes, std::uint64_t seed) { return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed); }

/// Reads the frames one after the other, each into the same buffer.
class FrameReader {
 public:
  FrameReader(const ByteSource& source, JournalReading& reading) : source_(source), reading_(reading) {}

  /// The records of the next frame; nullopt at the end or at one that is not good.
  std::optional<std::string_view> next() {
    char head[kFrameHeadBytes];
    if (!fill(head, sizeof head)) return std::nullopt;
    std::string_view rest(head, sizeof head);
    const auto length = take_raw<std::uint32_t>(rest);
    const auto sum = take_raw<std::uint64_t>(rest);
    if (length == 0 || length > kMaxFrameBytes) return std::nullopt;
    buffer_.resize(length);
    if (!fill(buffer_.data(), length) || sum_of(buffer_, reading_.num_frames) != sum) return std::nullopt;
    return std::string_view(buffer_);
  }

  /// The frame given last is good.
  void accept() {
    reading_.good_bytes += kFrameHeadBytes + buffer_.size();
    ++reading_.num_frames;
  }
  [[nodiscard]] std::uint64_t num_read() const { return num_read_; }

 private:
  bool fill(char* into, std::size_t size) {
    const std::size_t got = source_(into, size);
    num_read_ += got;
    return got == size;
  }

  const ByteSource& source_;
  JournalReading& reading_;
  std::string buffer_;
  std::uint64_t num_read_ = 0;
};

/// How much there is behind what was read.
std::uint64_t drain(const ByteSource& source) {
  std::string buffer(kFrameBytes, '\0');
  std::uint64_t total = 0;
  for (std::size_t got = source(buffer.data(), buffer.size()); got > 0; got = source(buffer.data(), buffer.size())) total += got;
  return total;
}

}  // namespace

std::string make_journal_header(const RoundHeader& header) {
  std::string bytes(kMagic);
  append_raw(bytes, kVersion);
  append_raw(bytes, header.stores_logins ? kLoginsInClear : std::uint32_t{0});
  append_raw(bytes, std::int64_t{header.window.begin.time_since_epoch().count()});
  append_raw(bytes, std::int64_t{header.window.end.time_since_epoch().count()});
  append_raw(bytes, header.shard);
  append_raw(bytes, header.shards);
  append_raw(bytes, header.part);
  append_raw(bytes, std::uint32_t{0});
  bytes += header.key_id.substr(0, kKeyIdBytes);
  bytes.resize(kJournalHeaderBytes - sizeof(std::uint64_t), '\0');
  append_raw(bytes, sum_of(bytes, 0));
  return bytes;
}

Result<std::optional<RoundHeader>> read_journal_header(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < kJournalHeaderBytes) return std::optional<RoundHeader>();
  const std::string_view summed = bytes.substr(0, kJournalHeaderBytes - sizeof(std::uint64_t));
  std::string_view rest = bytes.substr(kMagic.size(), kJournalHeaderBytes - kMagic.size());
  const auto version = take_raw<std::uint32_t>(rest);
  std::string_view sum = bytes.substr(summed.size());
  if (take_raw<std::uint64_t>(sum) != sum_of(summed, 0)) return std::optional<RoundHeader>();
  if (version != kVersion) {
    return Error{ErrorCode::kCorruptData, "it is a journal of version " + std::to_string(version) +
                                              ", which this program cannot read; store it with the program that wrote it, or move it away"};
  }
  RoundHeader header;
  header.stores_logins = (take_raw<std::uint32_t>(rest) & kLoginsInClear) != 0;
  header.window.begin = UtcMillis(std::chrono::milliseconds(take_raw<std::int64_t>(rest)));
  header.window.end = UtcMillis(std::chrono::milliseconds(take_raw<std::int64_t>(rest)));
  header.shard = take_raw<std::uint32_t>(rest);
  header.shards = take_raw<std::uint32_t>(rest);
  header.part = take_raw<std::uint32_t>(rest);
  take_raw<std::uint32_t>(rest);
  const std::string_view key = rest.substr(0, kKeyIdBytes);
  header.key_id = key.substr(0, key.find('\0'));
  // Bounds inside of which times can be written and windows added up.
  constexpr UtcMillis kLatest{std::chrono::hours(24 * 366 * 8000)};
  const bool makes_sense = header.window.begin >= UtcMillis() && header.window.begin < header.window.end && header.window.end < kLatest &&
                           header.shard < header.shards && header.part > 0;
  return makes_sense ? std::optional(header) : std::nullopt;
}

void append_frame(std::string& out, std::string_view records, std::uint64_t number) {
  VA_CHECK(!records.empty() && records.size() <= kMaxFrameBytes);
  append_raw(out, static_cast<std::uint32_t>(records.size()));
  append_raw(out, sum_of(records, number));
  out += records;
}

Result<JournalReading> read_journal(const ByteSource& source, const std::function<bool(const RoundHeader&, std::string_view)>& on_frame) {
  JournalReading reading;
  std::string head(kJournalHeaderBytes, '\0');
  head.resize(source(head.data(), head.size()));
  Result<std::optional<RoundHeader>> header = read_journal_header(head);
  if (!header) return std::move(header).error();
  reading.header = *header;
  if (!reading.header) {
    reading.torn_bytes = head.size() + drain(source);
    return reading;
  }
  reading.good_bytes = head.size();
  FrameReader frames(source, reading);
  for (auto records = frames.next(); records; records = frames.next()) {
    reading.was_refused = !on_frame(*reading.header, *records);
    if (reading.was_refused) break;
    frames.accept();
  }
  reading.torn_bytes = head.size() + frames.num_read() + drain(source) - reading.good_bytes;
  return reading;
}

}  // namespace vieweratlas::collect_internal
