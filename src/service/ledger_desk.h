// One shard's ledger as the public sees it: checkpoints, tiles, proofs.
//
// It reads what the shard has made durable, through a snapshot of its store, so nothing here waits for the shard or
// makes it wait. publish() signs a checkpoint over everything durable (recomputing the root along a second path) and
// stores it before it is handed out; the owner calls it each second. What is served is always under the published
// checkpoint.
//
// Threading: every method from any thread; a mutex keeps them one at a time. They read the disk: call them on a
// committer thread. Errors: of the ledger room; kSplitView or kLedgerBroken from publish() mean that the shard must
// stop. Ownership: borrows the store, which must outlive it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "crypto/signature.h"
#include "ledger/publisher.h"
#include "ledger/tree_view.h"
#include "service/types.h"
#include "shard/tiles.h"
#include "store/store.h"

namespace mingma::service {

// kCheckpointsTable: the note last published, under this one key. Earlier ones are in the control shard's ledger.
inline constexpr std::string_view kNewestCheckpointKey = "newest";

// A reader that can be turned to a newer snapshot while others hold a reference to it.
class NewestSnapshot final : public store::Reader {
 public:
  void turn_to(std::unique_ptr<store::Snapshot> snapshot) { snapshot_ = std::move(snapshot); }
  Result<bool> get_into(store::TableId table, ByteView key, Bytes& out) const override {
    return snapshot_->get_into(table, key, out);
  }
  Result<std::unique_ptr<store::Iterator>> iterate(store::TableId table) const override {
    return snapshot_->iterate(table);
  }

 private:
  std::unique_ptr<store::Snapshot> snapshot_;
};

class LedgerDesk final {
 public:
  static Result<std::unique_ptr<LedgerDesk>> open(store::Store& store, std::string origin, crypto::SigningKey key);

  // A new signed checkpoint if leaves were added since the last; the note, durable already.
  Result<std::optional<std::string>> publish(UnixSeconds now);

  // A file of the log by its path (C2SP tlog-tiles).
  Result<Blob> file(const std::string& path);
  Result<InclusionProof> inclusion(LeafIndex leaf);
  Result<ConsistencyProof> consistency(std::uint64_t first_size, std::uint64_t second_size);
  // C2SP tlog-proof text.
  Result<std::string> tlog_proof(LeafIndex leaf);
  Result<Bytes> entry(LeafIndex leaf);
  // Of the ledger as it was with so many leaves. kNoSuchThing beyond the published size.
  Result<Digest> root_at(std::uint64_t size);
  // The first published leaf whose hour bucket is not before `hour` (leaves stand in the order of their hours); the
  // published size when there is none.
  Result<LeafIndex> first_leaf_from(std::uint32_t hour);
  // Published entries in order, a bundle at a time; others get their turn between bundles.
  Result<void> for_each_leaf(LeafIndex first, LeafIndex end,
                             const std::function<Result<void>(LeafIndex, ByteView)>& visit);
  std::string verifier_key() const { return verifier_key_; }
  ledger::TreeSize published_size() const;
  UnixSeconds published_at() const;

 private:
  LedgerDesk(store::Store& store, std::string origin, crypto::SigningKey key);
  Result<void> refresh();  // looks at the newest durable state
  Result<void> open_view();

  store::Store& store_;
  std::string origin_;
  crypto::SigningKey key_;
  std::string verifier_key_;

  mutable std::mutex mutex_;
  NewestSnapshot snapshot_;
  shard::StoreTiles tiles_;
  std::optional<ledger::Ledger> ledger_;
  std::optional<ledger::CheckpointPublisher> publisher_;
  ledger::NodeCache cache_;
  std::optional<ledger::TreeView> view_;  // of the published size
  UnixSeconds published_at_{};
};

}  // namespace mingma::service
