#include "ledger/proof.h"

#include <bit>

#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

Error refused(std::string message) { return {errors::kProofRefused, std::move(message)}; }

// Moves both positions up past the levels where the node at `index` is a right-edge node without a sibling.
void skip_lonely_levels(std::uint64_t& index, std::uint64_t& last) {
  while ((index & 1) == 0 && index != 0) {
    index >>= 1;
    last >>= 1;
  }
}

}  // namespace

Result<void> verify_inclusion(std::span<const Digest> path, LeafIndex index, TreeSize size, const Digest& leaf_hash,
                              const Digest& root) {
  if (index.value >= size.value) return refused("the leaf index is not below the tree size");
  std::uint64_t position = index.value;
  std::uint64_t last = size.value - 1;
  Digest hash = leaf_hash;
  for (const Digest& sibling : path) {
    if (last == 0) return refused("the inclusion proof is too long");
    if ((position & 1) != 0 || position == last) {
      hash = node_hash(sibling, hash);
      skip_lonely_levels(position, last);
    } else {
      hash = node_hash(hash, sibling);
    }
    position >>= 1;
    last >>= 1;
  }
  if (last != 0) return refused("the inclusion proof is too short");
  if (hash != root) return refused("the inclusion proof does not lead to the root");
  return {};
}

Result<void> verify_consistency(std::span<const Digest> path, const TreeHead& earlier, const TreeHead& later) {
  if (earlier.size > later.size) return refused("the earlier tree is larger than the later one");
  if (earlier.size.value == 0 && earlier.root != empty_root())
    return refused("an empty tree with another root than the empty one");
  if (earlier.size == later.size || earlier.size.value == 0) {
    if (!path.empty()) return refused("a consistency proof where none is needed");
    if (earlier.size == later.size && earlier.root != later.root) return refused("two roots for one size");
    return {};
  }
  const bool complete = std::has_single_bit(earlier.size.value);
  if (!complete && path.empty()) return refused("the consistency proof is too short");
  std::uint64_t position = earlier.size.value - 1;
  std::uint64_t last = later.size.value - 1;
  while ((position & 1) != 0) {
    position >>= 1;
    last >>= 1;
  }
  // A complete earlier tree is a node of the later one, so its root is where the path starts.
  Digest old_hash = complete ? earlier.root : path.front();
  Digest new_hash = old_hash;
  for (const Digest& sibling : path.subspan(complete ? 0 : 1)) {
    if (last == 0) return refused("the consistency proof is too long");
    if ((position & 1) != 0 || position == last) {
      old_hash = node_hash(sibling, old_hash);
      new_hash = node_hash(sibling, new_hash);
      skip_lonely_levels(position, last);
    } else {
      new_hash = node_hash(new_hash, sibling);
    }
    position >>= 1;
    last >>= 1;
  }
  if (last != 0) return refused("the consistency proof is too short");
  if (old_hash != earlier.root) return refused("the consistency proof does not lead to the earlier root");
  if (new_hash != later.root) return refused("the consistency proof does not lead to the later root");
  return {};
}

}  // namespace mingma::ledger
