#include "support/fake_twitch/traffic.h"

#include <algorithm>
#include <utility>

#include "support/fake_twitch/chat_lines.h"

namespace fake_twitch {
namespace {

constexpr double kMaxDebtSeconds = 1;
constexpr Millis kSkew = 3'600'000;

}  // namespace

Traffic::Traffic(World& world, IrcServer& server)
    : world_(world), server_(server), random_(vieweratlas::Random(world.seed).fork("traffic")), spoken_(world.channels.size(), 0) {
  set_mix(world.mix);
}

void Traffic::set_mix(const std::map<std::string, double, std::less<>>& mix) {
  mix_.clear();
  double sum = 0;
  for (const auto& [name, percent] : mix) {
    if (const auto found = line_kind(name)) {
      sum += percent;
      mix_.emplace_back(sum, *found);
    }
  }
}

LineKind Traffic::kind() {
  const double drawn = random_.uniform() * 100;
  const auto found = std::find_if(mix_.begin(), mix_.end(), [&](const auto& row) { return drawn < row.first; });
  return found == mix_.end() ? LineKind::kMessage : found->second;
}

/// Rooms with a reader, and those whose messages are mirrored into one.
void Traffic::rooms() {
  if (version_ == server_.version()) {
    return;
  }
  version_ = server_.version();
  open_.clear();
  weights_.clear();
  double sum = 0;
  for (std::uint32_t i = 0; i < world_.channels.size(); ++i) {
    const auto* session = session_of(i);
    const bool heard = !server_.members(i).empty() ||
                       (session != nullptr && std::any_of(session->begin(), session->end(),
                                                          [&](std::uint32_t other) { return !server_.members(other).empty(); }));
    if (heard && !world_.channels[i].audience.empty()) {
      sum += world_.channels[i].weight;
      open_.push_back(i);
      weights_.push_back(sum);
    }
  }
}

std::uint32_t Traffic::speaker(std::uint32_t channel) {
  const auto& audience = world_.channels[channel].audience;
  // A first turn counts only where somebody can hear it.
  if (spoken_[channel] < audience.size() && !server_.members(channel).empty()) {
    return audience[spoken_[channel]++];
  }
  return audience[random_.below(audience.size())];
}

const std::vector<std::uint32_t>* Traffic::session_of(std::uint32_t channel) const {
  for (const auto& session : world_.shared_chats) {
    if (std::find(session.begin(), session.end(), channel) != session.end()) {
      return &session;
    }
  }
  return nullptr;
}

void Traffic::deliver(std::uint32_t channel, const std::string& bytes, const SentLine& line) {
  const auto reorder = static_cast<std::uint64_t>(world_.settings.reorder_percent);
  if (reorder > 0 && !held_ && line.kind == LineKind::kMessage && random_.below(100) < reorder) {
    held_ = Held{channel, bytes, line};
    return;
  }
  deliver_now(channel, bytes, line);
  release();
}

void Traffic::release() {
  if (const std::optional<Held> held = std::exchange(held_, std::nullopt)) {
    deliver_now(held->channel, held->bytes, held->line);
  }
}

void Traffic::deliver_now(std::uint32_t channel, const std::string& bytes, const SentLine& line) {
  SentLine copy = line;
  const std::vector<std::uint32_t> readers = server_.members(channel);
  for (const std::uint32_t reader : readers) {
    IrcConnection* connection = server_.find(reader);
    if (connection != nullptr) {
      connection->send_line(bytes, copy);
      // Whoever hears a line on a second connection hears a duplicate.
      copy.kind = LineKind::kDuplicate;
    }
  }
}

void Traffic::speak_shared(LineKind kind, std::uint32_t home, std::uint32_t viewer) {
  const auto* session = session_of(home);
  const std::uint64_t native = ++messages_ + (world_.seed << 40U);
  LineRequest request{.kind = kind == LineKind::kMirrorNotice ? LineKind::kNotice : LineKind::kNative,
                      .channel = home,
                      .viewer = viewer,
                      .sent = now_ms(),
                      .message = native,
                      .source_message = native,
                      .source_channel = home};
  SentLine line{.sent = request.sent, .channel = home, .viewer = viewer, .kind = request.kind};
  deliver(home, make_line(world_, request, random_), line);
  for (const std::uint32_t other : *session) {
    if (other != home && random_.below(100) < static_cast<std::uint64_t>(world_.settings.mirrors_percent)) {
      request.kind = line.kind = kind == LineKind::kMirrorNotice ? LineKind::kMirrorNotice : LineKind::kMirror;
      request.channel = line.channel = other;
      request.message = ++messages_ + (world_.seed << 40U);
      deliver(other, make_line(world_, request, random_), line);
    }
  }
}

void Traffic::say(LineKind kind, std::uint32_t channel, std::uint32_t viewer, std::string_view text) {
  const bool shared = session_of(channel) != nullptr;
  if (shared && (kind == LineKind::kMessage || kind == LineKind::kNative || kind == LineKind::kMirror || kind == LineKind::kMirrorNotice)) {
    speak_shared(kind, channel, viewer);
    return;
  }
  LineRequest request{.kind = kind,
                      .channel = channel,
                      .viewer = viewer,
                      .sent = now_ms() + world_.settings.clock_skew_ms,
                      .message = ++messages_ + (world_.seed << 40U),
                      .source_message = messages_ + (world_.seed << 40U),
                      .source_channel = channel,
                      .text = text};
  if (kind == LineKind::kDuplicate || kind == LineKind::kMirror || kind == LineKind::kMirrorNotice) {
    request.kind = LineKind::kMessage;
  }
  if (kind == LineKind::kSkewed) {
    request.sent += kSkew;
  }
  SentLine line{.sent = request.sent, .channel = channel, .viewer = viewer, .kind = request.kind};
  const std::string bytes = make_line(world_, request, random_);
  deliver(channel, bytes, line);
  if (kind == LineKind::kDuplicate) {
    line.kind = LineKind::kDuplicate;
    deliver(channel, bytes, line);
  }
}

bool Traffic::line() {
  rooms();
  if (open_.empty()) {
    return false;
  }
  const double drawn = random_.uniform() * weights_.back();
  const auto place = std::upper_bound(weights_.begin(), weights_.end(), drawn) - weights_.begin();
  const std::uint32_t channel = open_[std::min<std::size_t>(static_cast<std::size_t>(place), open_.size() - 1)];
  const LineKind drawn_kind = kind();
  // Only lines that count use up a first turn.
  const auto& audience = world_.channels[channel].audience;
  const bool proves = counts(drawn_kind) || drawn_kind == LineKind::kDuplicate;
  say(drawn_kind, channel, proves ? speaker(channel) : audience[random_.below(audience.size())], {});
  return true;
}

std::uint32_t Traffic::burst(std::uint32_t lines) {
  std::uint32_t said = 0;
  while (said < lines && line()) {
    ++said;
  }
  return said;
}

std::uint32_t Traffic::everybody() {
  std::uint32_t said = 0;
  for (std::uint32_t i = 0; i < world_.channels.size(); ++i) {
    if (!server_.members(i).empty()) {
      for (const std::uint32_t viewer : world_.channels[i].audience) {
        say(LineKind::kMessage, i, viewer, {});
        ++said;
      }
      spoken_[i] = static_cast<std::uint32_t>(world_.channels[i].audience.size());
    }
  }
  return said;
}

void Traffic::tick(Millis now) {
  release();
  const double passed = last_ == 0 ? 0 : static_cast<double>(now - last_) / 1000;
  last_ = now;
  if (paused_ || world_.settings.rate <= 0) {
    due_ = 0;
    return;
  }
  const auto rate = static_cast<double>(world_.settings.rate);
  due_ = std::min(due_ + passed * rate, rate * kMaxDebtSeconds);
  while (due_ >= 1 && line()) {
    due_ -= 1;
  }
}

}  // namespace fake_twitch
