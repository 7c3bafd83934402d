#include "ledger/publisher.h"

#include <algorithm>

#include "ledger/errors.h"

namespace mingma::ledger {

CheckpointPublisher::CheckpointPublisher(Ledger& ledger, std::string origin, crypto::SigningKey& key)
    : ledger_(&ledger), origin_(std::move(origin)), key_(&key), head_{{}, empty_root()} {}

NoteVerifier CheckpointPublisher::verifier() const {
  return NoteVerifier::make(origin_, NoteKeyType::kEd25519, key_->verifying_key()).value();
}

Result<CheckpointPublisher> CheckpointPublisher::open(Ledger& ledger, std::string origin, crypto::SigningKey& key,
                                                      std::optional<std::string> stored) {
  if (!valid_note_name(origin)) return Error(errors::kInvalidNoteKey, "a log's origin must be a valid key name");
  CheckpointPublisher out(ledger, std::move(origin), key);
  if (!stored) return out;
  MINGMA_TRY(const OpenedCheckpoint opened, open_checkpoint(*stored, {out.origin_, {out.verifier()}, {}, 0}));
  out.head_ = opened.checkpoint.head;
  if (out.head_.size > ledger.size()) {
    return Error(errors::kSplitView,
                 "the ledger has fewer leaves than its last checkpoint signed; restore it, never sign over it");
  }
  NodeCache cache;
  MINGMA_TRY(const TreeView view, TreeView::open(ledger, cache, out.head_.size));
  if (view.root() != out.head_.root) {
    return Error(errors::kSplitView, "the ledger does not extend its last checkpoint; restore it, never sign over it");
  }
  out.hashed_ = view.compact();
  out.current_ = std::move(stored);
  return out;
}

Result<CompactTree> CheckpointPublisher::extend(CompactTree tree, TreeSize to) {
  while (tree.size() < to) {
    const std::uint64_t begin = tree.size().value;
    const std::uint64_t first = begin / kTileWidth * kTileWidth;
    const auto width = static_cast<std::uint16_t>(std::min(kTileWidth, to.value - first));
    const TileName name{TileKind::kEntries, 0, first / kTileWidth, width};
    MINGMA_TRY(const Bytes bundle, ledger_->read_stored_entries(name));
    const auto entries = parse_bundle(bundle, width);
    if (!entries.ok())
      return Error(errors::kLedgerBroken, "a stored bundle is damaged; nothing was signed", name.to_path());
    for (const ByteView entry : std::span(*entries).subspan(begin - first)) tree.append(leaf_hash(entry));
  }
  return tree;
}

Result<std::optional<PreparedCheckpoint>> CheckpointPublisher::prepare() {
  const TreeHead head = ledger_->head();
  if (current_ && head.size == head_.size) return std::optional<PreparedCheckpoint>{};
  MINGMA_TRY(CompactTree tree, extend(hashed_, head.size));
  NodeCache cache;
  MINGMA_TRY(const TreeView tiles, TreeView::open(*ledger_, cache, head.size));
  if (tree.root() != head.root || tiles.root() != head.root) {
    return Error(errors::kLedgerBroken,
                 "entries, tiles and memory do not give one root; nothing was signed, stop this shard");
  }
  ahead_ = std::move(tree);
  return std::optional(PreparedCheckpoint{current_, sign_checkpoint({origin_, head, {}}, *key_), head});
}

void CheckpointPublisher::published(const PreparedCheckpoint& prepared) {
  MINGMA_ASSERT(ahead_ && ahead_->size() == prepared.head.size);
  hashed_ = *std::move(ahead_);
  ahead_.reset();
  current_ = prepared.note;
  head_ = prepared.head;
}

}  // namespace mingma::ledger
