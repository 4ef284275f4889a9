#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_twitch/irc_server.h"

namespace fake_twitch {
namespace {

constexpr std::size_t kMaxInput = std::size_t{256} * 1024;
constexpr std::size_t kNamesPerLine = 20;
constexpr std::size_t kMaxNames = 1000;
constexpr std::string_view kHost = ":tmi.twitch.tv ";

std::pair<std::string_view, std::string_view> split_word(std::string_view text) {
  const std::size_t blank = text.find(' ');
  return blank == std::string_view::npos ? std::pair(text, std::string_view()) : std::pair(text.substr(0, blank), text.substr(blank + 1));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_anonymous(std::string_view nick) {
  constexpr std::string_view kPrefix = "justinfan";
  return nick.starts_with(kPrefix) && nick.size() > kPrefix.size() &&
         std::all_of(nick.begin() + kPrefix.size(), nick.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::vector<std::string> channels_of(std::string_view list) {
  std::vector<std::string> found;
  list = split_word(list).first;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    if (one.starts_with('#')) {
      one.remove_prefix(1);
    }
    found.emplace_back(one);
  }
  return found;
}

}  // namespace

IrcConnection::IrcConnection(IrcServer& server, std::uint32_t number, int fd, SSL_CTX* tls)
    : server_(server), number_(number), socket_(server.loop_, fd, tls, *this), last_ping_(now_ms()), last_pong_(now_ms()) {
  socket_.set_segment(static_cast<std::size_t>(server.world_.settings.segment_bytes));
  socket_.set_coalesce(server.world_.settings.coalesce_ms);
}

bool IrcConnection::anonymous() const { return is_anonymous(nick_); }

/// All anonymous connections together are one identity: that is how a collector must see them.
std::string IrcConnection::identity() const { return anonymous() ? "anonymous" : nick_; }

void IrcConnection::on_bytes(std::string_view bytes) {
  input_.append(bytes);
  std::size_t begin = 0;
  for (std::size_t end = input_.find('\n'); end != std::string::npos && !ending_; end = input_.find('\n', begin)) {
    std::string_view line = std::string_view(input_).substr(begin, end - begin);
    begin = end + 1;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    handle(line);
    if (socket_.closed()) {
      return;
    }
  }
  input_.erase(0, begin);
  if (input_.size() > kMaxInput) {
    socket_.reset();
  }
}

void IrcConnection::handle(std::string_view line) {
  Journal& journal = server_.journal_;
  if (line.size() + 2 > 512) {
    journal.count("irc_lines_over_512");
  }
  const auto [command, rest] = split_word(line);
  if (command == "CAP") {
    on_cap(rest);
  } else if (command == "PASS") {
    pass_ = rest;
    const bool shaped = pass_.starts_with("oauth:");
    journal.add(number_, "PASS", shaped && server_.world_.token(std::string_view(pass_).substr(6)) != nullptr ? "ok" : "bad");
  } else if (command == "NICK") {
    on_nick(rest);
  } else if (command == "JOIN") {
    journal.add(number_, "JOIN", rest);
    on_join(rest);
  } else if (command == "PART") {
    journal.add(number_, "PART", rest);
    for (const std::string& login : channels_of(rest)) {
      if (const auto channel = server_.world_.channel(login); channel && rooms_.contains(*channel)) {
        part(*channel, false);
      }
    }
  } else if (command == "PING") {
    journal.add(number_, "PING", rest);
    if (server_.world_.settings.no_pong == 0) {
      send(std::string(kHost) + "PONG tmi.twitch.tv " + (rest.starts_with(':') ? "" : ":") + std::string(rest) + "\r\n");
    }
  } else if (command == "PONG") {
    journal.add(number_, "PONG", rest);
    last_pong_ = now_ms();
  } else if (command == "QUIT") {
    journal.add(number_, "QUIT", rest);
    ending_ = true;
    socket_.finish();
  } else {
    journal.add(number_, "unknown", command);
    send(std::string(kHost) + "421 " + (nick_.empty() ? "you" : nick_) + " " + std::string(command) + " :Unknown command\r\n");
  }
}

void IrcConnection::on_cap(std::string_view rest) {
  server_.journal_.add(number_, "CAP", rest);
  const auto [verb, list] = split_word(rest);
  if (verb != "REQ") {
    return;
  }
  std::string_view caps = list.starts_with(':') ? list.substr(1) : list;
  bool known = server_.world_.settings.cap_nak == 0;
  bool tags = tags_, commands = commands_, membership = membership_;
  for (std::string_view left = caps; !left.empty();) {
    const auto [cap, more] = split_word(left);
    left = more;
    tags |= cap == "twitch.tv/tags";
    commands |= cap == "twitch.tv/commands";
    membership |= cap == "twitch.tv/membership";
    known &= cap == "twitch.tv/tags" || cap == "twitch.tv/commands" || cap == "twitch.tv/membership";
  }
  if (known) {
    tags_ = tags;
    commands_ = commands;
    membership_ = membership;
  }
  send(std::string(kHost) + "CAP * " + (known ? "ACK" : "NAK") + " :" + std::string(caps) + "\r\n");
}

void IrcConnection::refuse_login(std::string_view text) {
  server_.journal_.add(number_, "refused", text);
  send(std::string(kHost) + "NOTICE * :" + std::string(text) + "\r\n");
  ending_ = true;
  socket_.finish();
}

void IrcConnection::on_nick(std::string_view nick) {
  Settings& settings = server_.world_.settings;
  server_.journal_.add(number_, "NICK", nick);
  nick_ = nick;
  const std::string who = identity();
  server_.journal_.count_auth(who);
  const bool within = server_.auths_.take(who, settings.auth_limit, settings.auth_window_ms);
  if (!within && (!anonymous() || settings.anonymous_limits != 0) && settings.auth_reaction != "accept") {
    server_.journal_.add(number_, "over_auth_limit", who);
    ending_ = settings.auth_reaction == "close";
    if (ending_) {
      socket_.finish();
    }
    return;
  }
  if (settings.no_welcome != 0) {
    return;
  }
  if (server_.consume(&Settings::auth_fail)) {
    refuse_login(settings.auth_text);
    return;
  }
  if (!anonymous()) {
    if (!pass_.starts_with("oauth:")) {
      refuse_login("Improperly formatted auth");
      return;
    }
    token_ = pass_.substr(6);
    const Token* token = server_.world_.token(token_);
    // An application's token cannot log in, nor one without chat:read; the name must be the token's, in lower case.
    if (token == nullptr || token->login.empty() || token->login != nick_ || !token->has("chat:read")) {
      refuse_login(token != nullptr && lower(nick_) != nick_ ? "Invalid NICK" : "Login authentication failed");
      return;
    }
  }
  pass_.clear();
  server_.loop_.after(settings.welcome_delay_ms, [&server = server_, number = number_] {
    if (IrcConnection* connection = server.find(number)) {
      connection->welcome();
    }
  });
}

void IrcConnection::welcome() {
  const std::string to = nick_ + " ";
  std::string out;
  for (const auto& [numeric, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"001 ", ":Welcome, GLHF!"},
                                                                  {"002 ", ":Your host is tmi.twitch.tv"},
                                                                  {"003 ", ":This server is rather new"},
                                                                  {"004 ", ":-"},
                                                                  {"375 ", ":-"},
                                                                  {"372 ", ":You are in a maze of twisty passages, all alike."},
                                                                  {"376 ", ":>"}}) {
    out.append(kHost).append(numeric).append(to).append(text).append("\r\n");
  }
  if (!anonymous() && tags_ && commands_) {
    out += "@badge-info=;badges=;color=;display-name=" + nick_ + ";emote-sets=0;user-id=" + server_.world_.user_id(nick_) +
           ";user-type= :tmi.twitch.tv GLOBALUSERSTATE\r\n";
  }
  welcomed_ = true;
  server_.journal_.add(number_, "welcome", nick_);
  send(out);
}

void IrcConnection::on_join(std::string_view list) {
  Settings& settings = server_.world_.settings;
  for (const std::string& login : channels_of(list)) {
    if (ending_ || socket_.closed()) {
      return;
    }
    const std::string who = identity();
    server_.journal_.count_join(who);
    const bool within = server_.joins_.take(who, settings.join_limit, settings.join_window_ms);
    if (!within && (!anonymous() || settings.anonymous_limits != 0) && settings.join_reaction != "accept") {
      server_.journal_.add(number_, "over_join_limit", login);
      if (settings.join_reaction == "close") {
        ending_ = true;
        socket_.finish();
      }
      continue;
    }
    want(login);
  }
}

void IrcConnection::want(const std::string& login) {
  const Settings& settings = server_.world_.settings;
  const auto channel = server_.world_.channel(login);
  if (!channel || login != lower(login) || server_.random_.below(100) < static_cast<std::uint64_t>(settings.lost_join_percent)) {
    return;
  }
  const std::string notice_to = " :tmi.twitch.tv NOTICE #" + login + " :";
  switch (server_.world_.channels[*channel].state) {
    case RoomState::kUnknown: return;
    case RoomState::kSuspended:
      send("@msg-id=msg_channel_suspended" + notice_to + "This channel does not exist or has been suspended.\r\n");
      return;
    case RoomState::kBanned:
      send("@msg-id=msg_banned" + notice_to + "You are permanently banned from talking in " + login + ".\r\n");
      return;
    case RoomState::kOpen: break;
  }
  if (!rooms_.contains(*channel)) {
    if (!server_.slots_.take(identity(), anonymous() ? settings.anonymous_room_cap : settings.room_cap)) {
      server_.journal_.add(number_, "over_room_cap", login);
      send("@msg-id=msg_concurrent_channel_limit_reached" + notice_to + "You have reached the limit of channels you can join.\r\n");
      return;
    }
    rooms_[*channel] = false;
  }
  server_.loop_.after(settings.join_delay_ms, [&server = server_, number = number_, room = *channel] {
    if (IrcConnection* connection = server.find(number); connection != nullptr && connection->rooms_.contains(room)) {
      connection->answer_join(room);
    }
  });
}

void IrcConnection::answer_join(std::uint32_t channel) {
  const Settings& settings = server_.world_.settings;
  const Channel& room = server_.world_.channels[channel];
  const std::string self = ":" + nick_ + "!" + nick_ + "@" + nick_ + ".tmi.twitch.tv ";
  const std::string short_self = ":" + nick_ + ".tmi.twitch.tv ";
  std::string out;
  if (settings.join_echo != 0) {
    out += self + "JOIN #" + room.login + "\r\n";
  }
  if (commands_ && settings.join_roomstate != 0) {
    if (!anonymous()) {
      out += "@badges=;color=;display-name=" + nick_ + ";emote-sets=0;mod=0;subscriber=0;user-type= :tmi.twitch.tv USERSTATE #" +
             room.login + "\r\n";
    }
    out += "@emote-only=0;followers-only=-1;r9k=0;room-id=" + room.room_id + ";slow=0;subs-only=0 :tmi.twitch.tv ROOMSTATE #" + room.login +
           "\r\n";
  }
  if (settings.join_names != 0) {
    out += short_self + "353 " + nick_ + " = #" + room.login + " :" + nick_ + "\r\n";
    const bool others = room.audience.size() <= kMaxNames && (membership_ || settings.names_need_membership == 0);
    for (std::size_t i = 0; others && i < room.audience.size(); i += kNamesPerLine) {
      out += short_self + "353 " + nick_ + " = #" + room.login + " :";
      for (std::size_t j = i; j < std::min(room.audience.size(), i + kNamesPerLine); ++j) {
        out += server_.world_.viewers[room.audience[j]].login + (j + 1 < std::min(room.audience.size(), i + kNamesPerLine) ? " " : "");
      }
      out += "\r\n";
    }
    out += short_self + "366 " + nick_ + " #" + room.login + " :End of /NAMES list\r\n";
  }
  send(out);
  join(channel);
}

void IrcConnection::join(std::uint32_t channel) {
  if (!rooms_[channel]) {
    rooms_[channel] = true;
    server_.entered(channel, number_);
  }
}

void IrcConnection::part(std::uint32_t channel, bool forced) {
  const auto found = rooms_.find(channel);
  if (found == rooms_.end()) {
    return;
  }
  if (found->second) {
    server_.left(channel, number_);
  }
  rooms_.erase(found);
  server_.slots_.release(identity(), server_.world_.settings.part_release_ms);
  if (forced) {
    server_.journal_.add(number_, "forced_part", server_.world_.channels[channel].login);
  }
  send(":" + nick_ + "!" + nick_ + "@" + nick_ + ".tmi.twitch.tv PART #" + server_.world_.channels[channel].login + "\r\n");
}

void IrcConnection::ping() {
  last_ping_ = now_ms();
  send("PING :tmi.twitch.tv\r\n");
}

void IrcConnection::send_line(std::string_view bytes, SentLine line) {
  if (socket_.closed() || ending_) {
    return;
  }
  line.connection = number_;
  line.bytes = static_cast<std::uint32_t>(bytes.size());
  const std::size_t entry = server_.ledger_.queued(line);
  socket_.write(bytes);
  marks_.push_back(Mark{socket_.queued_total(), entry});
}

void IrcConnection::account(const std::vector<std::pair<LineKind, std::uint32_t>>& lines) {
  for (const auto& [kind, count] : lines) {
    marks_.push_back(Mark{socket_.queued_total(), 0, kind, count});
  }
  socket_.write({});
}

void IrcConnection::on_written(std::uint64_t total) {
  const Millis now = now_ms();
  while (!marks_.empty() && marks_.front().end <= total) {
    const Mark& mark = marks_.front();
    if (mark.lines > 0) {
      server_.ledger_.wrote(mark.kind, mark.lines);
    } else {
      server_.ledger_.wrote(mark.line, now);
    }
    marks_.pop_front();
  }
}

void IrcConnection::on_closed() {
  server_.journal_.add(number_, "end", marks_.empty() ? "" : "unsent");
  for (const auto& [channel, answered] : rooms_) {
    if (answered) {
      server_.left(channel, number_);
    }
    server_.slots_.release(identity(), server_.world_.settings.slot_release_ms);
  }
  rooms_.clear();
  server_.remove_later(number_);
}

}  // namespace fake_twitch
