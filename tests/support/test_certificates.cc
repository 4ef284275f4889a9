#include "support/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

namespace vieweratlas {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

constexpr long kDay = 86'400;

void must(bool good) {
  if (!good) std::abort();
}

struct Wishes {
  std::string name;
  std::string alternatives;  ///< as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1"; empty = a certificate authority
  long days_left = 2;
};

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), &X509_EXTENSION_free);
  must(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

/// `issuer` null = signed by itself.
Certificate make_certificate(const Wishes& wishes, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  static long serial = 0;
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -10 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wishes.days_left * kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(wishes.name.c_str()), -1, -1, 0);
  X509* signer = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  if (wishes.alternatives.empty()) {
    add_extension(certificate.get(), signer, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate.get(), signer, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(certificate.get(), signer, NID_subject_key_identifier, "hash");
  } else {
    add_extension(certificate.get(), signer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate.get(), signer, NID_subject_alt_name, wishes.alternatives);
  }
  must(X509_sign(certificate.get(), issuer_key, EVP_sha256()) != 0);
  return certificate;
}

std::filesystem::path write_certificate(const std::filesystem::path& path, X509* certificate) {
  const File file(std::fopen(path.c_str(), "w"), &std::fclose);
  must(file != nullptr && PEM_write_X509(file.get(), certificate) == 1);
  return path;
}

CertificateFiles write_pair(const std::filesystem::path& stem, X509* certificate, EVP_PKEY* key) {
  const std::filesystem::path key_path = stem.string() + ".key";
  const File file(std::fopen(key_path.c_str(), "w"), &std::fclose);
  must(file != nullptr && PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {.certificate = write_certificate(stem.string() + ".pem", certificate), .key = key_path};
}

}  // namespace

TestCertificates::TestCertificates(const std::filesystem::path& folder) {
  const Key ca_key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  must(ca_key != nullptr && key != nullptr);
  const Certificate authority = make_certificate({.name = "test authority"}, ca_key.get(), nullptr, ca_key.get());
  const std::string here = "DNS:localhost,IP:127.0.0.1,IP:::1";
  const auto signed_by_ca = [&](const Wishes& wishes, const char* stem) {
    const Certificate certificate = make_certificate(wishes, key.get(), authority.get(), ca_key.get());
    return write_pair(folder / stem, certificate.get(), key.get());
  };
  ca = write_certificate(folder / "ca.pem", authority.get());
  good = signed_by_ca({.name = "good", .alternatives = here}, "good");
  wrong_name = signed_by_ca({.name = "localhost", .alternatives = "DNS:elsewhere.invalid,IP:127.9.9.9"}, "wrong_name");
  expired = signed_by_ca({.name = "expired", .alternatives = here, .days_left = -1}, "expired");
  const Certificate alone = make_certificate({.name = "alone", .alternatives = here}, key.get(), nullptr, key.get());
  self_signed = write_pair(folder / "self_signed", alone.get(), key.get());
}

}  // namespace vieweratlas
