// The few things Mingma reads from an X.509 certificate. No chain is built here: trust lists name certificates
// directly.
//
// Parsing is OpenSSL's, which reads what issuers really published (non-canonical DER defaults, an empty OID); an
// unreadable extended key usage counts as absent.
// Threading: values.
// Errors: errors::kInvalidCertificate.
// Limits: 64 KiB.
// Source: RFC 5280.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "crypto/signature.h"

namespace mingma::crypto {

class Certificate {
 public:
  static Result<Certificate> from_der(ByteView der);  // nothing may follow the certificate
  static Result<Certificate> from_pem(std::string_view pem);

  const VerifyingKey& key() const { return key_; }  // P-256 as ES256, RSA as PS256, Ed25519
  UnixSeconds not_before() const { return not_before_; }
  UnixSeconds not_after() const { return not_after_; }
  bool valid_at(UnixSeconds instant) const { return not_before_ <= instant && instant <= not_after_; }
  // Dotted decimal, in the order of the certificate: "1.3.6.1.4.1.1847.2021.1.1".
  const std::vector<std::string>& extended_key_usage() const { return extended_key_usage_; }
  // First common name, UTF-8; empty when there is none.
  const std::string& subject_common_name() const { return subject_common_name_; }
  const std::string& issuer_common_name() const { return issuer_common_name_; }
  // First country (C) of the subject, as written; empty when there is none.
  const std::string& subject_country() const { return subject_country_; }
  // SHA-256 of the DER. An HCERT names its signer by the first 8 bytes.
  const Digest& fingerprint() const { return fingerprint_; }
  const Bytes& der() const { return der_; }

 private:
  explicit Certificate(VerifyingKey key) : key_(std::move(key)) {}
  VerifyingKey key_;
  UnixSeconds not_before_{};
  UnixSeconds not_after_{};
  std::vector<std::string> extended_key_usage_;
  std::string subject_common_name_;
  std::string issuer_common_name_;
  std::string subject_country_;
  Digest fingerprint_;
  Bytes der_;
};

}  // namespace mingma::crypto
