#include "service/ledger_desk.h"

#include "ledger/errors.h"
#include "ledger/tlog_proof.h"
#include "service/errors.h"
#include "shard/record.h"
#include "shard/tables.h"

namespace mingma::service {
LedgerDesk::LedgerDesk(store::Store& store, std::string origin, crypto::SigningKey key)
    : store_(store), origin_(std::move(origin)), key_(std::move(key)), tiles_(snapshot_) {}

Result<std::unique_ptr<LedgerDesk>> LedgerDesk::open(store::Store& store, std::string origin, crypto::SigningKey key) {
  std::unique_ptr<LedgerDesk> desk(new LedgerDesk(store, std::move(origin), std::move(key)));
  MINGMA_CHECK(desk->refresh());
  MINGMA_TRY(const auto stored, store.get(shard::kCheckpointsTable, as_bytes(kNewestCheckpointKey)));
  std::optional<std::string> note;
  if (stored) note = std::string(as_text(*stored));
  MINGMA_TRY(desk->publisher_,
             ledger::CheckpointPublisher::open(*desk->ledger_, desk->origin_, desk->key_, std::move(note)));
  desk->verifier_key_ = desk->publisher_->verifier().to_string();
  MINGMA_CHECK(desk->open_view());
  return desk;
}

Result<void> LedgerDesk::refresh() {
  MINGMA_TRY(auto snapshot, store_.snapshot());
  snapshot_.turn_to(std::move(snapshot));
  MINGMA_TRY(ledger_, ledger::Ledger::open(tiles_));
  return {};
}

Result<void> LedgerDesk::open_view() {
  if (!publisher_->current()) return {};
  MINGMA_TRY(view_, ledger::TreeView::open(*ledger_, cache_, publisher_->head().size));
  return {};
}

Result<std::optional<std::string>> LedgerDesk::publish(UnixSeconds now) {
  const std::lock_guard lock(mutex_);
  MINGMA_CHECK(refresh());
  MINGMA_TRY(const auto prepared, publisher_->prepare());
  if (!prepared) return std::optional<std::string>{};
  // Nobody else writes this key: the directory's lock and this mutex make the comparison and the write one step.
  MINGMA_TRY(const auto stored, store_.get(shard::kCheckpointsTable, as_bytes(kNewestCheckpointKey)));
  const bool expected = stored ? prepared->expected && as_text(*stored) == *prepared->expected : !prepared->expected;
  if (!expected) return Error(errors::kCheckpointConflict, "another checkpoint is stored than the one last published");
  store::Batch batch;
  batch.put(shard::kCheckpointsTable, as_bytes(kNewestCheckpointKey), as_bytes(prepared->note));
  MINGMA_CHECK(store_.write(batch, store::Durability::kSynced));
  publisher_->published(*prepared);
  published_at_ = now;
  MINGMA_CHECK(open_view());
  return std::optional<std::string>(prepared->note);
}

Result<Blob> LedgerDesk::file(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!view_) return Error(errors::kNoSuchThing, "no checkpoint was published yet");
  Blob blob;
  if (path == "checkpoint") {
    blob.bytes = std::make_shared<const Bytes>(to_bytes(as_bytes(*publisher_->current())));
    blob.etag = hex_encode(publisher_->head().root);
    blob.expires_at = published_at_.plus(1);
    return blob;
  }
  MINGMA_TRY(const ledger::TileName name, ledger::parse_tile_path(path));
  // Only what the published checkpoint covers, although more may be durable.
  MINGMA_TRY(const ledger::TileName widest, ledger::tile_at(name, view_->size()));
  if (widest.width < name.width) return Error(errors::kNoSuchTile, "the log is not that large yet");
  MINGMA_TRY(Bytes bytes, ledger_->read(name));
  blob.bytes = std::make_shared<const Bytes>(std::move(bytes));
  blob.etag = path;
  return blob;
}

Result<InclusionProof> LedgerDesk::inclusion(LeafIndex leaf) {
  const std::lock_guard lock(mutex_);
  if (!view_ || leaf.value >= view_->size().value)
    return Error(errors::kNoSuchThing, "no published checkpoint covers this leaf yet; try again in a second");
  InclusionProof proof;
  proof.leaf = leaf;
  proof.tree_size = view_->size().value;
  MINGMA_TRY(proof.leaf_hash, view_->leaf(leaf));
  MINGMA_TRY(proof.path, view_->inclusion_proof(leaf));
  proof.checkpoint = *publisher_->current();
  return proof;
}

Result<ConsistencyProof> LedgerDesk::consistency(std::uint64_t first_size, std::uint64_t second_size) {
  const std::lock_guard lock(mutex_);
  if (!view_ || second_size > view_->size().value || first_size > second_size) {
    return Error(errors::kNoSuchThing, "the published log is not that large, or the sizes are in the wrong order");
  }
  MINGMA_TRY(ledger::TreeView view, ledger::TreeView::open(*ledger_, cache_, {second_size}));
  ConsistencyProof proof;
  proof.first_size = first_size;
  proof.second_size = second_size;
  MINGMA_TRY(proof.path, view.consistency_proof({first_size}));
  return proof;
}

Result<std::string> LedgerDesk::tlog_proof(LeafIndex leaf) {
  MINGMA_TRY(InclusionProof proof, inclusion(leaf));
  ledger::TlogProof text;
  text.index = leaf;
  text.path = std::move(proof.path);
  text.checkpoint = std::move(proof.checkpoint);
  return text.to_string();
}

Result<Bytes> LedgerDesk::entry(LeafIndex leaf) {
  const std::lock_guard lock(mutex_);
  return ledger_->entry(leaf);
}

Result<Digest> LedgerDesk::root_at(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (!view_ || size > view_->size().value) return Error(errors::kNoSuchThing, "the published log is not that large");
  MINGMA_TRY(ledger::TreeView view, ledger::TreeView::open(*ledger_, cache_, {size}));
  return view.root();
}

Result<LeafIndex> LedgerDesk::first_leaf_from(std::uint32_t hour) {
  std::uint64_t low = 0;
  std::uint64_t high = published_size().value;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    MINGMA_TRY(const Bytes bytes, entry({middle}));
    MINGMA_TRY(const shard::Leaf leaf, shard::decode_leaf(bytes));
    if (leaf.hour < hour) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return LeafIndex{low};
}

Result<void> LedgerDesk::for_each_leaf(LeafIndex first, LeafIndex end,
                                       const std::function<Result<void>(LeafIndex, ByteView)>& visit) {
  while (first < end) {
    ledger::TileName name{ledger::TileKind::kEntries, 0, first.value / ledger::kTileWidth, 0};
    Bytes bundle;
    {
      const std::lock_guard lock(mutex_);
      if (!view_ || end.value > view_->size().value)
        return Error(errors::kNoSuchThing, "no published checkpoint covers these leaves yet");
      MINGMA_TRY(name, ledger::tile_at(name, view_->size()));
      MINGMA_TRY(bundle, ledger_->read(name));
    }
    MINGMA_TRY(const std::vector<ByteView> entries, ledger::parse_bundle(bundle, name.width));
    const std::uint64_t base = name.index * ledger::kTileWidth;
    for (; first < end && first.value < base + entries.size(); ++first.value)
      MINGMA_CHECK(visit(first, entries[first.value - base]));
  }
  return {};
}

ledger::TreeSize LedgerDesk::published_size() const {
  const std::lock_guard lock(mutex_);
  return view_ ? view_->size() : ledger::TreeSize{};
}

UnixSeconds LedgerDesk::published_at() const {
  const std::lock_guard lock(mutex_);
  return published_at_;
}

}  // namespace mingma::service
