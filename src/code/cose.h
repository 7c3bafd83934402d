// COSE_Sign1 (RFC 9052), the envelope of credentials, trust packs and foreign certificates.
//
// The algorithm that counts is the key's own; a message that names another one does not verify.
// Views live as long as the bytes they were read from. Threading: values.
// Errors: code.malformed, code.bad_signature.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/cbor.h"
#include "crypto/signature.h"

namespace mingma::code {

inline constexpr std::uint64_t kCoseSign1Tag = 18;

struct CoseSign1 {
  ByteView protected_header;  // the encoded map, as signed
  std::int64_t algorithm = 0;
  ByteView kid;  // the protected one wins, also when it is wrong; empty when there is none
  ByteView payload;
  ByteView signature;

  // The key's algorithm is the one named, and the signature is good.
  Result<void> verify(const crypto::VerifyingKey& key) const;
};

// Ours: deterministic CBOR, tag 18, protected header {alg, kid} and nothing else, empty unprotected header.
Result<CoseSign1> read_cose_sign1(ByteView message);
// Other people's: any well-formed CBOR, tag optional, headers in either map, unknown ones ignored unless critical.
Result<CoseSign1> read_foreign_cose_sign1(ByteView message);

// The registered number of the algorithm: Ed25519 -8 (EdDSA), ES256 -7, PS256 -37.
std::int64_t cose_algorithm(crypto::SignatureAlgorithm algorithm);
// The 8 bytes behind a KeyId.
Bytes kid_of(const crypto::VerifyingKey& key);

// Signs many payloads with one key: everything that does not change is encoded once.
// Belongs to one thread at a time; borrows the key.
class CoseSigner {
 public:
  explicit CoseSigner(crypto::SigningKey& key);
  Bytes sign(ByteView payload);

 private:
  crypto::SigningKey& key_;
  Bytes protected_;
  Bytes scratch_;  // keeps its capacity from one signature to the next
};

}  // namespace mingma::code
