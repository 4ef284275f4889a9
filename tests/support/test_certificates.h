#pragma once

#include <filesystem>

namespace vieweratlas {

/// A server's certificate chain and its private key, PEM files.
struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// Certificates made for one test, in `folder`.
struct TestCertificates {
  explicit TestCertificates(const std::filesystem::path& folder);

  std::filesystem::path ca;      ///< what a client is to trust
  CertificateFiles good;         ///< for localhost, 127.0.0.1 and ::1
  CertificateFiles wrong_name;   ///< for elsewhere.invalid and 127.9.9.9
  CertificateFiles expired;      ///< good, but a day too old
  CertificateFiles self_signed;  ///< for localhost, signed by itself
};

}  // namespace vieweratlas
