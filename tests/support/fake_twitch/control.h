#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "support/fake_twitch/helix.h"
#include "support/fake_twitch/http.h"
#include "support/fake_twitch/irc_server.h"
#include "support/fake_twitch/oauth.h"
#include "support/fake_twitch/traffic.h"

namespace fake_twitch {

/// The test's own way in: POST /control takes one command or a list ({"do": name, ...}; tests/support/README.md lists them), GET
/// /journal, /truth, /lines, /connections tell. A wrong command changes nothing and gets 400.
class Control {
 public:
  /// All must outlive it. `listen(on)`: opens and closes the ports of the chat. `stop()`: ends the program.
  struct Parts {
    Loop& loop;
    World& world;
    Journal& journal;
    Ledger& ledger;
    IrcServer& irc;
    Traffic& traffic;
    OAuth& oauth;
    HttpFaults& faults;
    std::function<void(bool on)> listen;
  };
  explicit Control(Parts parts);
  [[nodiscard]] HttpAnswer answer(const HttpRequest& request);

 private:
  /// What a command answers: a field of the answer, or what is wrong.
  struct Done {
    std::string problem;
    std::string fields;  ///< JSON fields behind "ok": ",\"lines\":3"
  };
  using Command = Done (Control::*)(const Json& words);
  Done run(const Json& words);
  Done set(const Json& words);
  Done revoke(const Json& words);
  Done add_token(const Json& words);
  Done reconnect(const Json& words);
  Done drop(const Json& words);
  Done stall(const Json& words);
  Done room(const Json& words);
  Done part(const Json& words);
  Done raw(const Json& words);
  Done pause(const Json& words);
  Done burst(const Json& words);
  Done everybody(const Json& words);
  Done say(const Json& words);
  Done mix(const Json& words);
  Done http_fault(const Json& words);
  Done channel(const Json& words);
  Done listen(const Json& words);
  Done approve(const Json& words);
  Done share(const Json& words);
  Done ping(const Json& words);
  /// Calls `function` for the connection that is named, for those of an account, or for all.
  Done for_connections(const Json& words, const std::function<void(IrcConnection&)>& function);

  Parts parts_;
  std::map<std::string, Command, std::less<>> commands_;
};

}  // namespace fake_twitch
