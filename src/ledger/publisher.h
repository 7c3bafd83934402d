// From durable leaves to a published checkpoint, in the order that cannot lie:
//   1. read what was published last and make sure it is ours;
//   2. read the entries stored since then, hash them anew, and compare with the root the tiles give (two paths, one
//   root);
//   3. sign;
//   4. replace the old checkpoint by the new one, durably, only if the old one is still there;
//   5. hand it out.
// A log that signs two trees which do not extend each other has broken its word, so every doubt stops here:
// kLedgerBroken or kSplitView, nothing is signed, and the shard must stop.
//
// Threading: belongs to the ledger's executor.
// Ownership: borrows ledger and key. The replacing is done by the caller (it waits for a disk); prepare() and
// published() are the two halves around it.
#pragma once

#include <optional>
#include <string>

#include "ledger/checkpoint.h"
#include "ledger/ledger.h"
#include "ledger/tree_view.h"

namespace mingma::ledger {

struct PreparedCheckpoint {
  std::optional<std::string> expected;  // the note that must still be stored, nullopt if none
  std::string note;                     // the note to store and then to publish
  TreeHead head;
};

class CheckpointPublisher {
 public:
  // `stored` is the note last published, as read from the store. kWrongOrigin, kBadSignature or kNotSigned if it is not
  // ours; kSplitView if the ledger does not extend it.
  static Result<CheckpointPublisher> open(Ledger& ledger, std::string origin, crypto::SigningKey& key,
                                          std::optional<std::string> stored);

  // Steps 2 and 3 for all committed leaves. nullopt when nothing was added since the last one; a first checkpoint is
  // made even of an empty log. Calling it again drops what was prepared before.
  Result<std::optional<PreparedCheckpoint>> prepare();
  // After the replacing became durable. Requires what the last prepare() gave.
  void published(const PreparedCheckpoint& prepared);

  // The last published note.
  const std::optional<std::string>& current() const { return current_; }
  const TreeHead& head() const { return head_; }
  NoteVerifier verifier() const;

 private:
  CheckpointPublisher(Ledger& ledger, std::string origin, crypto::SigningKey& key);
  Result<CompactTree> extend(CompactTree tree, TreeSize to);

  Ledger* ledger_;
  std::string origin_;
  crypto::SigningKey* key_;
  std::optional<std::string> current_;
  TreeHead head_;
  CompactTree hashed_;                // second path: entries hashed up to the last published checkpoint
  std::optional<CompactTree> ahead_;  // the same for the prepared one
};

}  // namespace mingma::ledger
