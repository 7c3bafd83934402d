// RFC 6962 Merkle hashing: leaves 0x00 || entry, nodes 0x01 || left || right, SHA-256.
//
// Threading: safe anywhere; values.
// Source: RFC 6962, section 2.1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace mingma::ledger {

// Number of leaves of a tree.
using TreeSize = StrongInteger<struct TreeSizeTag, std::uint64_t>;

Digest leaf_hash(ByteView entry);
Digest node_hash(const Digest& left, const Digest& right);
Digest empty_root();  // SHA-256 of nothing

// Root of a tree with these leaf hashes. Linear time.
Digest merkle_root(std::span<const Digest> leaf_hashes);

// The roots of the complete subtrees a tree of `size` leaves falls into, largest first: all that is needed to append
// and to know the root. Invariant: as many nodes as `size` has bits set.
class CompactTree {
 public:
  CompactTree() = default;
  // Requires nodes.size() == popcount(size).
  CompactTree(TreeSize size, std::vector<Digest> nodes);

  void append(const Digest& leaf_hash);
  TreeSize size() const { return size_; }
  Digest root() const;
  const std::vector<Digest>& nodes() const { return nodes_; }

 private:
  TreeSize size_{};
  std::vector<Digest> nodes_;
};

}  // namespace mingma::ledger
