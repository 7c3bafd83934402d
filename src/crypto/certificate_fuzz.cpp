#include <cstdint>

#include "base/assert.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mingma::ByteView input(data, size);
  const auto certificate = mingma::crypto::Certificate::from_der(input);
  if (!certificate.ok()) return 0;
  MINGMA_ASSERT(mingma::equal(certificate->der(), input));
  MINGMA_ASSERT(certificate->fingerprint() == mingma::crypto::sha256(input));
  MINGMA_ASSERT(mingma::crypto::VerifyingKey::from_spki_der(certificate->key().spki_der()).value() ==
                certificate->key());
  return 0;
}
