#include "support/fake_twitch/irc_server.h"

#include <algorithm>
#include <utility>

#include "support/fake_twitch/json.h"

namespace fake_twitch {

IrcServer::IrcServer(Loop& loop, World& world, Journal& journal, Ledger& ledger)
    : loop_(loop), world_(world), journal_(journal), ledger_(ledger), random_(world.seed + 17), members_(world.channels.size()) {}

bool IrcServer::consume(std::int64_t Settings::* count) {
  std::int64_t& left = world_.settings.*count;
  return left > 0 && left-- > 0;
}

void IrcServer::accept(int fd, SSL_CTX* tls) {
  const std::uint32_t number = ++numbers_;
  journal_.add(number, "connect", tls != nullptr ? "tls" : "plain");
  auto made = std::make_unique<IrcConnection>(*this, number, fd, tls);
  IrcConnection& connection = *made;
  connections_.emplace(number, std::move(made));
  if (consume(&Settings::accept_silent)) {
    connection.socket().stall(true);
  } else if (consume(&Settings::reset_on_accept)) {
    connection.socket().reset();
  }
}

IrcConnection* IrcServer::find(std::uint32_t number) {
  const auto found = connections_.find(number);
  return found == connections_.end() || found->second->socket().closed() ? nullptr : found->second.get();
}

void IrcServer::for_each(const std::function<void(IrcConnection&)>& function) {
  // The function may end connections, and an end may not disturb the walk.
  std::vector<std::uint32_t> numbers;
  numbers.reserve(connections_.size());
  for (const auto& [number, connection] : connections_) {
    numbers.push_back(number);
  }
  for (const std::uint32_t number : numbers) {
    if (IrcConnection* connection = find(number)) {
      function(*connection);
    }
  }
}

void IrcServer::remove_later(std::uint32_t number) {
  loop_.after(0, [this, number] { connections_.erase(number); });
}

void IrcServer::entered(std::uint32_t channel, std::uint32_t connection) {
  members_[channel].push_back(connection);
  ++version_;
}

void IrcServer::left(std::uint32_t channel, std::uint32_t connection) {
  std::erase(members_[channel], connection);
  ++version_;
}

void IrcServer::tick() {
  const Settings& settings = world_.settings;
  const Millis now = now_ms();
  for_each([&](IrcConnection& connection) {
    const auto backlog = static_cast<std::int64_t>(connection.socket().backlog());
    if (settings.slow_reader_bytes > 0 && backlog > settings.slow_reader_bytes && !connection.socket().stalled()) {
      journal_.add(connection.number(), "slow_reader", std::to_string(backlog));
      connection.socket().reset();
      return;
    }
    if (settings.ping_every_ms > 0 && connection.welcomed() && !connection.socket().stalled()) {
      const bool unanswered = connection.last_pong() < connection.last_ping() && now - connection.last_ping() > settings.pong_timeout_ms;
      if (unanswered) {
        journal_.add(connection.number(), "no_pong", "");
        connection.socket().finish();
      } else if (now - connection.last_ping() >= settings.ping_every_ms && connection.last_pong() >= connection.last_ping()) {
        connection.ping();
      }
    }
  });
}

void IrcServer::reconnect(IrcConnection& connection) {
  connection.send(":tmi.twitch.tv RECONNECT\r\n");
  journal_.add(connection.number(), "reconnect", "");
  loop_.after(world_.settings.reconnect_close_ms, [this, number = connection.number()] {
    if (IrcConnection* found = find(number)) {
      found->socket().finish();
    }
  });
}

void IrcServer::suspend(std::uint32_t channel, RoomState state) {
  Channel& room = world_.channels[channel];
  room.state = state;
  const std::vector<std::uint32_t> inside = members_[channel];
  for (const std::uint32_t number : inside) {
    if (IrcConnection* connection = find(number)) {
      if (state != RoomState::kUnknown) {
        const std::string id = state == RoomState::kSuspended ? "msg_channel_suspended" : "msg_banned";
        connection->send("@msg-id=" + id + " :tmi.twitch.tv NOTICE #" + room.login + " :This channel is not for you.\r\n");
      }
      connection->part(channel, true);
    }
  }
}

void IrcServer::force_part(std::uint32_t channel) {
  const std::vector<std::uint32_t> inside = members_[channel];
  for (const std::uint32_t number : inside) {
    if (IrcConnection* connection = find(number)) {
      connection->part(channel, true);
    }
  }
}

/// Late and unreliable, as it is: a few people of each room, some of whom come back as having left.
void IrcServer::membership_batch() {
  for_each([&](IrcConnection& connection) {
    if (!connection.membership()) {
      return;
    }
    for (const auto& [channel, answered] : connection.rooms()) {
      const Channel& room = world_.channels[channel];
      for (int i = 0; answered && i < 3 && !room.audience.empty(); ++i) {
        const std::uint32_t viewer = room.audience[random_.below(room.audience.size())];
        const std::string& login = world_.viewers[viewer].login;
        SentLine line{.sent = now_ms(), .channel = channel, .viewer = viewer, .kind = LineKind::kMembership};
        connection.send_line(":" + login + "!" + login + "@" + login + ".tmi.twitch.tv " + (random_.chance(0.7) ? "JOIN" : "PART") + " #" +
                                 room.login + "\r\n",
                             line);
      }
    }
  });
}

std::string IrcServer::json() {
  JsonWriter out;
  out.open('[');
  for_each([&](IrcConnection& connection) {
    out.open('{').field("connection", static_cast<std::int64_t>(connection.number())).field("nick", connection.nick());
    out.field("welcomed", connection.welcomed() ? 1 : 0).field("backlog", static_cast<std::int64_t>(connection.socket().backlog()));
    out.key("rooms").open('[');
    for (const auto& [channel, answered] : connection.rooms()) {
      if (answered) {
        out.text(world_.channels[channel].login);
      }
    }
    out.close(']').close('}');
  });
  out.close(']');
  return out.take();
}

}  // namespace fake_twitch
