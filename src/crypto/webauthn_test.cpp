#include "crypto/webauthn.h"

#include <gtest/gtest.h>

#include "crypto/errors.h"
#include "crypto/testing/soft_authenticator.h"

namespace mingma::crypto {
namespace {

using testing::SoftAuthenticator;

const WebAuthnScope kScope{"mingma.example", "https://console.mingma.example"};
const Digest kChallenge = sha256(as_bytes("a document"));

class WebAuthn : public ::testing::TestWithParam<SignatureAlgorithm> {
 protected:
  SeededRng rng_{7};
  SoftAuthenticator device_{GetParam(), kScope, rng_};
};
INSTANTIATE_TEST_SUITE_P(Algorithms, WebAuthn,
                         ::testing::Values(SignatureAlgorithm::kEs256, SignatureAlgorithm::kEd25519));

TEST_P(WebAuthn, RegistrationGivesTheKeyThatSignsLater) {
  for (const bool self : {false, true}) {
    const auto registered = verify_registration(device_.create(kChallenge, self), kScope, kChallenge);
    ASSERT_TRUE(registered.ok()) << registered.error().to_string();
    EXPECT_EQ(registered->credential.key, device_.key());
    EXPECT_EQ(registered->credential.id, device_.id());
    EXPECT_EQ(registered->attestation, self ? Attestation::kSelf : Attestation::kNone);
    const auto counter = verify_assertion(device_.get(kChallenge), registered->credential.key, kScope, kChallenge);
    ASSERT_TRUE(counter.ok()) << counter.error().to_string();
    EXPECT_EQ(*counter, device_.counter);
  }
}

TEST_P(WebAuthn, EachThingThatIsWrongHasItsOwnCode) {
  const auto code = [&](const WebAuthnAssertion& assertion, const WebAuthnScope& scope = kScope) {
    const auto result = verify_assertion(assertion, device_.key(), scope, kChallenge);
    return result.ok() ? std::string("accepted") : std::string(result.error().code());
  };
  EXPECT_EQ(code(device_.get(kChallenge)), "accepted");
  EXPECT_EQ(code(device_.get(sha256(as_bytes("another")))), "crypto.webauthn_challenge");
  device_.origin_shown = "https://console.mingma.example.evil";
  EXPECT_EQ(code(device_.get(kChallenge)), "crypto.webauthn_origin");
  device_.origin_shown = {};
  device_.rp_id_shown = "evil";
  EXPECT_EQ(code(device_.get(kChallenge)), "crypto.webauthn_relying_party");
  device_.rp_id_shown = {};
  device_.flags = kUserVerified;
  EXPECT_EQ(code(device_.get(kChallenge)), "crypto.webauthn_user_absent");
  device_.flags = kUserPresent;
  EXPECT_EQ(code(device_.get(kChallenge)), "crypto.webauthn_user_not_verified");
  device_.flags = kUserPresent | kUserVerified;

  WebAuthnAssertion altered = device_.get(kChallenge);
  altered.authenticator_data[36] ^= 1;  // the counter
  EXPECT_EQ(code(altered), "crypto.webauthn_signature");
  altered = device_.get(kChallenge);
  altered.client_data.push_back(' ');
  EXPECT_EQ(code(altered), "crypto.webauthn_signature");

  const WebAuthnRegistration registration = device_.create(kChallenge);
  WebAuthnAssertion swapped = device_.get(kChallenge);
  swapped.client_data = registration.client_data;
  EXPECT_EQ(code(swapped), "crypto.webauthn_type");
}

TEST_P(WebAuthn, CrossOriginFramesAreRefused) {
  WebAuthnAssertion assertion = device_.get(kChallenge);
  std::string client(as_text(assertion.client_data));
  client.replace(client.find("false"), 5, "true");
  assertion.client_data = to_bytes(as_bytes(client));
  EXPECT_TRUE(verify_assertion(assertion, device_.key(), kScope, kChallenge).error().is(errors::kWebAuthnOrigin));
}

TEST_P(WebAuthn, FalseSelfAttestationIsRefused) {
  WebAuthnRegistration registration = device_.create(kChallenge, true);
  registration.client_data.insert(registration.client_data.begin() + 1, ' ');
  EXPECT_TRUE(verify_registration(registration, kScope, kChallenge).error().is(errors::kWebAuthnAttestation));
}

TEST_P(WebAuthn, EveryTruncationAndEveryFlippedBitIsRefused) {
  const WebAuthnRegistration good = device_.create(kChallenge, true);
  for (std::size_t size = 0; size < good.attestation_object.size(); ++size) {
    WebAuthnRegistration cut = good;
    cut.attestation_object.resize(size);
    EXPECT_FALSE(verify_registration(cut, kScope, kChallenge).ok()) << size;
  }
  const WebAuthnAssertion assertion = device_.get(kChallenge);
  for (const std::size_t field : {0u, 1u, 2u}) {
    WebAuthnAssertion bent = assertion;
    Bytes& bytes = field == 0 ? bent.authenticator_data : field == 1 ? bent.client_data : bent.signature;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      EXPECT_FALSE(verify_assertion(bent, device_.key(), kScope, kChallenge).ok()) << field << " bit " << bit;
      bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    }
  }
}

TEST_P(WebAuthn, AssertionsKeepTheirBytes) {
  const WebAuthnAssertion assertion = device_.get(kChallenge);
  EXPECT_EQ(decode_assertion(encode_assertion(assertion)).value(), assertion);
}

TEST(WebAuthnForms, OtherAttestationFormatsAreKeptAndNotVerified) {
  SeededRng rng(1);
  SoftAuthenticator device(SignatureAlgorithm::kEs256, kScope, rng);
  const WebAuthnRegistration none = device.create(kChallenge);
  Bytes object = none.attestation_object;
  const std::string text(as_text(object));
  const std::size_t at = text.find("none");
  std::copy_n("tpm2", 4, object.begin() + static_cast<std::ptrdiff_t>(at));
  const auto registered = verify_registration({object, none.client_data}, kScope, kChallenge);
  ASSERT_TRUE(registered.ok()) << registered.error().to_string();
  EXPECT_EQ(registered->attestation, Attestation::kNotVerified);
  EXPECT_EQ(registered->format, "tpm2");
}

TEST(WebAuthnForms, AScopeIsAPageOfItsRelyingParty) {
  EXPECT_TRUE(scope_is_sound({"mingma.example", "https://mingma.example"}));
  EXPECT_TRUE(scope_is_sound({"mingma.example", "https://a.mingma.example:8443"}));
  EXPECT_TRUE(scope_is_sound({"localhost", "http://localhost:8080"}));
  EXPECT_FALSE(scope_is_sound({"mingma.example", "http://mingma.example"}));
  EXPECT_FALSE(scope_is_sound({"mingma.example", "https://notmingma.example"}));
  EXPECT_FALSE(scope_is_sound({"mingma.example", "https://mingma.example/path"}));
  EXPECT_FALSE(scope_is_sound({"", "https://mingma.example"}));
}

TEST(WebAuthnForms, ACounterMustRiseUnlessThereIsNone) {
  EXPECT_TRUE(counter_accepts(0, 0));
  EXPECT_TRUE(counter_accepts(0, 1));
  EXPECT_TRUE(counter_accepts(7, 8));
  EXPECT_FALSE(counter_accepts(7, 7));
  EXPECT_FALSE(counter_accepts(7, 6));
  EXPECT_FALSE(counter_accepts(7, 0));
}

TEST(WebAuthnForms, SignaturesHaveOneSpelling) {
  SeededRng rng(3);
  SigningKey key = SigningKey::generate(SignatureAlgorithm::kEs256, rng);
  for (int i = 0; i < 300; ++i) {
    const Bytes raw = key.sign(sha256(as_bytes(std::to_string(i))));
    Bytes der = testing::es256_to_der(raw);
    ASSERT_EQ(es256_from_der(der).value(), raw);
    der.push_back(0);
    EXPECT_FALSE(es256_from_der(der).ok());
  }
}

}  // namespace
}  // namespace mingma::crypto
