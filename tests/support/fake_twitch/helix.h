#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/fake_twitch/http.h"
#include "support/fake_twitch/journal.h"
#include "support/fake_twitch/json.h"
#include "support/fake_twitch/world.h"

#include "vieweratlas/core/random.h"

namespace fake_twitch {

/// An answer that is given instead of the true one, once or some times.
struct HttpFault {
  std::string path;        ///< beginning of the path that it is for
  std::string answer;      ///< "503", "429", "429_bare", "html", "cut", "slow", "redirect", "reset", "never", "no_json", "401", ...
  std::int64_t skip = 0;   ///< true answers before it
  std::int64_t times = 1;  ///< -1: always
};

class HttpFaults {
 public:
  void add(const HttpFault& fault) { faults_.push_back(fault); }
  void clear() { faults_.clear(); }
  /// The fault that this request meets, if any.
  [[nodiscard]] std::optional<std::string> meet(std::string_view path);

 private:
  std::vector<HttpFault> faults_;
};

/// `answer` changed, or replaced, as the fault says. `elsewhere`: where a redirect leads.
[[nodiscard]] HttpAnswer faulty(std::string_view fault, HttpAnswer answer, const std::string& elsewhere);

[[nodiscard]] HttpAnswer error_answer(int status, std::string_view error, std::string_view message);

/// api.twitch.tv/helix: /streams, /users, /games, /videos, /chat/chatters, /shared_chat/session.
class Helix {
 public:
  Helix(World& world, Journal& journal);
  [[nodiscard]] HttpAnswer answer(const HttpRequest& request);

 private:
  struct Page {
    std::vector<std::uint32_t> channels;
    std::string cursor;  ///< empty: the end
  };
  [[nodiscard]] std::optional<HttpAnswer> refuse(const HttpRequest& request);
  HttpAnswer streams(const HttpRequest& request);
  HttpAnswer users(const HttpRequest& request);
  HttpAnswer games(const HttpRequest& request);
  HttpAnswer videos(const HttpRequest& request);
  HttpAnswer chatters(const HttpRequest& request);
  HttpAnswer shared_chat(const HttpRequest& request);
  [[nodiscard]] std::vector<std::uint32_t> listed(const HttpRequest& request) const;
  [[nodiscard]] std::optional<Page> page(const HttpRequest& request, const std::vector<std::uint32_t>& all, std::size_t first);
  void write_stream(JsonWriter& out, std::uint32_t channel);
  void spend(HttpAnswer& answer, const std::string& bucket);

  struct Bucket {
    std::int64_t left = 0;
    Millis resets = 0;
  };
  World& world_;
  Journal& journal_;
  vieweratlas::Random random_;
  std::map<std::string, Bucket> buckets_;
  std::map<std::string, std::pair<std::size_t, Millis>> cursors_;  ///< cursor -> next row, time
  std::map<std::string, std::int64_t> pages_;                      ///< cursor -> number of the page that it asks for
};

}  // namespace fake_twitch
