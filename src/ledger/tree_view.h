// A tree of a fixed size read from tiles: nodes, root and proofs.
//
// Nothing read is trusted: who holds a signed root compares `root()` with it first; then every proof made here leads
// to it.
// Threading: belongs to one executor.
// Ownership: borrows source and cache, which must outlive it.
// Speed: a proof costs at most one tile read and some thirty hashes once the cache is warm.
// Errors: of the source; kNoSuchLeaf.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "ledger/proof.h"
#include "ledger/tile_source.h"

namespace mingma::ledger {

// What full tiles hash to; full tiles never change, so one cache serves every size of one log.
// Bounded: about 1 KiB for each of 65,536 leaf tiles (16.7 million leaves) and 16 KiB for each of 1,024 upper tiles.
class NodeCache {
 public:
  NodeCache();
  ~NodeCache();
  NodeCache(NodeCache&&) noexcept;
  NodeCache& operator=(NodeCache&&) noexcept;

 private:
  friend class TreeView;
  struct Slots;
  std::unique_ptr<Slots> slots_;
};

class TreeView {
 public:
  // Reads the unfinished tiles of this size.
  static Result<TreeView> open(TileSource& source, NodeCache& cache, TreeSize size);

  TreeSize size() const { return size_; }
  Digest root() const;
  TreeHead head() const { return {size_, root()}; }
  // The same tree in the form that can be appended to.
  CompactTree compact() const;

  Result<ProofPath> inclusion_proof(LeafIndex index);
  // That this tree extends its first `earlier` leaves. Requires nothing; kNoSuchLeaf if `earlier` is larger.
  Result<ProofPath> consistency_proof(TreeSize earlier);
  Result<Digest> leaf(LeafIndex index);

 private:
  TreeView(TileSource& source, NodeCache& cache, TreeSize size) : source_(&source), cache_(&cache), size_(size) {}

  // The root of the complete subtree of 2^height leaves number `index`; it must lie within the tree.
  Result<Digest> node(int height, std::uint64_t index);
  Result<Digest> full_tile_node(int level, std::uint64_t tile, int height, std::uint64_t position);
  Result<void> subproof(std::uint64_t earlier, std::uint64_t begin, std::uint64_t end, bool whole, ProofPath& out);
  Result<Digest> range_root(std::uint64_t begin, std::uint64_t end);

  TileSource* source_;
  NodeCache* cache_;
  TreeSize size_;
  std::vector<std::vector<Digest>> edge_;  // per level: the unfinished tile's nodes, see tree_view.cpp
  std::vector<Digest> peaks_;              // complete subtrees, largest first
  std::vector<Digest> suffixes_;           // suffixes_[i]: root over peaks_[i] and all after it
};

}  // namespace mingma::ledger
