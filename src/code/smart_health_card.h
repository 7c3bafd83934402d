// SMART Health Cards: foreign evidence as a FHIR bundle in a compact JWS (ES256, deflated), often as "shc:/" digits.
//
// The signature is checked before anything is inflated. Only the algorithm ES256 exists here, whatever the header says.
// Cards split over several codes (withdrawn from the specification) are refused.
// Threading: values and pure functions. Errors: code.malformed, code.unknown_signer, code.bad_signature,
// code.not_valid_now. Source: SMART Health Cards Framework 1.4.0; RFC 7515 (JWS), RFC 7638 (JWK thumbprint).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/time.h"
#include "crypto/signature.h"

namespace mingma::code {

inline constexpr std::size_t kHealthCardTextMax = 16'384;    // characters
inline constexpr std::size_t kHealthCardBytesMax = 131'072;  // after inflating

struct HealthCardIssuer {
  std::string url;           // claim iss, "https://lab.example/shc"
  crypto::VerifyingKey key;  // ES256
};

struct HealthCard {
  std::string jws;  // the signed text: keep it as the evidence
  std::string issuer;
  UnixSeconds not_before{};
  std::optional<UnixSeconds> expires_at;
  Json fhir_bundle;  // vc.credentialSubject.fhirBundle
};

// "shc:/5676..." to the compact JWS. A text that is already one is returned as it is.
Result<std::string> health_card_jws(std::string_view text);
// base64url of SHA-256 of the key as a JWK: how a card names its key. Requires an ES256 key.
std::string jwk_thumbprint(const crypto::VerifyingKey& key);
// `text` in either form.
Result<HealthCard> verify_health_card(std::string_view text, std::span<const HealthCardIssuer> trusted,
                                      UnixSeconds now);

}  // namespace mingma::code
