// Web Authentication: what a relying party verifies of a passkey's registration and of its assertions.
//
// Nothing here is altered or re-encoded: authenticatorData, clientDataJSON, attestationObject and signature are taken
// as the browser gave them, so that an auditor verifies the very bytes again years later. The challenge is always
// derived by the caller from what is being signed (a document's digest, a fresh nonce); none is taken from the client.
//
// Demanded of both: the scope's RP id hash and exact origin, no cross-origin frame, the challenge, user present (UP)
// and user verified (UV). Keys: ES256 and EdDSA (Ed25519). Attestation formats: "none" and "packed" self attestation
// are verified; every other format is kept and counts as not verified: Mingma trusts the institution that enrols the
// officer, not the maker of the authenticator.
// Not here: whether a credential is known, counters over time (counter_accepts), who the key belongs to.
//
// Threading: values and pure functions. Errors: kWebAuthn... in crypto/errors.h, one code for each thing that may be
// wrong. Limits: kWebAuthnBytesMax each. Source: W3C Web Authentication Level 3 (sections 5.8.1, 6.1, 6.5, 7.1, 7.2,
// 8.2, 8.7), RFC 9052/9053 for the COSE keys.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/signature.h"

namespace mingma::crypto {

inline constexpr std::size_t kWebAuthnBytesMax = 16u << 10;

// For whom a credential was made and where it may be used: both are fixed when it is enrolled.
struct WebAuthnScope {
  std::string rp_id;   // "mingma.example"
  std::string origin;  // "https://console.mingma.example": the one page that may use it
  bool operator==(const WebAuthnScope&) const = default;
};
// Is `origin` a secure page of `rp_id`: https, or http on localhost; its host is the RP id or below it?
bool scope_is_sound(const WebAuthnScope& scope);

inline constexpr std::uint8_t kUserPresent = 0x01;
inline constexpr std::uint8_t kUserVerified = 0x04;
inline constexpr std::uint8_t kBackupEligible = 0x08;  // a synchronised passkey
inline constexpr std::uint8_t kBackedUp = 0x10;

struct AttestedCredential {
  std::array<std::uint8_t, 16> aaguid{};
  Bytes id;  // 1 to 1023 bytes
  VerifyingKey key;
};

struct AuthenticatorData {
  Digest rp_id_hash{};
  std::uint8_t flags = 0;
  std::uint32_t counter = 0;
  std::optional<AttestedCredential> credential;
};
// Strict: every byte is accounted for.
Result<AuthenticatorData> parse_authenticator_data(ByteView bytes);

struct ClientData {
  std::string type;  // "webauthn.create", "webauthn.get"
  Bytes challenge;
  std::string origin;
  bool cross_origin = false;
};
Result<ClientData> parse_client_data(ByteView json);  // members that it does not know are skipped, as the source says

// ECDSA-Sig-Value in its one DER spelling -> r || s.
Result<Bytes> es256_from_der(ByteView der);

struct WebAuthnRegistration {
  Bytes attestation_object;
  Bytes client_data;
};

enum class Attestation : std::uint8_t { kNone = 0, kSelf = 1, kNotVerified = 2 };
std::string_view to_string(Attestation attestation);  // "none", "self", "not_verified"

struct RegisteredCredential {
  AttestedCredential credential;
  std::uint32_t counter = 0;
  std::uint8_t flags = 0;
  Attestation attestation = Attestation::kNone;
  std::string format;  // "none", "packed", "tpm", ...
};
Result<RegisteredCredential> verify_registration(const WebAuthnRegistration& registration, const WebAuthnScope& scope,
                                                 ByteView challenge);

struct WebAuthnAssertion {
  Bytes authenticator_data;
  Bytes client_data;
  Bytes signature;  // ES256: DER, as browsers give it; EdDSA: 64 bytes
  bool operator==(const WebAuthnAssertion&) const = default;
};
// CBOR [authenticatorData, clientDataJSON, signature]: how an assertion stands where a plain signature would.
Bytes encode_assertion(const WebAuthnAssertion& assertion);
Result<WebAuthnAssertion> decode_assertion(ByteView bytes);  // strict

// The authenticator's signature counter.
Result<std::uint32_t> verify_assertion(const WebAuthnAssertion& assertion, const VerifyingKey& key,
                                       const WebAuthnScope& scope, ByteView challenge);
// Section 7.2, step 22: after `last`, may this authenticator say `next`? Both 0: it does not count. Else it must rise;
// if not, the authenticator was cloned, or somebody plays back an old assertion.
constexpr bool counter_accepts(std::uint32_t last, std::uint32_t next) {
  return next > last || (next == 0 && last == 0);
}

}  // namespace mingma::crypto
