// The credential: one resident's colour, signed by the province, readable without a network. Start here.
//
// Format: docs/formats/code.md. A COSE_Sign1 (tag 18, ES256) over a CWT shaped as an HCERT: claim -260, sub-claim -1.
// Only deterministic CBOR is read or written. Reading proves nothing about the signature: that is door.h.
// A credential always names its leaf: one that cannot is never made (architecture, invariant 3).
// Errors: code.malformed, code.invalid_claims. Threading: values; an issuer belongs to one thread at a time.
// Source: RFC 8392 (CWT), RFC 8747 (cnf), RFC 9052/9053 (COSE), eHN HCERT specification 1.0.5.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "code/cose.h"
#include "crypto/signature.h"

namespace mingma::code {

// Same numbers as rules::Colour, which this room may not see; a code without a colour does not exist.
enum class Colour : std::uint8_t { kGreen = 1, kYellow = 2, kRed = 3 };

// Claim cti: 16 random bytes, never used twice. What a revocation names.
using CredentialId = std::array<std::uint8_t, 16>;

// The phone's P-256 key, to which a code on a phone is bound.
struct HolderKey {
  std::array<std::uint8_t, 32> x{};
  std::array<std::uint8_t, 32> y{};

  auto operator<=>(const HolderKey&) const = default;
  static Result<HolderKey> from(const crypto::VerifyingKey& key);  // code.invalid_claims unless ES256
  // Of a point that was checked before, SEC1 uncompressed: many times cheaper. code.invalid_claims for another shape.
  static Result<HolderKey> from_checked_point(ByteView point);
  Result<crypto::VerifyingKey> verifying_key() const;  // error when x, y is no point of the curve
};

struct Claims {
  std::string issuer;  // the province as its trust pack names it, "CN-41"
  UnixSeconds issued_at{};
  UnixSeconds expires_at{};  // after issued_at
  CredentialId id{};
  std::optional<HolderKey> holder;  // absent exactly on paper

  Colour colour = Colour::kGreen;
  UnixSeconds since{};  // when the resident got this colour
  std::string rule;     // "B3"
  Digest policy;        // hash of the policy document
  ShardId shard{};      // with `leaf`: where the ledger holds the decision
  LeafIndex leaf{};
  std::string name_mask;        // "张**"
  std::string document_digits;  // last digits of the identity document, "123X"

  bool is_paper() const { return !holder.has_value(); }
  auto operator<=>(const Claims&) const = default;
};

inline constexpr std::size_t kCredentialBytesMax = 768;
inline constexpr std::size_t kIssuerBytesMax = 16;
inline constexpr std::size_t kRuleBytesMax = 16;
inline constexpr std::size_t kNameMaskBytesMax = 64;
inline constexpr std::size_t kDocumentDigitsMax = 8;

struct Credential {
  CoseSign1 envelope;  // views into the bytes that were read
  Claims claims;
};

Result<Credential> read_credential(ByteView bytes);

// Signs credentials. Borrows the key, which must be ES256. One ECDSA signature, one allocation for the result.
class CredentialIssuer {
 public:
  explicit CredentialIssuer(crypto::SigningKey& key);
  // Fails when a text is empty or too long, not UTF-8, or the expiry is not after the issue.
  Result<Bytes> issue(const Claims& claims);

 private:
  CoseSigner signer_;
  Bytes payload_;
};

}  // namespace mingma::code
