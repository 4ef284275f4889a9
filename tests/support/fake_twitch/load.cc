#include "support/fake_twitch/load.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>

namespace fake_twitch {
namespace {

constexpr std::size_t kFullBytes = std::size_t{512} * 1024;
constexpr std::uint64_t kLinesPerTick = 4000;
constexpr std::string_view kHexDigits = "0123456789abcdef";

/// A message id as the platform's look, of which the last digits are the number.
void append_id(std::string& out, std::uint64_t number) {
  std::array<char, 36> id;
  std::memcpy(id.data(), "7e57ab1e-0000-4000-8000-000000000000", id.size());
  for (std::size_t i = 35; i > 23; --i) {
    id[i] = kHexDigits[number & 15U];
    number >>= 4U;
  }
  out.append(id.data(), id.size());
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  std::size_t at = digits.size();
  do {
    digits[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  out.append(digits.data() + at, digits.size() - at);
}

}  // namespace

Load::Load(World& world, IrcServer& server, Ledger& ledger, LoadOptions options)
    : world_(world), server_(server), ledger_(ledger), options_(options), random_(vieweratlas::Random(world.seed).fork("load")) {
  heads_.reserve(world.viewers.size());
  tails_.reserve(world.viewers.size());
  for (const Viewer& viewer : world.viewers) {
    heads_.push_back("@badge-info=;badges=;client-nonce=0123456789abcdef0123456789abcdef;color=#1E90FF;display-name=" +
                     viewer.display_name + ";emotes=;first-msg=0;flags=;id=");
    tails_.push_back(";turbo=0;user-id=" + viewer.id + ";user-type= :" + viewer.login + "!" + viewer.login + "@" + viewer.login +
                     ".tmi.twitch.tv PRIVMSG #");
  }
  for (std::size_t i = 0; i < 64; ++i) {
    texts_.push_back(" :" + std::string(4 + i * i % 90, static_cast<char>('a' + i % 26)) + " some words of chat\r\n");
  }
}

void Load::seats() {
  if (version_ == server_.version()) {
    return;
  }
  version_ = server_.version();
  seats_.clear();
  weights_.clear();
  readers_.clear();
  reader_of_.clear();
  last_.clear();
  double sum = 0;
  server_.for_each([&](IrcConnection& connection) {
    readers_.push_back(Reader{&connection, false, std::vector<std::uint32_t>(kNumLineKinds, 0)});
    for (const auto& [channel, answered] : connection.rooms()) {
      if (answered) {
        seats_.push_back(Seat{connection.number(), channel});
        sum += world_.channels[channel].weight;
        weights_.push_back(sum);
        reader_of_.push_back(static_cast<std::uint32_t>(readers_.size() - 1));
      }
    }
  });
}

LineKind Load::append(std::string& out, std::uint32_t channel, Millis now) {
  const Channel& room = world_.channels[channel];
  const double drawn = random_.uniform() * 100;
  const double skewed = random_.uniform();
  const auto viewer = static_cast<std::size_t>(skewed * skewed * static_cast<double>(world_.viewers.size()));
  double edge = options_.malformed_percent;
  if (drawn < edge) {
    out += "@id=1;user-id=2\r\n";
    return LineKind::kMalformed;
  }
  out += heads_[viewer];
  append_id(out, ++messages_);
  out += ";mod=0;returning-chatter=0;room-id=";
  out += room.room_id;
  LineKind kind = LineKind::kMessage;
  if (drawn < (edge += options_.mirrors_percent)) {
    kind = LineKind::kMirror;
    out += ";source-badge-info=;source-badges=;source-id=";
    append_id(out, messages_ + (1ULL << 44U));
    out += ";source-room-id=1";
  }
  out += ";subscriber=0;tmi-sent-ts=";
  append_number(out, static_cast<std::uint64_t>(now));
  if (kind == LineKind::kMessage && drawn < edge + options_.gifts_percent) {
    const Viewer& giver = world_.viewers[viewer];
    out += ";msg-id=subgift;login=" + giver.login + ";msg-param-recipient-id=77;user-id=" + giver.id + " :tmi.twitch.tv USERNOTICE #" +
           room.login + "\r\n";
    return LineKind::kGift;
  }
  out += tails_[viewer];
  out += room.login;
  out += texts_[messages_ % texts_.size()];
  return kind;
}

void Load::settle() {
  for (Reader& reader : readers_) {
    std::vector<std::pair<LineKind, std::uint32_t>> counts;
    for (std::size_t kind = 0; kind < kNumLineKinds; ++kind) {
      if (reader.counts[kind] > 0) {
        counts.emplace_back(static_cast<LineKind>(kind), reader.counts[kind]);
        ledger_.queued(static_cast<LineKind>(kind), reader.counts[kind], std::exchange(reader.bytes, 0));
        reader.counts[kind] = 0;
      }
    }
    if (!counts.empty()) {
      reader.connection->account(counts);
    }
  }
}

void Load::tick(Millis now) {
  seats();
  if (seats_.empty()) {
    begun_ = now;
    return;
  }
  due_ = std::min(due_ + static_cast<double>(now - std::exchange(begun_, now)) * static_cast<double>(options_.rate) / 1000.0,
                  static_cast<double>(options_.rate));
  const std::uint64_t lines =
      options_.rate == 0 ? kLinesPerTick : std::min<std::uint64_t>(static_cast<std::uint64_t>(due_), 20 * kLinesPerTick);
  for (Reader& reader : readers_) {
    reader.full = world_.settings.slow_reader_bytes == 0 && reader.connection->socket().backlog() > kFullBytes;
  }
  for (std::uint64_t i = 0; i < lines; ++i) {
    due_ -= 1;
    const double drawn = random_.uniform() * weights_.back();
    const auto seat = std::min<std::size_t>(
        static_cast<std::size_t>(std::upper_bound(weights_.begin(), weights_.end(), drawn) - weights_.begin()), seats_.size() - 1);
    Reader& reader = readers_[reader_of_[seat]];
    std::string& out = reader.connection->socket().queue();
    if (reader.full) {
      ++held_back_;
      continue;
    }
    const std::size_t before = out.size();
    if (!last_.empty() && reader_of_[last_seat_] == reader_of_[seat] && random_.uniform() * 100 < options_.duplicates_percent) {
      out += last_;
      ++reader.counts[static_cast<std::size_t>(LineKind::kDuplicate)];
    } else {
      const LineKind kind = append(out, seats_[seat].channel, now);
      ++reader.counts[static_cast<std::size_t>(kind)];
      if (kind == LineKind::kMessage) {
        last_.assign(out, before);
        last_seat_ = static_cast<std::uint32_t>(seat);
      }
    }
    reader.bytes += out.size() - before;
  }
  settle();
  due_ = std::max(due_, 0.0);
}

}  // namespace fake_twitch
