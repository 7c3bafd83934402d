// A proof in one text that anyone can check offline: index, inclusion path, signed checkpoint.
//
// Threading: values.
// Errors: kInvalidProof (form), kProofRefused (path), those of checkpoints.
// Limits: 1 MiB, 63 path hashes.
// Source: C2SP tlog-proof, "c2sp.org/tlog-proof@v1".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/checkpoint.h"

namespace mingma::ledger {

struct TlogProof {
  std::optional<Bytes> extra;  // not authenticated; never empty
  LeafIndex index{};
  ProofPath path;
  std::string checkpoint;  // the signed note, verbatim

  std::string to_string() const;
  bool operator==(const TlogProof&) const = default;
};

// Checks the form of everything, the checkpoint included, but no signature.
Result<TlogProof> parse_tlog_proof(std::string_view text);

// That the entry with this leaf hash is in the log that the policy describes.
Result<OpenedCheckpoint> verify_tlog_proof(const TlogProof& proof, const Digest& leaf_hash, const LogPolicy& policy);

}  // namespace mingma::ledger
