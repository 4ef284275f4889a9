#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/fake_twitch/http.h"
#include "support/fake_twitch/world.h"

namespace fake_twitch {

/// id.twitch.tv/oauth2: /validate, /token (client credentials, refresh, device), /device, /revoke.
class OAuth {
 public:
  explicit OAuth(World& world) : world_(world) {}
  [[nodiscard]] HttpAnswer answer(const HttpRequest& request);
  /// Somebody types every user code: as `login`.
  void approve(const std::string& login);
  void deny();

 private:
  struct Device {
    std::string client_id;
    std::vector<std::string> scopes;
    std::int64_t polls = 0;
    Millis ends = 0;
    std::string approved_by;
  };
  HttpAnswer validate(const HttpRequest& request);
  HttpAnswer token(const HttpRequest& request);
  HttpAnswer client_credentials(const HttpRequest& request);
  HttpAnswer refresh(const HttpRequest& request);
  HttpAnswer device(const HttpRequest& request);
  HttpAnswer device_token(const HttpRequest& request);
  HttpAnswer revoke(const HttpRequest& request);
  HttpAnswer user_token(const Refresh& grant);

  World& world_;
  std::map<std::string, Device> devices_;
  std::string approver_ = "reader";
};

}  // namespace fake_twitch
