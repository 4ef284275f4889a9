#pragma once

#include <openssl/types.h>

#include <filesystem>

namespace fake_twitch {

/// Contexts of a server whose certificates come from a fresh test authority.
struct TlsContexts {
  SSL_CTX* good = nullptr;      ///< localhost, irc.fake.test, 127.0.0.1, ::1
  SSL_CTX* bad_name = nullptr;  ///< somebody.else.test
  SSL_CTX* expired = nullptr;   ///< ended yesterday
};

/// Makes the authority, writes its certificate to `ca_file` (PEM). Ends the program when OpenSSL refuses.
[[nodiscard]] TlsContexts make_tls_contexts(const std::filesystem::path& ca_file);

void free_context(SSL_CTX* context);

}  // namespace fake_twitch
