#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {

/// Writes each event down as a line: "sighting #room(1) user(2) message m at 5", "drop mirror #room", "joined #room 1" ...
class RecordedEvents : public IrcSessionEvents {
 public:
  std::vector<std::string> log;

  [[nodiscard]] std::vector<std::string> take() { return std::exchange(log, {}); }

  void on_ready() override { log.emplace_back("ready"); }
  void on_sighting(const Sighting& s) override {
    static constexpr const char* kKinds[] = {"message", "notice", "member"};
    std::string line = "sighting #" + std::string(s.channel) + "(" + std::string(s.channel_id) + ") " + std::string(s.viewer_login) + "(" +
                       std::string(s.viewer_id) + ") " + kKinds[static_cast<int>(s.kind)];
    if (!s.message_id.empty()) line += " " + std::string(s.message_id);
    log.push_back(line + " at " + std::to_string(s.time.time_since_epoch().count()));
  }
  void on_drop(LineDrop drop, std::string_view channel) override { log.push_back("drop " + std::string(name_of(drop)) + room(channel)); }
  void on_joined(std::string_view channel, std::string_view id) override {
    log.push_back("joined" + room(channel) + " " + std::string(id));
  }
  void on_room_id(std::string_view channel, std::string_view id) override { log.push_back("id" + room(channel) + " " + std::string(id)); }
  void on_refused(std::string_view channel, RoomRefusal refusal) override {
    static constexpr const char* kNames[] = {"banned", "suspended", "not_found", "room_limit"};
    log.push_back("refused" + room(channel) + " " + kNames[static_cast<int>(refusal)]);
  }
  void on_removed(std::string_view channel) override { log.push_back("removed" + room(channel)); }
  void on_unknown_notice(std::string_view id) override { log.push_back("notice " + std::string(id)); }
  void on_end(SessionEnd why, std::string_view detail) override {
    log.push_back("end " + std::string(name_of(why)) + ": " + std::string(detail));
  }

 private:
  static std::string room(std::string_view channel) { return channel.empty() ? std::string() : " #" + std::string(channel); }
};

}  // namespace vieweratlas
