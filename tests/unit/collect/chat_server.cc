#include "unit/collect/chat_server.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/text.h"

namespace vieweratlas {

ChatServer::ChatServer(std::optional<CertificateFiles> tls)
    : server_(std::make_unique<LoopbackServer>([this](Peer& peer, int number) { talk(peer, number); }, std::move(tls))) {}

bool ChatServer::wait(const std::function<bool()>& condition) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(20), condition);
}

std::set<std::string> ChatServer::rooms(int number) const {
  const auto found = open_.find(number);
  return found == open_.end() ? std::set<std::string>() : found->second.rooms;
}

std::multiset<std::string> ChatServer::all_rooms() const {
  std::multiset<std::string> all;
  for (const auto& [number, open] : open_) all.insert(open.rooms.begin(), open.rooms.end());
  return all;
}

bool ChatServer::saw(std::string_view line) const { return std::find(lines_.begin(), lines_.end(), line) != lines_.end(); }

void ChatServer::send(int number, std::string_view line) {
  const std::scoped_lock lock(mutex_);
  const auto found = open_.find(number);
  if (found != open_.end()) found->second.peer->write(std::string(line) + "\r\n");
}

void ChatServer::drop(int number) {
  const std::scoped_lock lock(mutex_);
  const auto found = open_.find(number);
  if (found != open_.end()) found->second.peer->hang_up();
}

void ChatServer::refuse_logins(std::string text) {
  const std::scoped_lock lock(mutex_);
  refusal_ = std::move(text);
}

void ChatServer::fall_silent() {
  const std::scoped_lock lock(mutex_);
  for (auto& [number, open] : open_) open.silent = true;
}

void ChatServer::expect_token(std::string token) {
  const std::scoped_lock lock(mutex_);
  token_ = std::move(token);
}

void ChatServer::talk(Peer& peer, int number) {
  {
    const std::scoped_lock lock(mutex_);
    open_[number] = {.peer = &peer};
  }
  while (true) {
    std::string line = peer.read_until("\r\n");
    if (line.empty()) break;
    line.erase(line.size() - std::min<std::size_t>(line.size(), 2));
    const std::scoped_lock lock(mutex_);
    lines_.push_back(line);
    const std::string text = answer(open_[number], line);
    if (!text.empty() && !open_[number].silent) peer.write(text);
    changed_.notify_all();
    if (line == "QUIT" || text.find("NOTICE * ") != std::string::npos) break;
  }
  const std::scoped_lock lock(mutex_);
  open_.erase(number);
  changed_.notify_all();
}

std::string ChatServer::answer(Open& open, std::string_view line) {
  const auto rest_after = [&](std::string_view word) { return std::string(line.substr(word.size())); };
  if (line.starts_with("CAP REQ :")) return ":tmi.twitch.tv CAP * ACK :" + rest_after("CAP REQ :") + "\r\n";
  if (line.starts_with("PASS ")) open.pass = rest_after("PASS ");
  if (line.starts_with("PING ")) return ":tmi.twitch.tv PONG tmi.twitch.tv " + rest_after("PING ") + "\r\n";
  if (line.starts_with("NICK ")) {
    open.nick = rest_after("NICK ");
    ++logins_;
    return welcome(open);
  }
  std::string text;
  const bool joins = line.starts_with("JOIN ");
  if (!joins && !line.starts_with("PART ")) return text;
  const std::string names = rest_after("JOIN ");
  for (const std::string_view name : split(names, ',')) {
    const std::string room(name.substr(1));
    const std::string me = ":" + open.nick + "!" + open.nick + "@" + open.nick + ".tmi.twitch.tv ";
    if (joins) {
      open.rooms.insert(room);
      text += me + "JOIN #" + room + "\r\n@room-id=id_of_" + room + " :tmi.twitch.tv ROOMSTATE #" + room + "\r\n";
    } else {
      open.rooms.erase(room);
      text += me + "PART #" + room + "\r\n";
    }
  }
  return text;
}

std::string ChatServer::welcome(const Open& open) {
  if (!refusal_.empty()) return ":tmi.twitch.tv NOTICE * :" + refusal_ + "\r\n";
  if (token_.has_value() && open.pass != "oauth:" + *token_) return ":tmi.twitch.tv NOTICE * :Login authentication failed\r\n";
  return ":tmi.twitch.tv 001 " + open.nick + " :Welcome, GLHF!\r\n:tmi.twitch.tv 376 " + open.nick + " :>\r\n";
}

}  // namespace vieweratlas
