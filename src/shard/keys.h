// Keys of personal records, as the shard needs them. The service keeps them (wrapped under period keys) and destroys
// them.
//
// Each resident has one random 32-byte key. Out of it come three: for the commitments in the ledger, for their
// openings, and for sealing. Destroying the one destroys what it sealed and what its commitments say. Threading: as the
// owner of the shard; calls do not block on I/O other than the shard's own store.
#pragma once

#include <array>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "rules/evidence.h"

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

// A month at UTC+8: year * 12 + month - 1.
using KeyMonth = StrongInteger<struct KeyMonthTag, std::uint32_t>;
KeyMonth key_month(UnixSeconds instant);
UnixSeconds month_end(KeyMonth month);   // its first instant that is not in it
std::string month_text(KeyMonth month);  // "2022-11"

// Seals the body of one statement: the resident's key and the secret of its kind and month; either one destroyed
// destroys it.
Digest body_key(const ResidentKeys& keys, const Digest& secret);

using SubmissionId = std::array<std::uint8_t, 16>;

class KeySource {
 public:
  virtual ~KeySource() = default;
  // errors::kShardKeyDestroyed when destroyed or never there. The key must exist before the resident is registered.
  virtual Result<ResidentKeys> resident_keys(const ResidentId& resident) const = 0;
  // Seals a submission's signed manifest (its salt). Must exist before the submission's first batch.
  virtual Result<Digest> submission_key(const SubmissionId& submission) const = 0;
  // Of the statements of one kind received in one month. Must exist before the first of them.
  virtual Result<Digest> body_secret(KeyMonth month, rules::EvidenceKind kind) const = 0;
};

}  // namespace mingma::shard
