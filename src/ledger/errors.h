// Error codes of the ledger room. Explained in docs/errors.md.
#pragma once

#include "base/error.h"

namespace mingma::errors {

// Bytes from outside that are not what the specification allows.
inline constexpr ErrorInfo kInvalidNote{"ledger.invalid_note", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kInvalidNoteKey{"ledger.invalid_note_key", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kInvalidCheckpoint{"ledger.invalid_checkpoint", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kInvalidTilePath{"ledger.invalid_tile_path", 404, Retry::kNo};
inline constexpr ErrorInfo kInvalidBundle{"ledger.invalid_bundle", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kInvalidProof{"ledger.invalid_proof", 400, Retry::kAfterFix};
inline constexpr ErrorInfo kEntryTooLarge{"ledger.entry_too_large", 413, Retry::kAfterFix};

// Well formed, but not true.
inline constexpr ErrorInfo kBadSignature{"ledger.bad_signature", 400, Retry::kNo};  // by a known key
inline constexpr ErrorInfo kNotSigned{"ledger.not_signed", 400, Retry::kNo};        // by no known key
inline constexpr ErrorInfo kTooFewWitnesses{"ledger.too_few_witnesses", 400, Retry::kLater};
inline constexpr ErrorInfo kWrongOrigin{"ledger.wrong_origin", 400, Retry::kNo};
inline constexpr ErrorInfo kProofRefused{"ledger.proof_refused", 400, Retry::kNo};  // does not lead to the root

// About a log's own state.
inline constexpr ErrorInfo kNoSuchTile{"ledger.no_such_tile", 404, Retry::kLater};
inline constexpr ErrorInfo kNoSuchLeaf{"ledger.no_such_leaf", 404, Retry::kLater};  // index or size beyond the tree
inline constexpr ErrorInfo kLedgerBroken{"ledger.broken", 500, Retry::kNo};  // stored bytes contradict each other
inline constexpr ErrorInfo kCheckpointConflict{"ledger.checkpoint_conflict", 409, Retry::kLater};
inline constexpr ErrorInfo kSplitView{"ledger.split_view", 500,
                                      Retry::kNo};  // the log does not extend what it signed before

}  // namespace mingma::errors
