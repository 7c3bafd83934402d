#include <cstdint>

#include "base/assert.h"
#include "crypto/certificate.h"
#include "crypto/signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma::crypto;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto verifying = VerifyingKey::from_pem(text);
  if (verifying.ok()) MINGMA_ASSERT(VerifyingKey::from_pem(verifying->to_pem()).value() == *verifying);
  const auto der = VerifyingKey::from_spki_der({data, size});
  if (der.ok()) MINGMA_ASSERT(VerifyingKey::from_spki_der(der->spki_der()).value() == *der);
  auto signing = SigningKey::from_pem(text);
  if (signing.ok()) {
    MINGMA_ASSERT(signing->verifying_key().verify({data, size}, signing->sign({data, size})));
    MINGMA_ASSERT(SigningKey::from_pem(signing->to_pem()).value().verifying_key() == signing->verifying_key());
  }
  static_cast<void>(Certificate::from_pem(text).ok());
  return 0;
}
