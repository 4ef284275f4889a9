#define ASIO_STANDALONE
#define ASIO_NO_DEPRECATED
#include "vieweratlas/net/event_loop.h"

#include <asio/error.hpp>
#include <asio/error_code.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/socket_base.hpp>
#include <asio/steady_timer.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/lookup.h"
#include "net/socket_error.h"
#include "net/tls.h"
#include "net/transport.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 65'536;
constexpr milliseconds kFarewell{500};               // for the peer to read the last bytes and to hang up
constexpr milliseconds kShortestAttempt{250};        // to connect to one of several addresses
constexpr std::chrono::hours kCertificateAge{1};     // trusted certificates are read anew: the system may update them
constexpr std::size_t kKeptOutputBytes = 64 * 1024;  // of sent output, and of an empty queue's capacity

/// What the streams of one loop share. Loop thread only, but for `mailbox`.
struct Shared {
  /// Lets threads that outlive the loop find out that it is gone.
  struct Mailbox {
    std::mutex mutex;
    asio::io_context* io = nullptr;  // guarded by mutex; null = the loop is gone
  };
  struct Certificates {
    std::shared_ptr<TlsContext> context;
    steady_clock::time_point read;
  };

  Result<std::shared_ptr<TlsContext>> tls(const std::filesystem::path& ca_file) {
    const auto now = steady_clock::now();
    Certificates& known = certificates[ca_file];
    if (known.context != nullptr && now - known.read < kCertificateAge) return known.context;
    Result<std::shared_ptr<TlsContext>> made = TlsContext::make(ca_file);
    if (made.ok()) known = {*made, now};
    return made;
  }

  asio::io_context io{1};
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  std::vector<char> read_buffer = std::vector<char>(kReadBytes);
  std::map<std::filesystem::path, Certificates> certificates;
};

/// One connection, kept alive by the handlers that wait for its socket; its owner holds a Handle. Every way to the end goes through
/// finish_with, which tells the listener once.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, StreamOptions options, StreamListener& listener)
      : shared_(shared),
        options_(std::move(options)),
        listener_(&listener),
        socket_(shared.io),
        deadline_(shared.io),
        attempt_(shared.io) {}

  void start() {
    end_ = steady_clock::now() + options_.connect_timeout;
    expire_at(end_, "no connection within " + std::to_string(options_.connect_timeout.count()) + " ms; check the network and firewalls");
    auto deliver = [mailbox = shared_.mailbox, self = weak_from_this()](Result<std::vector<SocketAddress>> found) {
      const std::scoped_lock lock(mailbox->mutex);
      if (mailbox->io == nullptr) return;
      asio::post(*mailbox->io, [self, found = std::move(found)]() mutable {
        if (const auto connection = self.lock()) connection->on_addresses(std::move(found));
      });
    };
    look_up(options_.host, options_.port, std::move(deliver));
  }

  void write(std::string bytes) {
    if (closing()) return;
    if (output_.size() - output_sent_ + bytes.size() > options_.max_queued_bytes) {
      output_.clear();
      output_sent_ = 0;
      close_soon({ErrorCode::kLimitExceeded, "more than " + std::to_string(options_.max_queued_bytes) +
                                                 " bytes wait to be sent because the other side does not read; it is tried again"});
      return;
    }
    if (output_.empty()) {
      output_ = std::move(bytes);
    } else {
      output_ += bytes;
    }
    flush_soon();
  }

  void finish() {
    if (closing()) return;
    if (state_ != State::kOpen) {
      close_soon({ErrorCode::kCancelled, "closed as asked before it was open"});
      return;
    }
    state_ = State::kFinishing;
    expire_at(steady_clock::now() + kFarewell, "closed as asked");
    flush_soon();
  }

  /// The owner is gone: no word to anybody.
  void abandon() {
    listener_ = nullptr;
    release();
  }

 private:
  enum class State { kConnecting, kHandshake, kOpen, kFinishing, kClosed };

  [[nodiscard]] bool closing() const { return state_ == State::kFinishing || state_ == State::kClosed || close_posted_; }

  // ---- the end

  void release() {
    state_ = State::kClosed;
    asio::error_code ignored;
    deadline_.cancel();
    attempt_.cancel();
    transport_.reset();
    socket_.close(ignored);
  }

  void finish_with(Error reason) {
    if (state_ == State::kClosed) return;
    const bool asked = state_ == State::kFinishing;
    release();
    StreamListener* listener = std::exchange(listener_, nullptr);
    if (listener == nullptr) return;
    const std::string where = options_.host + ":" + std::to_string(options_.port);
    if (asked) {
      listener->on_closed({ErrorCode::kCancelled, where + ": closed as asked"});
    } else {
      listener->on_closed(std::move(reason).with_context(where));
    }
  }

  /// For calls from the owner: its listener must not be called back before they return.
  void close_soon(Error reason) {
    if (std::exchange(close_posted_, true)) return;
    asio::post(shared_.io, [self = shared_from_this(), reason = std::move(reason)] { self->finish_with(reason); });
  }

  void expire_at(steady_clock::time_point when, std::string clause) {
    deadline_.expires_at(when);
    deadline_.async_wait([self = shared_from_this(), clause = std::move(clause)](const asio::error_code& cancelled) {
      // A timer that went off while it was put off is already on its way here.
      if (!cancelled && steady_clock::now() >= self->deadline_.expiry()) self->finish_with({ErrorCode::kUnavailable, clause});
    });
  }

  // ---- connecting

  void on_addresses(Result<std::vector<SocketAddress>> found) {
    if (state_ != State::kConnecting) return;
    if (!found.ok()) {
      finish_with(found.error());
      return;
    }
    addresses_ = std::move(*found);
    try_next_address({ErrorCode::kUnavailable, "the name has no address; check its spelling"});
  }

  /// `failure` is what became of the address before. Addresses share what is left of the time, so that one that swallows
  /// packets leaves some to the next.
  void try_next_address(const Error& failure) {
    if (next_address_ == addresses_.size()) {
      finish_with(failure);
      return;
    }
    const auto left = std::chrono::duration_cast<milliseconds>(end_ - steady_clock::now());
    const auto share = std::max(kShortestAttempt, left / static_cast<milliseconds::rep>(addresses_.size() - next_address_));
    const SocketAddress& address = addresses_[next_address_++];
    tcp::endpoint endpoint;
    endpoint.resize(address.size);
    std::memcpy(endpoint.data(), &address.storage, address.size);
    asio::error_code failed;
    socket_.close(failed);
    socket_.open(endpoint.protocol(), failed);
    if (!failed) socket_.non_blocking(true, failed);
    if (failed) {
      try_next_address({ErrorCode::kUnavailable, clause_for_socket_error(failed.value())});
      return;
    }
    attempt_.expires_after(share);
    attempt_.async_wait([self = shared_from_this(), attempt = next_address_](const asio::error_code& cancelled) {
      asio::error_code ignored;
      if (!cancelled && self->state_ == State::kConnecting && self->next_address_ == attempt) self->socket_.cancel(ignored);
    });
    socket_.async_connect(endpoint, [self = shared_from_this()](const asio::error_code& error) { self->on_connected(error); });
  }

  void on_connected(const asio::error_code& failed) {
    if (state_ != State::kConnecting) return;
    asio::error_code ignored;
    attempt_.cancel();
    if (failed) {
      const int reason = failed == asio::error::operation_aborted ? ETIMEDOUT : failed.value();
      try_next_address({ErrorCode::kUnavailable, clause_for_socket_error(reason)});
      return;
    }
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    if (!options_.tls) {
      transport_ = make_plain_transport(socket_.native_handle());
    } else {
      Result<std::shared_ptr<TlsContext>> context = shared_.tls(options_.ca_file);
      if (!context.ok()) {
        finish_with(context.error());
        return;
      }
      tls_ = *context;
      transport_ = tls_->connect(socket_.native_handle(), options_.host);
    }
    state_ = State::kHandshake;
    shake_hands();
  }

  void shake_hands() {
    switch (transport_->handshake().outcome) {
      case IoOutcome::kDone: on_open(); return;
      case IoOutcome::kWantRead: wait_readable(); return;
      case IoOutcome::kWantWrite: wait_writable(); return;
      case IoOutcome::kEnded:
        finish_with(
            {ErrorCode::kUnavailable, "the other side hung up before the connection was encrypted; check that the port speaks TLS"});
        return;
      case IoOutcome::kFailed: finish_with(transport_->failure()); return;
    }
  }

  void on_open() {
    state_ = State::kOpen;
    deadline_.expires_at(steady_clock::time_point::max());
    listener_->on_open();
    if (state_ == State::kClosed) return;
    flush_soon();
    read();
  }

  // ---- waiting

  void wait_readable() {
    if (std::exchange(waits_readable_, true)) return;
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const asio::error_code&) {
      self->waits_readable_ = false;
      self->on_ready();
    });
  }

  void wait_writable() {
    if (std::exchange(waits_writable_, true)) return;
    socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const asio::error_code&) {
      self->waits_writable_ = false;
      self->on_ready();
    });
  }

  /// TLS may want to write in order to read and the other way round, so both are tried.
  void on_ready() {
    if (state_ == State::kClosed) return;
    if (state_ == State::kHandshake) {
      shake_hands();
      return;
    }
    flush();
    if (state_ != State::kClosed && !read_posted_) read();
  }

  // ---- bytes

  void read() {
    const std::span<char> buffer(shared_.read_buffer);
    const IoResult result = transport_->read(buffer);
    if (result.bytes > 0) listener_->on_bytes(std::string_view(buffer.data(), result.bytes));
    if (state_ == State::kClosed) return;
    switch (result.outcome) {
      case IoOutcome::kDone: read_soon(); return;  // there may be more, but others have their turn first
      case IoOutcome::kWantRead: wait_readable(); return;
      case IoOutcome::kWantWrite: wait_writable(); return;
      case IoOutcome::kEnded: finish_with({ErrorCode::kUnavailable, "the other side ended the connection; it is tried again"}); return;
      case IoOutcome::kFailed: finish_with(transport_->failure()); return;
    }
  }

  void read_soon() {
    read_posted_ = true;
    asio::post(shared_.io, [self = shared_from_this()] {
      self->read_posted_ = false;
      if (self->state_ == State::kOpen || self->state_ == State::kFinishing) self->read();
    });
  }

  /// What is written in one turn of the loop goes out together.
  void flush_soon() {
    if (state_ != State::kOpen && state_ != State::kFinishing) return;
    if (std::exchange(flush_posted_, true)) return;
    asio::post(shared_.io, [self = shared_from_this()] {
      self->flush_posted_ = false;
      if (self->state_ == State::kOpen || self->state_ == State::kFinishing) self->flush();
    });
  }

  void flush() {
    const std::string_view rest = std::string_view(output_).substr(output_sent_);
    if (!rest.empty()) {
      const IoResult result = transport_->write(rest);
      output_sent_ += result.bytes;
      if (output_sent_ > kKeptOutputBytes) {  // a peer that reads slowly must not make it grow
        output_.erase(0, output_sent_);
        output_sent_ = 0;
      }
      switch (result.outcome) {
        case IoOutcome::kDone: break;
        case IoOutcome::kWantRead: wait_readable(); return;
        case IoOutcome::kWantWrite: wait_writable(); return;
        case IoOutcome::kEnded: finish_with({ErrorCode::kUnavailable, "the other side ended the connection; it is tried again"}); return;
        case IoOutcome::kFailed: finish_with(transport_->failure()); return;
      }
      output_.clear();
      output_sent_ = 0;
      if (output_.capacity() > kKeptOutputBytes) output_.shrink_to_fit();
    }
    if (state_ == State::kFinishing && !std::exchange(said_farewell_, true)) {
      transport_->end_writing();
      asio::error_code ignored;
      socket_.shutdown(tcp::socket::shutdown_send, ignored);
    }
  }

  Shared& shared_;
  StreamOptions options_;
  StreamListener* listener_;  // null = nobody is to be told any more
  tcp::socket socket_;
  asio::steady_timer deadline_;  // for the whole way to an open connection, later for the farewell
  asio::steady_timer attempt_;   // for one address
  steady_clock::time_point end_;
  std::vector<SocketAddress> addresses_;
  std::size_t next_address_ = 0;
  std::shared_ptr<TlsContext> tls_;  // outlives transport_
  std::unique_ptr<Transport> transport_;
  std::string output_;
  std::size_t output_sent_ = 0;  // bytes of output_ that are gone
  State state_ = State::kConnecting;
  bool waits_readable_ = false;
  bool waits_writable_ = false;
  bool read_posted_ = false;
  bool flush_posted_ = false;
  bool close_posted_ = false;
  bool said_farewell_ = false;
};

class Handle final : public Stream {
 public:
  explicit Handle(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() override { connection_->abandon(); }  // NOLINT(bugprone-exception-escape): cancelling a timer that is there cannot fail
  void write(std::string bytes) override { connection_->write(std::move(bytes)); }
  void finish() override { connection_->finish(); }

 private:
  std::shared_ptr<Connection> connection_;
};

struct Ticker {
  Ticker(asio::io_context& io, milliseconds length, std::function<void()> what)
      : timer(io), interval(length), function(std::move(what)), due(steady_clock::now()) {}

  void arm() {
    due = std::max(due + interval, steady_clock::now());
    timer.expires_at(due);
    timer.async_wait([this](const asio::error_code& cancelled) {
      if (cancelled) return;
      function();
      arm();
    });
  }

  asio::steady_timer timer;
  milliseconds interval;
  std::function<void()> function;
  steady_clock::time_point due;
};

}  // namespace

class EventLoop::Impl {
 public:
  Impl() : work_(shared.io.get_executor()) { shared.mailbox->io = &shared.io; }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    const std::scoped_lock lock(shared.mailbox->mutex);
    shared.mailbox->io = nullptr;
  }

  Shared shared;
  std::vector<std::unique_ptr<Ticker>> tickers;  // gone before shared.io

 private:
  asio::executor_work_guard<asio::io_context::executor_type> work_;
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  impl_->shared.io.run();
  impl_->shared.io.restart();
}

void EventLoop::stop() { impl_->shared.io.stop(); }

void EventLoop::post(std::function<void()> function) { asio::post(impl_->shared.io, std::move(function)); }

void EventLoop::every(std::chrono::milliseconds interval, std::function<void()> function) {
  impl_->tickers.push_back(std::make_unique<Ticker>(impl_->shared.io, interval, std::move(function)));
  impl_->tickers.back()->arm();
}

std::unique_ptr<Stream> EventLoop::connect(const StreamOptions& options, StreamListener& listener) {
  auto connection = std::make_shared<Connection>(impl_->shared, options, listener);
  connection->start();
  return std::make_unique<Handle>(std::move(connection));
}

}  // namespace vieweratlas
