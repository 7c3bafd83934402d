// One shard's ledger: append entries, read tiles, know the root.
//
// Appending has two steps, so that memory never runs ahead of the disk: `stage()` gives a StagedLeaves that takes
// entries and writes everything into the caller's batch; when that batch is durable, `commit()` makes it the ledger's
// state. A stage that is dropped leaves no trace. Several events may go into one stage. Reads see committed leaves
// only.
//
// Threading: belongs to one executor.
// Ownership: borrows the store, which must outlive it.
// Errors: of the store, and kLedgerBroken when stored bytes contradict each other (the shard must stop).
// Limits: an entry of at most 65,535 bytes.
// Memory: at most a bundle of entries and 8 KiB per level.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "ledger/hash.h"
#include "ledger/proof.h"
#include "ledger/storage.h"
#include "ledger/tile_source.h"

namespace mingma::ledger {

// The right edge of a tree: its unfinished bundle and its unfinished tile of every level. A value.
struct RightEdge {
  TreeSize size{};
  Bytes bundle;                             // the entries of the unfinished bundle
  std::vector<std::uint8_t> fragments;      // where each stored fragment of it begins
  std::vector<std::vector<Digest>> levels;  // unfinished tile of each level, 0 to 255 hashes

  Digest root() const;
};

class StagedLeaves {
 public:
  // Writes the entries into `batch` and gives the index of the first. Requires at least one entry.
  // kEntryTooLarge (then nothing was written).
  Result<LeafIndex> append(std::span<const ByteView> entries, TileBatch& batch);
  Result<LeafIndex> append(std::span<const Bytes> entries, TileBatch& batch);

  TreeSize size() const { return edge_.size; }
  Digest root() const { return edge_.root(); }

 private:
  friend class Ledger;
  explicit StagedLeaves(const RightEdge& edge) : base_(edge.size), edge_(edge) {}
  void append_entry(ByteView entry, TileBatch& batch);
  void append_hash(const Digest& hash, std::size_t level, TileBatch& batch);
  void write_fragment(std::size_t from_byte, std::size_t from_entry, TileBatch& batch);

  TreeSize base_;
  RightEdge edge_;
};

class Ledger final : public TileSource {
 public:
  // Reads the store and rebuilds the right edge: at most 256 tiles of each level.
  static Result<Ledger> open(const TileStore& store);

  StagedLeaves stage() const { return StagedLeaves(edge_); }
  // Requires: staged from the present state, and its batch is durable.
  void commit(StagedLeaves&& staged);

  TreeSize size() const { return edge_.size; }
  Digest root() const { return edge_.root(); }
  TreeHead head() const { return {size(), root()}; }

  // Any tile, full or partial, of the committed tree or of an earlier size of it.
  Result<Bytes> read(const TileName& tile) override;
  // The entries of a bundle as they lie in the store, unfinished ones too: the publisher's second path.
  Result<Bytes> read_stored_entries(const TileName& bundle) const;
  // One entry's bytes; kNoSuchLeaf beyond the tree.
  Result<Bytes> entry(LeafIndex index);

 private:
  explicit Ledger(const TileStore& store) : store_(&store) {}

  const TileStore* store_;
  RightEdge edge_;
};

}  // namespace mingma::ledger
