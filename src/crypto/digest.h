// SHA-256 and what is built on it: concatenation, HMAC, HKDF.
//
// Made for millions of tiny inputs (tree nodes, pseudonyms, commitments): no allocation and no algorithm look-up per
// call.
// Threading: free functions are safe anywhere; an object belongs to one thread at a time.
// Source: FIPS 180-4, RFC 2104, RFC 5869; compression function by OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"

namespace mingma::crypto {

// A running hash. Copying it copies the state reached so far.
class Sha256 {
 public:
  Sha256();
  Sha256& update(ByteView data);
  // The digest of everything so far; the object starts anew.
  Digest finish();

 private:
  alignas(8) std::array<std::uint8_t, 112> state_;
};

Digest sha256(ByteView data);
Digest sha256_concat(ByteView a, ByteView b);
Digest sha256_concat(std::initializer_list<ByteView> parts);

// An HMAC key made ready once for many messages: half the work of hmac_sha256 for short ones.
// Holds the key's derived state in memory and wipes it when it ends. Immutable, so safe to share between threads.
class HmacKey {
 public:
  explicit HmacKey(ByteView key);
  HmacKey(const HmacKey&) = default;
  HmacKey& operator=(const HmacKey&) = default;
  ~HmacKey();
  Digest mac(ByteView data) const;
  Digest mac(std::initializer_list<ByteView> parts) const;
  // A message that comes in pieces: update what begin() gave, then finish() it.
  Sha256 begin() const { return inner_; }
  Digest finish(Sha256 inner) const;

 private:
  Sha256 inner_;
  Sha256 outer_;
};

Digest hmac_sha256(ByteView key, ByteView data);
Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

// Extract and expand. Requires length <= 8160 (255 blocks). An empty salt means 32 zero bytes.
Bytes hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t length);
// The common case: one 32-byte key out, e.g. the sealing key out of a resident's key.
Digest hkdf_sha256_key(ByteView key, ByteView salt, ByteView info);

// Overwrites secret bytes in a way the compiler may not leave out.
void wipe(std::span<std::uint8_t> secret);

}  // namespace mingma::crypto
