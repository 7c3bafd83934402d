// Inclusion and consistency proofs: their checks. They are made by tree_view.h.
//
// A proof is a list of node hashes in the order of RFC 6962 (leaf side first). Every element must be used and none may
// be missing.
// Threading: safe anywhere.
// Errors: errors::kProofRefused.
// Source: RFC 6962, 2.1; RFC 9162, 2.1.3.2, 2.1.4.2.
#pragma once

#include <span>
#include <vector>

#include "base/error.h"
#include "ledger/hash.h"

namespace mingma::ledger {

using ProofPath = std::vector<Digest>;

// That the leaf stands at `index` of the tree with this size and root.
Result<void> verify_inclusion(std::span<const Digest> path, LeafIndex index, TreeSize size, const Digest& leaf_hash,
                              const Digest& root);

struct TreeHead {
  TreeSize size{};
  Digest root;
  auto operator<=>(const TreeHead&) const = default;
};

// That the tree `later` begins with all leaves of the tree `earlier`. Equal sizes need equal roots and an empty path;
// an empty earlier tree must have the empty root, and the path is empty.
Result<void> verify_consistency(std::span<const Digest> path, const TreeHead& earlier, const TreeHead& later);

}  // namespace mingma::ledger
