#include "support/fake_twitch/control.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

#include "support/fake_twitch/json.h"

namespace fake_twitch {
namespace {

std::int64_t number_of(const HttpRequest& request, std::string_view name, std::int64_t otherwise) {
  const std::string text = request.parameter(name);
  std::int64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    out += static_cast<char>(value);
  }
  return out;
}

std::string count_field(std::string_view name, std::int64_t value) { return ",\"" + std::string(name) + "\":" + std::to_string(value); }

RoomState room_state(std::string_view name) {
  if (name == "suspended") {
    return RoomState::kSuspended;
  }
  return name == "banned" ? RoomState::kBanned : RoomState::kUnknown;
}

}  // namespace

Control::Control(Parts parts) : parts_(std::move(parts)) {
  commands_ = {{"set", &Control::set},
               {"revoke_token", &Control::revoke},
               {"add_token", &Control::add_token},
               {"reconnect", &Control::reconnect},
               {"drop", &Control::drop},
               {"stall", &Control::stall},
               {"room", &Control::room},
               {"part", &Control::part},
               {"raw", &Control::raw},
               {"pause", &Control::pause},
               {"burst", &Control::burst},
               {"everybody", &Control::everybody},
               {"say", &Control::say},
               {"mix", &Control::mix},
               {"http_fault", &Control::http_fault},
               {"channel", &Control::channel},
               {"listen", &Control::listen},
               {"approve", &Control::approve},
               {"share", &Control::share},
               {"ping", &Control::ping}};
}

HttpAnswer Control::answer(const HttpRequest& request) {
  HttpAnswer answer;
  constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();
  if (request.path == "/journal") {
    answer.body = parts_.journal.json(static_cast<std::uint64_t>(number_of(request, "since", 0)));
  } else if (request.path == "/truth") {
    answer.body =
        parts_.ledger.truth_json(number_of(request, "from", 0), number_of(request, "to", kEver), number_of(request, "until", kEver));
  } else if (request.path == "/lines") {
    answer.body = parts_.ledger.lines_json(static_cast<std::size_t>(number_of(request, "since", 0)));
  } else if (request.path == "/connections") {
    answer.body = parts_.irc.json();
  } else if (request.path == "/control" && request.method == "POST") {
    JsonDocument document;
    const Json root = document.parse(request.body);
    const std::vector<Json> commands = root.is_list() ? root.items() : std::vector<Json>{root};
    for (const Json& words : commands) {
      const Done done = run(words);
      if (!done.problem.empty()) {
        return error_answer(400, "Bad Request", done.problem);
      }
      answer.body = R"({"ok":true)" + done.fields + "}";
    }
  } else {
    answer = error_answer(404, "Not Found", "no such page");
  }
  return answer;
}

Control::Done Control::run(const Json& words) {
  const auto found = commands_.find(words.at("do").text());
  return found == commands_.end() ? Done{"there is no command " + words.at("do").text(), ""} : (this->*found->second)(words);
}

Control::Done Control::for_connections(const Json& words, const std::function<void(IrcConnection&)>& function) {
  std::int64_t met = 0;
  const std::int64_t wanted = words.at("connection").number(-1);
  const std::int64_t most = words.at("count").number(std::numeric_limits<std::int64_t>::max());
  parts_.irc.for_each([&](IrcConnection& connection) {
    if ((wanted < 0 || connection.number() == wanted) && met < most) {
      ++met;
      function(connection);
    }
  });
  return {"", count_field("connections", met)};
}

Control::Done Control::set(const Json& words) {
  for (const std::string& name : words.keys()) {
    const Json value = words.at(name);
    if (name != "do" &&
        !(value.is_number() ? parts_.world.settings.set(name, value.number()) : parts_.world.settings.set(name, value.text()))) {
      return {"there is no setting " + name + " of that type", ""};
    }
  }
  parts_.irc.for_each([&](IrcConnection& connection) {
    connection.socket().set_segment(static_cast<std::size_t>(parts_.world.settings.segment_bytes));
    connection.socket().set_coalesce(parts_.world.settings.coalesce_ms);
  });
  return {};
}

/// With "refresh": what it may be refreshed with goes too. With "disconnect": its connections end, as the platform does it.
Control::Done Control::revoke(const Json& words) {
  const std::string text = words.at("token").text();
  std::int64_t met = 0;
  for (auto& [name, token] : parts_.world.tokens) {
    if (text.empty() || name == text) {
      token.revoked = true;
      ++met;
    }
  }
  if (words.at("refresh").flag()) {
    parts_.world.refreshes.clear();
  }
  if (words.at("disconnect").flag()) {
    parts_.irc.for_each([&](IrcConnection& connection) {
      if (!connection.token().empty() && (text.empty() || connection.token() == text)) {
        connection.send(":tmi.twitch.tv NOTICE * :Login authentication failed\r\n");
        connection.socket().finish();
      }
    });
  }
  return {met == 0 ? "no such token" : "", count_field("tokens", met)};
}

Control::Done Control::add_token(const Json& words) {
  Token made;
  made.text = words.at("token").text();
  made.client_id = words.at("client_id").text("fakeclient");
  made.login = words.at("login").text();
  made.user_id = made.login.empty() ? "" : parts_.world.user_id(made.login);
  made.scopes = words.at("scopes").texts();
  parts_.world.tokens[made.text] = made;
  return {};
}

Control::Done Control::reconnect(const Json& words) {
  return for_connections(words, [&](IrcConnection& connection) { parts_.irc.reconnect(connection); });
}

Control::Done Control::drop(const Json& words) {
  const bool hard = words.at("how").text("rst") == "rst";
  return for_connections(words, [&](IrcConnection& connection) { hard ? connection.socket().reset() : connection.socket().finish(); });
}

Control::Done Control::stall(const Json& words) {
  return for_connections(words, [&](IrcConnection& connection) { connection.socket().stall(words.at("on").flag(true)); });
}

/// {"do": "room", "channel": login, "state": "suspended" | "banned" | "unknown" | "open"}
Control::Done Control::room(const Json& words) {
  const auto channel = parts_.world.channel(words.at("channel").text());
  if (!channel) {
    return {"no such channel", ""};
  }
  const std::string state = words.at("state").text();
  if (state == "open") {
    parts_.world.channels[*channel].state = RoomState::kOpen;
  } else {
    parts_.irc.suspend(*channel, room_state(state));
  }
  return {};
}

Control::Done Control::part(const Json& words) {
  const auto channel = parts_.world.channel(words.at("channel").text());
  if (!channel) {
    return {"no such channel", ""};
  }
  parts_.irc.force_part(*channel);
  return {};
}

/// "line" gets its CRLF; "hex" is sent as it is.
Control::Done Control::raw(const Json& words) {
  const std::string line = words.at("line").text();
  const std::string bytes = line.empty() ? from_hex(words.at("hex").text()) : line + "\r\n";
  return for_connections(
      words, [&](IrcConnection& connection) { connection.send_line(bytes, SentLine{.sent = now_ms(), .kind = LineKind::kRaw}); });
}

Control::Done Control::pause(const Json& words) {
  parts_.traffic.pause(words.at("on").flag(true));
  return {};
}

Control::Done Control::burst(const Json& words) {
  return {"", count_field("lines", parts_.traffic.burst(static_cast<std::uint32_t>(words.at("lines").number(100))))};
}

Control::Done Control::everybody(const Json& /*words*/) { return {"", count_field("lines", parts_.traffic.everybody())}; }

Control::Done Control::say(const Json& words) {
  const auto channel = parts_.world.channel(words.at("channel").text());
  const auto viewer = parts_.world.viewer(words.at("viewer").text());
  const auto kind = line_kind(words.at("kind").text("message"));
  if (!channel || !viewer || !kind) {
    return {"no such channel, viewer or kind", ""};
  }
  parts_.traffic.say(*kind, *channel, *viewer, words.at("text").text());
  return {};
}

Control::Done Control::mix(const Json& words) {
  std::map<std::string, double, std::less<>> mix;
  for (const std::string& name : words.keys()) {
    if (name != "do") {
      if (!line_kind(name)) {
        return {"there is no kind " + name, ""};
      }
      mix[name] = words.at(name).real();
    }
  }
  parts_.traffic.set_mix(mix);
  return {};
}

Control::Done Control::http_fault(const Json& words) {
  const std::string answer = words.at("answer").text();
  if (answer.empty()) {
    parts_.faults.clear();
    return {};
  }
  parts_.faults.add({words.at("path").text("/helix"), answer, words.at("skip").number(0), words.at("times").number(1)});
  return {};
}

/// Changes what Helix says of a channel: live, viewers, title, game, room_id.
Control::Done Control::channel(const Json& words) {
  const auto found = parts_.world.channel(words.at("channel").text());
  if (!found) {
    return {"no such channel", ""};
  }
  Channel& channel = parts_.world.channels[*found];
  channel.live = words.at("live").flag(channel.live);
  channel.viewers = words.at("viewers").number(channel.viewers);
  channel.title = words.at("title").text(channel.title);
  channel.game = words.at("game").text(channel.game);
  channel.room_id = words.at("room_id").text(channel.room_id);
  return {};
}

Control::Done Control::listen(const Json& words) {
  parts_.listen(words.at("on").flag(true));
  return {};
}

Control::Done Control::approve(const Json& words) {
  if (words.at("deny").flag()) {
    parts_.oauth.deny();
  } else {
    parts_.oauth.approve(words.at("login").text("reader"));
  }
  return {};
}

/// Begins a shared chat of "channels"; without them all sessions end.
Control::Done Control::share(const Json& words) {
  std::vector<std::uint32_t> members;
  for (const std::string& login : words.at("channels").texts()) {
    const auto channel = parts_.world.channel(login);
    if (!channel) {
      return {"no such channel " + login, ""};
    }
    members.push_back(*channel);
  }
  if (members.empty()) {
    parts_.world.shared_chats.clear();
  } else {
    parts_.world.shared_chats.push_back(std::move(members));
  }
  return {};
}

Control::Done Control::ping(const Json& words) {
  return for_connections(words, [](IrcConnection& connection) { connection.ping(); });
}

}  // namespace fake_twitch
