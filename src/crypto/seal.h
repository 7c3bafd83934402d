// Sealing personal records: AES-256-GCM. Whoever destroys the key destroys what it sealed.
//
// Format: nonce (12 bytes) || ciphertext (as long as the plain text) || tag (16 bytes). `context` is authenticated but
// not stored (table and row, say), so that a sealed value cannot be moved elsewhere. A nonce must never repeat under
// one key; at most 2^32 random nonces per key. Size of a plain text: 64 MiB at most.
// Threading: safe anywhere.
// Source: NIST SP 800-38D.
#pragma once

#include <array>

#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"

namespace mingma::crypto {

using SealNonce = std::array<std::uint8_t, 12>;
inline constexpr std::size_t kSealOverheadBytes = 12 + 16;

Bytes seal(const Digest& key, const SealNonce& nonce, ByteView context, ByteView plain);
Bytes seal(const Digest& key, Rng& rng, ByteView context, ByteView plain);  // draws the nonce

// errors::kSealBroken if the key or context is another one or a byte was changed.
Result<Bytes> open_sealed(const Digest& key, ByteView context, ByteView sealed);

}  // namespace mingma::crypto
