// Hybrid public-key encryption: what one party seals to another's public key, without having talked before.
//
// RFC 9180, mode base, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Sealed: enc (32 bytes) ||
// ciphertext || tag (16). `info` binds the purpose; it must be the same on both sides. No associated data.
// The sender is not authenticated: sign what is sealed. Threading: pure.
// Errors: errors::kInvalidKey for a public key that cannot be used, errors::kSealBroken when it does not open.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"

namespace mingma::crypto {

inline constexpr std::size_t kHpkeOverheadBytes = 32 + 16;

// X25519 (RFC 7748): any 32 random bytes are a secret key.
Digest x25519_public(const Digest& secret);

Result<Bytes> hpke_seal(const Digest& public_key, ByteView info, ByteView plain, Rng& rng);
Result<Bytes> hpke_open(const Digest& secret, ByteView info, ByteView sealed);

}  // namespace mingma::crypto
