// Keys of personal records, as the shard needs them. The service keeps them (wrapped under period keys) and destroys
// them.
//
// Each resident has one random 32-byte key. Out of it come three: for the commitments in the ledger, for their
// openings, and for sealing. Destroying the one destroys what it sealed and what its commitments say. Threading: as the
// owner of the shard; calls do not block on I/O other than the shard's own store.
#pragma once

#include <array>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "crypto/digest.h"

namespace mingma::shard {

struct ResidentKeys {
  Digest commitment_key;  // raw: what a resident needs to check a commitment
  crypto::HmacKey commitment;
  crypto::HmacKey opening;
  Digest seal;
};

// HMAC-SHA-256(key, "mingma/v1/<purpose>" || 0x01): HKDF-Expand (RFC 5869) of one block, the key being uniform already.
// Purposes: "commitment", "opening", "seal".
ResidentKeys derive_resident_keys(const Digest& resident_key);

using SubmissionId = std::array<std::uint8_t, 16>;

class KeySource {
 public:
  virtual ~KeySource() = default;
  // errors::kShardKeyDestroyed when destroyed or never there. The key must exist before the resident is registered.
  virtual Result<ResidentKeys> resident_keys(const ResidentId& resident) const = 0;
  // Seals a submission's signed manifest (its salt). Must exist before the submission's first batch.
  virtual Result<Digest> submission_key(const SubmissionId& submission) const = 0;
};

}  // namespace mingma::shard
