#include "support/fake_twitch/http.h"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <optional>

namespace fake_twitch {
namespace {

constexpr std::size_t kMaxRequest = std::size_t{4} * 1024 * 1024;

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ec == std::errc()) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 32, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

HttpRequest parse_head(std::string_view head) {
  HttpRequest request;
  std::string_view first = head.substr(0, head.find("\r\n"));
  request.method = first.substr(0, first.find(' '));
  first.remove_prefix(std::min(first.size(), request.method.size() + 1));
  request.target = first.substr(0, first.find(' '));
  request.path = request.target.substr(0, request.target.find('?'));
  if (const std::size_t mark = request.target.find('?'); mark != std::string::npos) {
    request.query = form_fields(std::string_view(request.target).substr(mark + 1));
  }
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const std::size_t next = head.find("\r\n", at + 2);
    const std::string_view line = head.substr(at + 2, next == std::string_view::npos ? next : next - at - 2);
    if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      std::string name(line.substr(0, colon));
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      request.headers[name] = trimmed(line.substr(colon + 1));
    }
    at = next;
  }
  return request;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> form_fields(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view one = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const std::size_t equals = one.find('=');
    fields.emplace_back(decoded(one.substr(0, equals)), equals == std::string_view::npos ? "" : decoded(one.substr(equals + 1)));
  }
  return fields;
}

std::vector<std::string> HttpRequest::parameters(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [key, value] : query) {
    if (key == name) {
      found.push_back(value);
    }
  }
  return found;
}

std::string HttpRequest::parameter(std::string_view name) const {
  const std::vector<std::string> found = parameters(name);
  return found.empty() ? "" : found.front();
}

std::string HttpRequest::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string HttpRequest::field(std::string_view name) const {
  for (const auto& [key, value] : form_fields(body)) {
    if (key == name) {
      return value;
    }
  }
  return parameter(name);
}

class HttpPort::Connection : public SocketOwner {
 public:
  Connection(HttpPort& port, std::uint64_t number, int fd) : port_(port), number_(number), socket_(port.loop_, fd, port.tls_, *this) {}

  void on_bytes(std::string_view bytes) override {
    input_.append(bytes);
    if (input_.size() > kMaxRequest) {
      socket_.reset();
      return;
    }
    next();
  }
  void on_written(std::uint64_t /*total*/) override {}
  void on_closed() override {
    port_.loop_.after(0, [&port = port_, number = number_] { port.connections_.erase(number); });
  }
  [[nodiscard]] bool closed() const { return socket_.closed(); }

  void send(const HttpRequest& request, const HttpAnswer& answer) {
    if (answer.reset) {
      socket_.reset();
      return;
    }
    if (answer.never) {
      return;
    }
    std::string body = answer.body;
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Fake\r\nContent-Type: " + answer.type + "\r\n";
    if (answer.gzip && request.header("accept-encoding").find("gzip") != std::string::npos) {
      body = gzipped(body);
      head += "Content-Encoding: gzip\r\n";
    }
    for (const auto& [name, value] : answer.headers) {
      head += name + ": " + value + "\r\n";
    }
    head += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    socket_.write(head);
    if (answer.dribble_ms > 0) {
      dribble(body, answer.dribble_ms);
      return;
    }
    socket_.write(std::string_view(body).substr(0, answer.cut ? body.size() / 2 : body.size()));
    if (answer.cut || request.header("connection") == "close") {
      socket_.finish();
    }
    busy_ = false;
    next();
  }

 private:
  /// Answers what is complete, one request at a time.
  void next() {
    const std::size_t end = input_.find("\r\n\r\n");
    if (busy_ || end == std::string::npos || socket_.closed()) {
      return;
    }
    HttpRequest request = parse_head(std::string_view(input_).substr(0, end));
    std::size_t length = 0;
    const std::string given = request.header("content-length");
    std::from_chars(given.data(), given.data() + given.size(), length);
    if (input_.size() < end + 4 + length) {
      if (request.header("expect") == "100-continue" && !continued_) {
        continued_ = true;
        socket_.write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      return;
    }
    continued_ = false;
    request.body = input_.substr(end + 4, length);
    input_.erase(0, end + 4 + length);
    busy_ = true;
    HttpAnswer answer = port_.handler_(request);
    if (answer.delay_ms == 0) {
      send(request, answer);
      return;
    }
    port_.loop_.after(answer.delay_ms, [&port = port_, number = number_, request = std::move(request), answer = std::move(answer)] {
      const auto found = port.connections_.find(number);
      if (found != port.connections_.end() && !found->second->closed()) {
        found->second->send(request, answer);
      }
    });
  }

  void dribble(const std::string& body, Millis gap) {
    if (body.empty()) {
      busy_ = false;
      next();
      return;
    }
    socket_.write(body.substr(0, 1));
    port_.loop_.after(gap, [&port = port_, number = number_, rest = body.substr(1), gap] {
      const auto found = port.connections_.find(number);
      if (found != port.connections_.end() && !found->second->closed()) {
        found->second->dribble(rest, gap);
      }
    });
  }

  HttpPort& port_;
  std::uint64_t number_;
  Socket socket_;
  std::string input_;
  bool busy_ = false;
  bool continued_ = false;
};

HttpPort::HttpPort(Loop& loop, SSL_CTX* tls, Handler handler)
    : loop_(loop), tls_(tls), handler_(std::move(handler)), listener_(loop, 0, [this](int fd) {
        const std::uint64_t number = ++numbers_;
        connections_.emplace(number, std::make_unique<Connection>(*this, number, fd));
      }) {}

HttpPort::~HttpPort() = default;

}  // namespace fake_twitch
