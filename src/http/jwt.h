// Signed JSON Web Tokens (RFC 7519, compact JWS of RFC 7515) and key sets (RFC 7517), as OpenID Connect uses them.
//
// Algorithms: ES256, EdDSA (Ed25519) and RS256. The algorithm belongs to the key: a token naming another is refused,
// "none" and "HS256" have no key here at all. Unknown keys of a set are skipped; "crit" is refused. Threading: values
// and free functions. Errors: errors::kInvalidToken. Limits: 16 KiB a token, 64 KiB and 64 keys a set.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "crypto/signature.h"

namespace mingma::http {

// Verifies RSASSA-PKCS1-v1_5 with SHA-256, which nothing but foreign identity providers needs.
class Rs256Key;

struct JsonWebKey {
  std::string id;                           // "kid"; may be empty
  std::optional<crypto::VerifyingKey> key;  // ES256, EdDSA
  std::shared_ptr<const Rs256Key> rsa;      // or RS256
};

Result<std::vector<JsonWebKey>> parse_jwks(std::string_view text);
// The claims of a token signed by one of the keys. Checks the signature only: time, issuer and audience are the
// caller's.
Result<Json> verify_jwt(std::string_view token, const std::vector<JsonWebKey>& keys);

// Requires an ES256 key.
std::string sign_jwt(const Json& claims, std::string_view key_id, crypto::SigningKey& key);
std::string write_jwks(std::string_view key_id, const crypto::VerifyingKey& key);

}  // namespace mingma::http
