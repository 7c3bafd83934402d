// A small province for this room's tests, benchmarks and fuzz targets: keys, claims and a trust pack that fit together.
#pragma once

#include "base/rng.h"
#include "code/credential.h"
#include "code/trust_pack.h"

namespace mingma::code::testing {

inline constexpr std::uint64_t kSeed = 20220613;
inline constexpr UnixSeconds kNow{1'655'078'400};  // 2022-06-13T00:00:00Z

// Everything comes from one seed, so that fuzz corpora and golden files stay true.
struct Province {
  SeededRng rng{kSeed};
  crypto::SigningKey code_key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEs256, rng);
  crypto::SigningKey pack_key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEd25519, rng);
  crypto::SigningKey phone = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEs256, rng);
  crypto::SigningKey other_phone = crypto::SigningKey::generate(crypto::SignatureAlgorithm::kEs256, rng);
  CredentialIssuer issuer{code_key};

  Claims phone_claims(Colour colour = Colour::kGreen) const {
    Claims claims = paper_claims(colour);
    claims.holder = HolderKey::from(phone.verifying_key()).value();
    claims.expires_at = kNow.plus(24 * 3'600);
    return claims;
  }
  Claims paper_claims(Colour colour = Colour::kGreen) const {
    Claims claims;
    claims.issuer = "CN-41";
    claims.issued_at = kNow.plus(-600);
    claims.expires_at = kNow.plus(30 * kSecondsPerDay);
    claims.id.fill(7);
    claims.colour = colour;
    claims.since = kNow.plus(-3 * kSecondsPerDay);
    claims.rule = "B3";
    claims.policy.bytes.fill(0x42);
    claims.shard = ShardId{3};
    claims.leaf = LeafIndex{1'317'871};
    claims.name_mask = "\xE5\xBC\xA0**";
    claims.document_digits = "123X";
    return claims;
  }
  TrustPack pack() const {
    TrustPack trust;
    trust.sequence = 5;
    trust.issued_at = kNow.plus(-3'600);
    trust.expires_at = kNow.plus(7 * kSecondsPerDay);
    trust.issuers.push_back({code_key.verifying_key(), "CN-41", true, true, kNow.plus(-90 * kSecondsPerDay),
                             kNow.plus(90 * kSecondsPerDay)});
    trust.policies.push_back({phone_claims().policy, "henan", "9.0.0", "\xE6\xB2\xB3\xE5\x8D\x97", "Henan"});
    return trust;
  }
};

}  // namespace mingma::code::testing
