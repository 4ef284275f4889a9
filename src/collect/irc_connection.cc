#include "collect/irc_connection.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/event_loop.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

constexpr std::chrono::milliseconds kShortestHandshake{1'000};

ConnectionEnd end_of_session(SessionEnd end) {
  switch (end) {
    case SessionEnd::kAuthenticationFailed:
      return {.reason = "authentication_failed",
              .message = "the chat does not accept the login; the token is wrong, expired or lacks chat:read: run `vieweratlas login`",
              .fatal = true};
    case SessionEnd::kCapabilityRefused:
      return {.reason = "capability_refused", .message = "the server gives no message tags; check that it is Twitch's chat", .fatal = true};
    case SessionEnd::kHandshakeTimeout: return {.reason = "handshake_timeout", .message = "no welcome in time; it is tried again"};
    case SessionEnd::kPingTimeout: return {.reason = "ping_timeout", .message = "no answer to PING; it is tried again"};
    case SessionEnd::kSilence: return {.reason = "silence", .message = "not a byte for minutes; it is tried again"};
    case SessionEnd::kReconnect: return {.reason = "reconnect", .message = "the server asks to come back", .reconnect = true};
  }
  return {.reason = "lost", .message = "the connection is over"};
}

std::string_view reason_of(const Error& error, bool was_open) {
  switch (error.code) {
    case ErrorCode::kDenied: return "certificate";
    case ErrorCode::kLimitExceeded: return "output_full";
    case ErrorCode::kCancelled: return "closed";
    default: return was_open ? "lost" : "connect_failed";
  }
}

}  // namespace

IrcConnection::IrcConnection(EventLoop& loop, const StreamOptions& stream, const IrcSessionOptions& session, SlotId slot,
                             const Clock& clock, IrcConnectionOwner& owner)
    : clock_(clock), owner_(owner), session_options_(session), where_(stream.host + ":" + std::to_string(stream.port)), slot_(slot) {
  read_clock();
  started_ = now_;
  heard_ = now_;
  stream_ = loop.connect(stream, *this);
}

const IrcSessionCounters& IrcConnection::counters() const {
  static const IrcSessionCounters kNone;
  return session_.has_value() ? session_->counters() : kNone;
}

void IrcConnection::tick(SteadyTime now) {
  if (!session_.has_value() || end_.has_value()) return;
  now_ = now;
  session_->tick(now);
  send_output();
  report_end();
}

void IrcConnection::part(std::span<const std::string> channels) {
  session_->part(channels);
  send_output();
}

void IrcConnection::join(std::span<const std::string> channels) {
  session_->join(channels);
  send_output();
}

void IrcConnection::quit() {
  if (session_.has_value()) {
    session_->quit();
    send_output();
  }
  stream_->finish();
}

void IrcConnection::on_open() {
  read_clock();
  heard_ = now_;
  // The time to connect and the time to log in are one.
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(now_ - started_);
  session_options_.handshake_timeout = std::max(kShortestHandshake, session_options_.handshake_timeout - spent);
  session_.emplace(session_options_, static_cast<IrcSessionEvents&>(*this));
  session_->on_open(now_);
  owner_.on_login(*this);
  send_output();
  report_end();
}

void IrcConnection::on_bytes(std::string_view bytes) {
  read_clock();
  heard_ = now_;
  session_->feed(bytes, now_, utc_);
  send_output();
  report_end();
}

void IrcConnection::on_closed(const Error& reason) {
  read_clock();
  end_ = ConnectionEnd{.reason = reason_of(reason, session_.has_value()), .message = reason.message, .alive_until = now_};
  report_end();
}

void IrcConnection::on_ready() { owner_.on_ready(*this); }

void IrcConnection::on_end(SessionEnd end, std::string_view detail) {
  end_ = end_of_session(end);
  end_->message = where_ + ": " + end_->message;
  if (!detail.empty()) end_->message += " (" + printable(detail) + ")";
  const bool was_alive = end != SessionEnd::kPingTimeout && end != SessionEnd::kSilence;
  end_->alive_until = was_alive ? now_ : heard_;
}

void IrcConnection::read_clock() {
  now_ = clock_.steady();
  utc_ = clock_.utc();
}

void IrcConnection::send_output() {
  std::string output = session_->take_output();
  if (!output.empty()) stream_->write(std::move(output));
}

void IrcConnection::report_end() {
  if (!end_.has_value()) return;
  const ConnectionEnd end = *std::exchange(end_, std::nullopt);
  owner_.on_end(*this, end);
}

}  // namespace vieweratlas
