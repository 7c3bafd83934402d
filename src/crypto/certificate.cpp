#include "crypto/certificate.h"

#include <openssl/x509v3.h>

#include <array>
#include <ctime>

#include "crypto/digest.h"
#include "crypto/errors.h"
#include "crypto/verifying_key_impl.h"

namespace mingma::crypto {
namespace {

using UsagePtr = std::unique_ptr<EXTENDED_KEY_USAGE, FreeWith<EXTENDED_KEY_USAGE_free>>;

Error refused(std::string message) {
  ERR_clear_error();
  return {errors::kInvalidCertificate, std::move(message)};
}

Result<UnixSeconds> instant(const ASN1_TIME* time) {
  std::tm fields{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1)
    return refused("a certificate with an unreadable validity");
  const CivilDate date = civil_date({fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday});
  return UnixSeconds{date.days * kSecondsPerDay + fields.tm_hour * 3600 + fields.tm_min * 60 + fields.tm_sec};
}

std::string first_entry(const X509_NAME* name, int nid) {
  const int index = name == nullptr ? -1 : X509_NAME_get_index_by_NID(name, nid, -1);
  if (index < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (size < 0) {
    ERR_clear_error();
    return {};
  }
  std::string out(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return out;
}

std::vector<std::string> usages(const X509* certificate) {
  std::vector<std::string> out;
  const UsagePtr usage(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  for (int i = 0; usage && i < sk_ASN1_OBJECT_num(usage.get()); ++i) {
    std::array<char, 256> text{};
    const int size = OBJ_obj2txt(text.data(), text.size(), sk_ASN1_OBJECT_value(usage.get(), i), 1);
    if (size > 0 && size < static_cast<int>(text.size())) out.emplace_back(text.data(), static_cast<std::size_t>(size));
  }
  ERR_clear_error();
  return out;
}

}  // namespace

Result<Certificate> Certificate::from_der(ByteView der) {
  if (der.size() > kKeyFileBytesMax) return refused("a certificate of more than 64 KiB");
  const unsigned char* cursor = der.data();
  const X509Ptr parsed(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
  if (!parsed || cursor != der.data() + der.size()) return refused("not an X.509 certificate");
  PkeyPtr pkey(X509_get_pubkey(parsed.get()));
  if (!pkey) return refused("a certificate with an unreadable public key");
  auto impl = VerifyingKey::Impl::from(std::move(pkey));
  if (!impl.ok()) return refused("a certificate's key must be Ed25519, P-256 or RSA of 2048 to 4096 bits");
  MINGMA_TRY(VerifyingKey key, VerifyingKey::from_spki_der((*impl)->spki));

  Certificate out(std::move(key));
  MINGMA_TRY(out.not_before_, instant(X509_get0_notBefore(parsed.get())));
  MINGMA_TRY(out.not_after_, instant(X509_get0_notAfter(parsed.get())));
  out.extended_key_usage_ = usages(parsed.get());
  out.subject_common_name_ = first_entry(X509_get_subject_name(parsed.get()), NID_commonName);
  out.issuer_common_name_ = first_entry(X509_get_issuer_name(parsed.get()), NID_commonName);
  out.subject_country_ = first_entry(X509_get_subject_name(parsed.get()), NID_countryName);
  out.fingerprint_ = sha256(der);
  out.der_ = to_bytes(der);
  return out;
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  MINGMA_TRY(const Bytes der, pem_body(pem, "CERTIFICATE", errors::kInvalidCertificate));
  return from_der(der);
}

}  // namespace mingma::crypto
