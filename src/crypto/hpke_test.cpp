#include "crypto/hpke.h"

#include <gtest/gtest.h>

#include "crypto/errors.h"

namespace mingma::crypto {
namespace {

Digest bytes_0_to_31() {
  Digest out;
  for (std::size_t i = 0; i < out.bytes.size(); ++i) out.bytes[i] = static_cast<std::uint8_t>(i);
  return out;
}

constexpr std::string_view kInfo = "mingma/v1/export/42/41";

// Sealed by pyca/cryptography 48.0.0: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM).
TEST(Hpke, OpensWhatAnotherImplementationSealed) {
  const Bytes sealed = *hex_decode(
      "f19c0df4e262b5190bd195b117a7e4e96a2d9efe45ff846209bcebf3d7f71646e3abcfeccf0cc0b0804dbb9703dfe0608922e230a6"
      "0063ec49f93742a1063f");
  EXPECT_EQ(hex_encode(x25519_public(bytes_0_to_31())),
            "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f");
  const auto plain = hpke_open(bytes_0_to_31(), as_bytes(kInfo), sealed);
  ASSERT_TRUE(plain.ok()) << plain.error().to_string();
  EXPECT_EQ(as_text(*plain), "a sealed person");
}

TEST(Hpke, OpensOnlyWithTheKeyAndPurposeItWasSealedFor) {
  SeededRng rng(7);
  const Digest secret = bytes_0_to_31();
  Digest other = secret;
  other.bytes[9] ^= 1;
  Bytes sealed = *hpke_seal(x25519_public(secret), as_bytes(kInfo), as_bytes("text"), rng);
  EXPECT_EQ(sealed.size(), 4 + kHpkeOverheadBytes);
  EXPECT_EQ(as_text(*hpke_open(secret, as_bytes(kInfo), sealed)), "text");
  EXPECT_FALSE(hpke_open(other, as_bytes(kInfo), sealed).ok());
  EXPECT_FALSE(hpke_open(secret, as_bytes("another purpose"), sealed).ok());
  EXPECT_NE(sealed, *hpke_seal(x25519_public(secret), as_bytes(kInfo), as_bytes("text"), rng))
      << "a fresh key each time";
  for (std::size_t i = 0; i < sealed.size(); i += 7) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(hpke_open(secret, as_bytes(kInfo), changed).ok()) << i;
  }
  sealed.resize(kHpkeOverheadBytes - 1);
  EXPECT_FALSE(hpke_open(secret, as_bytes(kInfo), sealed).ok());
}

TEST(Hpke, RefusesAPublicKeyThatGivesNothingAway) {
  SeededRng rng(7);
  EXPECT_TRUE(hpke_seal(Digest{}, as_bytes(kInfo), as_bytes("text"), rng).error().is(errors::kInvalidKey));
}

}  // namespace
}  // namespace mingma::crypto
