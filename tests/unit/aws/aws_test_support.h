#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

/// Plays the servers that give credentials: `answer` is asked for each request, and all requests are kept.
class PlayedServers {
 public:
  using Answer = std::function<Result<HttpResponse>(const HttpRequest& request)>;

  /// A client of these servers, which must outlive it.
  [[nodiscard]] std::unique_ptr<HttpClient> client() { return std::make_unique<Client>(*this); }

  /// The answer to URLs that begin so; the longest that fits counts. Others are not answered.
  void answer(std::string url_begin, Answer answer) { answers_[std::move(url_begin)] = std::move(answer); }
  void answer(std::string url_begin, int status, std::string body) {
    answer(std::move(url_begin), [status, body = std::move(body)](const HttpRequest&) -> Result<HttpResponse> {
      return HttpResponse{.status = status, .headers = {}, .body = body};
    });
  }

  [[nodiscard]] const std::vector<HttpRequest>& requests() const { return requests_; }

 private:
  class Client final : public HttpClient {
   public:
    explicit Client(PlayedServers& servers) : servers_(servers) {}
    Result<HttpResponse> send(const HttpRequest& request, std::stop_token /*stop*/) override { return servers_.play(request); }

   private:
    PlayedServers& servers_;
  };

  Result<HttpResponse> play(const HttpRequest& request) {
    requests_.push_back(request);
    const Answer* best = nullptr;
    std::size_t length = 0;
    for (const auto& [begin, answer] : answers_) {
      if (request.url.starts_with(begin) && begin.size() >= length) {
        best = &answer;
        length = begin.size();
      }
    }
    if (best != nullptr) return (*best)(request);
    return Error{ErrorCode::kUnavailable, request.url + ": no answer"};
  }

  std::map<std::string, Answer> answers_;
  std::vector<HttpRequest> requests_;
};

/// The value of a header of `request`, empty when it is not there.
inline std::string header_of(const HttpRequest& request, std::string_view name) {
  for (const HttpHeader& header : request.headers) {
    if (equals_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

inline UtcMillis moment(std::string_view text) { return *parse_time(text); }

}  // namespace vieweratlas
