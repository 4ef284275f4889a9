// Twitch's web interfaces for unit tests: answers without a socket, waits without waiting.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/manual_clock.h"
#include "support/memory_log.h"
#include "support/temporary_folder.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

inline HttpResponse json_answer(std::string body, int status = 200) { return {.status = status, .headers = {}, .body = std::move(body)}; }
inline Error no_connection() { return {ErrorCode::kUnavailable, "no connection"}; }

/// Moves the clock instead of waiting.
class ManualSleeper final : public Sleeper {
 public:
  explicit ManualSleeper(ManualClock& clock) : clock_(clock) {}
  bool sleep(std::chrono::milliseconds time, std::stop_token stop) override {
    if (stop.stop_requested()) return false;
    waits.push_back(time);
    clock_.advance(time);
    if (after_wait) after_wait();
    return !stop.stop_requested();
  }
  std::vector<std::chrono::milliseconds> waits;
  std::function<void()> after_wait;

 private:
  ManualClock& clock_;
};

/// Answers by path: scripted answers first, one each, then the standing one.
class ScriptedHttp final : public HttpClient {
 public:
  using Answer = std::function<Result<HttpResponse>(const HttpRequest&)>;

  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "stopped"};
    requests.push_back(request);
    const std::string path = path_of(request.url);
    std::deque<Answer>& script = scripts_[path];
    if (!script.empty()) {
      const Answer answer = std::move(script.front());
      script.pop_front();
      return answer(request);
    }
    const auto standing = standing_.find(path);
    if (standing == standing_.end()) return json_answer(R"({"error":"Not Found","status":404,"message":"nobody scripted this"})", 404);
    return standing->second(request);
  }

  /// The next answer for `path`, such as "/helix/streams".
  void next(const std::string& path, Result<HttpResponse> answer) {
    scripts_[path].push_back([answer = std::move(answer)](const HttpRequest&) { return answer; });
  }
  void always(const std::string& path, Answer answer) { standing_[path] = std::move(answer); }
  void always(const std::string& path, HttpResponse answer) {
    standing_[path] = [answer = std::move(answer)](const HttpRequest&) { return answer; };
  }
  [[nodiscard]] std::size_t count(std::string_view path) const {
    std::size_t number = 0;
    for (const HttpRequest& request : requests) number += path_of(request.url) == path ? 1U : 0U;
    return number;
  }
  [[nodiscard]] const HttpRequest& last(std::string_view path) const {
    for (auto request = requests.rbegin(); request != requests.rend(); ++request) {
      if (path_of(request->url) == path) return *request;
    }
    return requests.at(requests.size());  // throws: the test expected a request
  }
  std::vector<HttpRequest> requests;

 private:
  static std::string path_of(std::string_view url) {
    url.remove_prefix(url.find("://") + 3);
    url.remove_prefix(url.find('/'));
    return std::string(url.substr(0, url.find('?')));
  }

  std::map<std::string, std::deque<Answer>> scripts_;
  std::map<std::string, Answer> standing_;
};

inline std::string header_of(const HttpRequest& request, std::string_view name) {
  for (const HttpHeader& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

/// What the collector's web clients need, with a user's token "user" of application "client" that is valid for four hours.
struct ScriptedTwitch {
  ScriptedTwitch() {
    options.private_dir = folder.path() / "private";
    options.endpoints.id_url = "https://id.test/oauth2";
    options.endpoints.helix_url = "https://api.test/helix";
    http.always("/oauth2/validate", [this](const HttpRequest& request) { return validate(request); });
    add_token("user", "somebody", 14'400);
  }

  /// Tokens that /validate knows; without a login an app token.
  void add_token(const std::string& token, std::string_view login, int expires_in, std::string_view scopes = R"("chat:read")",
                 std::string_view client_id = "client") {
    std::string facts = "{\"client_id\":\"" + std::string(client_id) + "\",\"expires_in\":" + std::to_string(expires_in);
    if (!login.empty()) facts += ",\"login\":\"" + std::string(login) + "\",\"user_id\":\"42\",\"scopes\":[" + std::string(scopes) + "]";
    valid["OAuth " + token] = facts + "}";
  }
  void forget_token(const std::string& token) { valid.erase("OAuth " + token); }

  TemporaryFolder folder;
  CollectOptions options;
  ManualClock clock{"2026-11-22T10:00:00Z"};
  ManualSleeper sleeper{clock};
  MemoryLog log;
  ScriptedHttp http;
  std::map<std::string, std::string> valid;

 private:
  [[nodiscard]] Result<HttpResponse> validate(const HttpRequest& request) const {
    const auto facts = valid.find(header_of(request, "Authorization"));
    if (facts == valid.end()) return json_answer(R"({"status":401,"message":"invalid access token"})", 401);
    return json_answer(facts->second);
  }
};

}  // namespace vieweratlas
