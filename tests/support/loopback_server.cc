#include "support/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace vieweratlas {
namespace {

using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;
using SslContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

int listen_on_loopback(std::uint16_t& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(socket, 64) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port = ntohs(address.sin_port);
  return socket;
}

class SocketPeer final : public Peer {
 public:
  SocketPeer(int socket, SSL* ssl) : socket_(socket), ssl_(ssl) {}

  std::string read_until(std::string_view end) override {
    while (true) {
      const std::size_t found = buffer_.find(end);
      if (found != std::string::npos) return take(found + end.size());
      if (!read_more()) return take(buffer_.size());
    }
  }
  std::string read_bytes(std::size_t size) override {
    while (buffer_.size() < size && read_more()) {
    }
    return take(std::min(size, buffer_.size()));
  }
  std::string read_to_end() override {
    while (read_more()) {
    }
    return take(buffer_.size());
  }
  bool write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto sent = ssl_ == nullptr ? ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                                        : static_cast<ssize_t>(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void reset() override {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    broken_ = true;
  }
  void hang_up() override { ::shutdown(socket_, SHUT_RDWR); }
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  bool read_more() {
    char bytes[16'384];
    const auto got =
        ssl_ == nullptr ? ::recv(socket_, bytes, sizeof(bytes), 0) : static_cast<ssize_t>(SSL_read(ssl_, bytes, sizeof(bytes)));
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }

  int socket_;
  SSL* ssl_;
  std::string buffer_;
  bool broken_ = false;
};

}  // namespace

LoopbackServer::LoopbackServer(Script script, std::optional<CertificateFiles> tls) : script_(std::move(script)), tls_(std::move(tls)) {
  std::signal(SIGPIPE, SIG_DFL);  // the program under test must not need it ignored
  listener_ = listen_on_loopback(port_);
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::scoped_lock lock(mutex_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
}

void LoopbackServer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int number = connections_++;
    {
      const std::scoped_lock lock(mutex_);
      sockets_.push_back(socket);
    }
    threads_.emplace_back([this, socket, number] { serve(socket, number); });
  }
}

void LoopbackServer::serve(int socket, int number) {
  sigset_t broken_pipe;  // OpenSSL's own socket BIO raises it; only this thread is to be spared
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  const SslContext context(tls_.has_value() ? SSL_CTX_new(TLS_server_method()) : nullptr, &SSL_CTX_free);
  Ssl ssl(nullptr, &SSL_free);
  bool ready = true;
  if (context != nullptr) {
    SSL_CTX_use_certificate_chain_file(context.get(), tls_->certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context.get(), tls_->key.c_str(), SSL_FILETYPE_PEM);
    ssl.reset(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), socket);
    ready = SSL_accept(ssl.get()) == 1;
  }
  SocketPeer peer(socket, ssl.get());
  if (ready) script_(peer, number);
  if (ssl != nullptr && ready && !peer.broken()) SSL_shutdown(ssl.get());
  const std::scoped_lock lock(mutex_);
  std::erase(sockets_, socket);
  ::close(socket);
}

std::uint16_t unused_port() {
  std::uint16_t port = 0;
  ::close(listen_on_loopback(port));
  return port;
}

}  // namespace vieweratlas
