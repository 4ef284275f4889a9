#include "support/fake_twitch/tls_files.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>

namespace fake_twitch {
namespace {

constexpr long kDay = 24L * 3600;

void need(bool ok, const char* what) {
  if (!ok) {
    std::fprintf(stderr, "fake_twitch: OpenSSL refuses: %s\n", what);
    ERR_print_errors_fp(stderr);
    std::exit(1);
  }
}

struct Identity {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
};

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  need(extension != nullptr, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void set_subject(X509* certificate, const char* name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
}

X509* new_certificate(EVP_PKEY* key, long serial, long begin, long end) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), begin);
  X509_gmtime_adj(X509_getm_notAfter(certificate), end);
  X509_set_pubkey(certificate, key);
  return certificate;
}

Identity make_authority() {
  Identity made{EVP_EC_gen("P-256"), nullptr};
  need(made.key != nullptr, "a key");
  made.certificate = new_certificate(made.key, 1, -2 * kDay, 30 * kDay);
  set_subject(made.certificate, "Fake Twitch test authority");
  X509_set_issuer_name(made.certificate, X509_get_subject_name(made.certificate));
  add_extension(made.certificate, made.certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(made.certificate, made.certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(made.certificate, made.certificate, NID_subject_key_identifier, "hash");
  need(X509_sign(made.certificate, made.key, EVP_sha256()) > 0, "signing the authority");
  return made;
}

SSL_CTX* make_context(const Identity& authority, long serial, const char* names, long begin, long end) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  need(key != nullptr, "a key");
  X509* certificate = new_certificate(key, serial, begin, end);
  set_subject(certificate, "fake twitch");
  X509_set_issuer_name(certificate, X509_get_subject_name(authority.certificate));
  add_extension(certificate, authority.certificate, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate, authority.certificate, NID_subject_alt_name, names);
  add_extension(certificate, authority.certificate, NID_ext_key_usage, "serverAuth");
  add_extension(certificate, authority.certificate, NID_authority_key_identifier, "keyid");
  need(X509_sign(certificate, authority.key, EVP_sha256()) > 0, "signing a certificate");

  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  need(context != nullptr && SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1, names);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

}  // namespace

void free_context(SSL_CTX* context) { SSL_CTX_free(context); }

TlsContexts make_tls_contexts(const std::filesystem::path& ca_file) {
  const Identity authority = make_authority();
  BIO* file = BIO_new_file(ca_file.c_str(), "w");
  need(file != nullptr && PEM_write_bio_X509(file, authority.certificate) == 1, "writing the authority's certificate");
  BIO_free(file);

  TlsContexts contexts;
  contexts.good = make_context(authority, 2, "DNS:localhost,DNS:irc.fake.test,IP:127.0.0.1,IP:::1", -kDay, kDay);
  contexts.bad_name = make_context(authority, 3, "DNS:somebody.else.test", -kDay, kDay);
  contexts.expired = make_context(authority, 4, "DNS:localhost,IP:127.0.0.1", -2 * kDay, -kDay);
  X509_free(authority.certificate);
  EVP_PKEY_free(authority.key);
  return contexts;
}

}  // namespace fake_twitch
