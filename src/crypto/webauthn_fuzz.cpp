#include <cstdint>

#include "base/assert.h"
#include "crypto/webauthn.h"

// First byte: which parser. Whatever the bytes say, nothing may verify: the key and the challenge are not theirs.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  using namespace mingma::crypto;
  if (size == 0) return 0;
  const ByteView input(data + 1, size - 1);
  const WebAuthnScope scope{"mingma.example", "https://mingma.example"};
  switch (data[0] % 5) {
    case 0: {
      const auto parsed = parse_authenticator_data(input);
      if (parsed.ok() && parsed->credential) MINGMA_ASSERT(!parsed->credential->id.empty());
      break;
    }
    case 1:
      (void)parse_client_data(input).ok();
      break;
    case 2: {
      const auto raw = es256_from_der(input);
      if (raw.ok()) MINGMA_ASSERT(raw->size() == 64);
      break;
    }
    case 3: {
      const auto assertion = decode_assertion(input);
      if (!assertion.ok()) break;
      MINGMA_ASSERT(equal(encode_assertion(*assertion), input));
      static const SigningKey key = SigningKey::generate(SignatureAlgorithm::kEs256);
      MINGMA_ASSERT(!verify_assertion(*assertion, key.verifying_key(), scope, Digest{}).ok());
      break;
    }
    default: {
      const std::size_t half = input.size() / 2;
      const WebAuthnRegistration registration{to_bytes(input.first(half)), to_bytes(input.subspan(half))};
      (void)verify_registration(registration, scope, Digest{}).ok();
    }
  }
  return 0;
}
