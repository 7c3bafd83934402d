// The trust pack: the one file a door needs to check codes for days without a network.
//
// Format: docs/formats/code.md. A COSE_Sign1 by the pack key (pinned in the door's app) over issuer keys with usage
// and validity, the filter of revoked credentials, policy titles, a sequence number and an expiry.
// Roll-back: the door keeps the PackMark of the newest pack it accepted and gives it to the next open_trust_pack().
// Revocation filter: sorted 8-byte prefixes of SHA-256(cti). A credential that was not revoked is taken for revoked
// with a chance of (entries / 2^64), about 5e-14 at the maximum; its holder's next credential has another cti, and an
// issuer that holds the pack can refuse to use such a cti in the first place. A revoked one is always found.
// Threading: immutable values. Errors: code.pack_malformed, code.bad_signature, code.pack_rolled_back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "code/credential.h"
#include "crypto/signature.h"

namespace mingma::code {

inline constexpr std::size_t kPackBytesMax = 16u << 20;
inline constexpr std::size_t kPackIssuersMax = 1'000;
inline constexpr std::size_t kPackPoliciesMax = 1'000;
inline constexpr std::size_t kPackRevokedMax = 1'000'000;

struct IssuerKey {
  crypto::VerifyingKey key;  // ES256
  std::string issuer;        // claim iss it may use
  bool for_phone = false;    // usage: may sign credentials bound to a phone
  bool for_paper = false;    // usage: may sign credentials on paper
  UnixSeconds valid_from{};  // of claim iat, both ends included
  UnixSeconds valid_until{};
};

struct PolicyTitle {
  Digest hash;
  std::string id;
  std::string version;
  std::string title_zh;
  std::string title_en;
  auto operator<=>(const PolicyTitle&) const = default;
};

using RevokedPrefix = std::uint64_t;  // first 8 bytes of SHA-256(cti), big-endian
RevokedPrefix revoked_prefix(const CredentialId& id);

struct TrustPack {
  std::uint64_t sequence = 0;  // each pack has a greater one than the last
  UnixSeconds issued_at{};
  UnixSeconds expires_at{};
  std::vector<IssuerKey> issuers;
  std::vector<RevokedPrefix> revoked;  // sorted, no duplicates
  std::vector<PolicyTitle> policies;   // sorted by hash, no duplicates

  const IssuerKey* find_issuer(ByteView kid) const;
  const PolicyTitle* find_policy(const Digest& hash) const;
  bool is_revoked(const CredentialId& id) const;
};

// Sorts what must be sorted; cuts policy texts over 512 bytes between two characters. Requires the limits above, ES256
// issuer keys, issuer names that fit a credential, and times from 1970 to 9999. `pack_key`: Ed25519 or ES256.
Bytes sign_trust_pack(const TrustPack& pack, crypto::SigningKey& pack_key);

// Identifies a pack that was accepted.
struct PackMark {
  std::uint64_t sequence = 0;
  Digest hash;  // SHA-256 of the file
  auto operator<=>(const PackMark&) const = default;
};

struct OpenedPack {
  TrustPack pack;
  PackMark mark;  // store it; it never goes down
};

// `newest`: the mark of the newest pack accepted so far. A smaller sequence, or the same sequence with other bytes, is
// code.pack_rolled_back. An expired pack opens: the door says "pack too old" at each check (door.h).
Result<OpenedPack> open_trust_pack(ByteView file, const crypto::VerifyingKey& pack_key,
                                   const std::optional<PackMark>& newest);

}  // namespace mingma::code
