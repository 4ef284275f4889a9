#include "net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "net/socket_error.h"
#include "net/transport.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kReadAheadBytes = 65'536;  // one recv takes what many small records hold

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE on a broken connection; this one sends with MSG_NOSIGNAL.
int bio_socket(BIO* bio) { return *static_cast<const int*>(BIO_get_data(bio)); }

bool is_busy(int reason) { return reason == EAGAIN || reason == EWOULDBLOCK || reason == EINTR; }

int bio_read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  const auto got = ::recv(bio_socket(bio), into, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (got < 0 && is_busy(errno)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const auto sent = ::send(bio_socket(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && is_busy(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long bio_control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

struct BioMethodDeleter {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};
using BioMethod = std::unique_ptr<BIO_METHOD, BioMethodDeleter>;

BioMethod make_bio_method() {
  BioMethod method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals"));
  VA_CHECK(method != nullptr);
  BIO_meth_set_read(method.get(), bio_read);
  BIO_meth_set_write(method.get(), bio_write);
  BIO_meth_set_ctrl(method.get(), bio_control);
  return method;
}

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Ssl = std::unique_ptr<SSL, SslDeleter>;
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

std::string newest_openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "no reason given" : reason;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(Ssl ssl, BIO* bio, int socket) : socket_(socket), ssl_(std::move(ssl)) { BIO_set_data(bio, &socket_); }
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;
  ~TlsTransport() override = default;

  IoResult handshake() override {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return {};
    const IoOutcome outcome = outcome_of(result);
    if (outcome == IoOutcome::kFailed) explain_certificate();
    return {outcome, 0};
  }

  IoResult read(std::span<char> into) override {
    std::size_t total = 0;
    while (total < into.size()) {
      ERR_clear_error();
      errno = 0;
      std::size_t got = 0;
      const int result = SSL_read_ex(ssl_.get(), into.data() + total, into.size() - total, &got);
      if (result != 1) return {outcome_of(result), total};
      total += got;
    }
    return {IoOutcome::kDone, total};
  }

  IoResult write(std::string_view bytes) override {
    std::size_t total = 0;
    while (total < bytes.size()) {
      ERR_clear_error();
      errno = 0;
      std::size_t sent = 0;
      const int result = SSL_write_ex(ssl_.get(), bytes.data() + total, bytes.size() - total, &sent);
      if (result != 1) return {outcome_of(result), total};
      total += sent;
    }
    return {IoOutcome::kDone, total};
  }

  void end_writing() override {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

  [[nodiscard]] const Error& failure() const override { return failure_; }

 private:
  IoOutcome outcome_of(int result) {
    const int reason = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ: return IoOutcome::kWantRead;
      case SSL_ERROR_WANT_WRITE: return IoOutcome::kWantWrite;
      case SSL_ERROR_ZERO_RETURN: return IoOutcome::kEnded;
      case SSL_ERROR_SYSCALL:
        if (reason == 0) return IoOutcome::kEnded;
        failure_ = {ErrorCode::kUnavailable, clause_for_socket_error(reason)};
        return IoOutcome::kFailed;
      default: failure_ = {ErrorCode::kUnavailable, "the encrypted connection failed (" + newest_openssl_reason() + ")"};
    }
    return IoOutcome::kFailed;
  }

  void explain_certificate() {
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict == X509_V_OK) return;
    failure_ = {ErrorCode::kDenied, std::string("the server's certificate is not accepted (") + X509_verify_cert_error_string(verdict) +
                                        "); check the host name, the machine's clock and the trusted certificates"};
  }

  int socket_;  // the BIO points here
  Ssl ssl_;
  Error failure_;
};

class OpensslContext final : public TlsContext {
 public:
  explicit OpensslContext(SslContext context) : method_(make_bio_method()), context_(std::move(context)) {}

  std::unique_ptr<Transport> connect(int socket, const std::string& host) override {
    Ssl ssl(SSL_new(context_.get()));
    BIO* bio = BIO_new(method_.get());
    VA_CHECK(ssl != nullptr && bio != nullptr);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl.get(), bio, bio);
    SSL_set_connect_state(ssl.get());
    expect_host(ssl.get(), host);
    return std::make_unique<TlsTransport>(std::move(ssl), bio, socket);
  }

 private:
  static void expect_host(SSL* ssl, std::string host) {
    X509_VERIFY_PARAM* rules = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1) return;  // an address: no server name is sent (RFC 6066)
    if (host.ends_with('.')) host.pop_back();
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    VA_CHECK(X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size()) == 1);
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }

  BioMethod method_;  // outlives the BIOs: their streams share this context
  SslContext context_;
};

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::make(const std::filesystem::path& ca_file) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  VA_CHECK(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  // A peer that hangs up without a TLS farewell has ended; lines are framed by themselves, so nothing can be cut off unseen.
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_default_read_buffer_len(context.get(), kReadAheadBytes);
  if (ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1) {
    ERR_clear_error();
    return Error{ErrorCode::kDenied, "no trusted certificates can be read from " + ca_file.string() + "; it must be a readable PEM file"};
  }
  return std::shared_ptr<TlsContext>(std::make_shared<OpensslContext>(std::move(context)));
}

}  // namespace vieweratlas
