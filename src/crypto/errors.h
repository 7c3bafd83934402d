// Error codes of the crypto room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

inline constexpr ErrorInfo kInvalidKey{"crypto.invalid_key", 400, Retry::kAfterFix};  // key bytes or PEM
inline constexpr ErrorInfo kInvalidCertificate{"crypto.invalid_certificate", 400,
                                               Retry::kAfterFix};  // X.509 DER or PEM
inline constexpr ErrorInfo kSealBroken{"crypto.seal_broken", 500,
                                       Retry::kNo};  // wrong key, wrong context or changed bytes
inline constexpr ErrorInfo kInvalidDeflate{"crypto.invalid_deflate", 400,
                                           Retry::kAfterFix};  // no zlib stream, or cut short
inline constexpr ErrorInfo kInflatesTooLarge{"crypto.inflates_too_large", 413, Retry::kAfterFix};

// ---- passkeys (crypto/webauthn.h)
inline constexpr ErrorInfo kWebAuthnMalformed{"crypto.webauthn_malformed", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kWebAuthnType{"crypto.webauthn_type", 403, Retry::kAfterFix};  // create for get, or reverse
inline constexpr ErrorInfo kWebAuthnChallenge{"crypto.webauthn_challenge", 403,
                                              Retry::kAfterFix};  // replayed, or another document
inline constexpr ErrorInfo kWebAuthnOrigin{"crypto.webauthn_origin", 403, Retry::kNo};
inline constexpr ErrorInfo kWebAuthnRelyingParty{"crypto.webauthn_relying_party", 403, Retry::kNo};
inline constexpr ErrorInfo kWebAuthnUserAbsent{"crypto.webauthn_user_absent", 403, Retry::kAfterFix};
inline constexpr ErrorInfo kWebAuthnUserNotVerified{"crypto.webauthn_user_not_verified", 403, Retry::kAfterFix};
inline constexpr ErrorInfo kWebAuthnSignature{"crypto.webauthn_signature", 403, Retry::kNo};
inline constexpr ErrorInfo kWebAuthnAttestation{"crypto.webauthn_attestation", 403, Retry::kNo};

}  // namespace mingma::errors
