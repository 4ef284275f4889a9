#include "collect/chat_probe.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/event_loop.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::seconds kJoinAnswer{15};
constexpr std::chrono::seconds kWholeProbe{40};

class Probe final : public StreamListener, public IrcSessionEvents {
 public:
  Probe(const IrcIdentity& identity, const std::string& channel, const Clock& clock)
      : session_({.identity = identity}, *this), channel_(channel), clock_(clock), begin_(clock.steady()) {}

  ChatProbe run(const Endpoints& endpoints) {
    loop_.every(kTick, [this] { tick(); });
    stream_ = loop_.connect({.host = endpoints.irc_host,
                             .port = static_cast<std::uint16_t>(endpoints.irc_port),
                             .tls = endpoints.irc_tls,
                             .ca_file = endpoints.ca_file},
                            *this);
    loop_.run();
    return result_;
  }

  void on_open() override {
    result_.opened = true;
    session_.on_open(clock_.steady());
    flush();
  }
  void on_bytes(std::string_view bytes) override {
    session_.feed(bytes, clock_.steady(), clock_.utc());
    flush();
  }
  void on_closed(const Error& reason) override { end(reason.message); }

  void on_ready() override {
    result_.ready = true;
    if (channel_.empty()) return end({});
    session_.join(std::span(&channel_, 1));
    joined_at_ = clock_.steady();
  }
  void on_joined(std::string_view channel, std::string_view) override {
    if (channel != channel_) return;
    result_.joined = true;
    end({});
  }
  void on_refused(std::string_view channel, RoomRefusal) override {
    end(fmt::format("the room {} refused the join; that may be this room alone", printable(channel)));
  }
  void on_end(SessionEnd, std::string_view detail) override { end(printable(detail)); }
  void on_sighting(const Sighting&) override {}
  void on_drop(LineDrop, std::string_view) override {}
  void on_room_id(std::string_view, std::string_view) override {}
  void on_removed(std::string_view) override {}
  void on_unknown_notice(std::string_view) override {}

 private:
  void tick() {
    const SteadyTime now = clock_.steady();
    session_.tick(now);
    flush();
    if (result_.ready && now - joined_at_ > kJoinAnswer)
      end(fmt::format("no answer to the join of {} for {} s", channel_, kJoinAnswer.count()));
    if (now - begin_ > kWholeProbe) end(fmt::format("chat did not answer within {} s", kWholeProbe.count()));
  }

  void flush() {
    if (std::string output = session_.take_output(); !output.empty() && stream_) stream_->write(std::move(output));
  }

  void end(std::string problem) {
    if (ended_) return;
    ended_ = true;
    result_.problem = std::move(problem);
    loop_.stop();
  }

  ChatProbe result_;
  IrcSession session_;
  std::string channel_;
  const Clock& clock_;
  SteadyTime begin_;
  SteadyTime joined_at_{};
  bool ended_ = false;
  EventLoop loop_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace

ChatProbe probe_chat(const Endpoints& endpoints, const IrcIdentity& identity, const std::string& channel, const Clock& clock) {
  return Probe(identity, channel, clock).run(endpoints);
}

}  // namespace vieweratlas::collect_internal
