#include "ledger/verifier.h"

#include <algorithm>
#include <vector>

#include "ledger/errors.h"
#include "ledger/ledger.h"
#include "ledger/tlog_proof.h"
#include "ledger/tree_view.h"

namespace mingma::ledger {
namespace {

constexpr std::string_view kCheckpointPath = "checkpoint";

Error broken(std::string message, std::string where) {
  return {errors::kLedgerBroken, std::move(message), std::move(where)};
}

// Hashes entries bundle by bundle, builds every tile from them and compares it with the served one.
class Walk {
 public:
  Walk(const FetchResource& fetch, const OpenedCheckpoint& opened, const EntryVisitor& visit)
      : tiles_(fetch), head_(opened.checkpoint.head), visit_(visit), report_{opened, 0, 0} {}

  Result<LogReport> run(const TreeHead& earlier) {
    MINGMA_CHECK(start_at(earlier));
    const std::uint64_t bundles = (head_.size.value + kTileWidth - 1) / kTileWidth;
    for (std::uint64_t index = earlier.size.value / kTileWidth; index < bundles; ++index)
      MINGMA_CHECK(bundle(index, earlier));
    for (std::size_t level = 1; level < edge_.levels.size(); ++level) {
      if (!edge_.levels[level].empty()) MINGMA_CHECK(compare(level, edge_.levels[level]));
    }
    if (edge_.root() != head_.root)
      return broken("the entries do not give the signed root", std::string(kCheckpointPath));
    return std::move(report_);
  }

 private:
  // The unfinished upper tiles as they were when the last full bundle before `earlier` ended. They are what the log
  // serves now; bundle() makes sure that they gave the earlier root.
  Result<void> start_at(const TreeHead& earlier) {
    const TreeSize whole{earlier.size.value / kTileWidth * kTileWidth};
    edge_.size = whole;
    edge_.levels.resize(1);
    for (int level = 1; hashes_at_level(whole, level) > 0; ++level) {
      auto& hashes = edge_.levels.emplace_back();
      const std::uint64_t before = hashes_at_level(whole, level);
      if (before % kTileWidth == 0) continue;
      TileName name{TileKind::kHashes, static_cast<std::uint8_t>(level), before / kTileWidth, 0};
      MINGMA_TRY(name, tile_at(name, head_.size));
      MINGMA_TRY(hashes, hash_tile(name));
      hashes.resize(before % kTileWidth);
    }
    // With no entry left in the bundle, nothing else would compare the two.
    if (earlier.size == whole) return check_earlier(earlier);
    return {};
  }

  Result<void> check_earlier(const TreeHead& earlier) const {
    if (edge_.root() == earlier.root) return {};
    return Error(errors::kSplitView,
                 "the log does not extend the tree of " + std::to_string(earlier.size.value) + " leaves seen before");
  }

  Result<void> bundle(std::uint64_t index, const TreeHead& earlier) {
    MINGMA_TRY(const TileName name, tile_at({TileKind::kEntries, 0, index, 0}, head_.size));
    MINGMA_TRY(const Bytes bytes, tiles_.read(name));
    const auto entries = parse_bundle(bytes, name.width);
    if (!entries.ok()) return entries.error().within(name.to_path());
    ++report_.tiles;
    MINGMA_TRY(const auto served, hash_tile({TileKind::kHashes, 0, index, name.width}));
    const std::uint64_t first = index * kTileWidth;
    for (std::size_t i = 0; i < entries->size(); ++i) {
      const Digest hash = leaf_hash((*entries)[i]);
      if (hash != served[i])
        return broken("entry " + std::to_string(first + i) + " does not fit its hash tile", name.to_path());
      edge_.levels[0].push_back(hash);
      ++report_.entries;
      if (first + i + 1 == earlier.size.value) MINGMA_CHECK(check_earlier(earlier));
    }
    for (std::size_t i = 0; visit_ && i < entries->size(); ++i) {
      if (first + i >= earlier.size.value) MINGMA_CHECK(visit_(LeafIndex{first + i}, (*entries)[i]));
    }
    edge_.size.value = first + entries->size();
    return fold(0);
  }

  // A full row of 256 becomes one hash of the level above.
  Result<void> fold(std::size_t level) {
    if (edge_.levels[level].size() < kTileWidth) return {};
    if (level > 0) MINGMA_CHECK(compare(level, edge_.levels[level]));
    if (edge_.levels.size() == level + 1) edge_.levels.emplace_back();
    edge_.levels[level + 1].push_back(merkle_root(edge_.levels[level]));
    edge_.levels[level].clear();
    return fold(level + 1);
  }

  Result<void> compare(std::size_t level, const std::vector<Digest>& hashes) {
    const std::uint64_t end = hashes_at_level(edge_.size, static_cast<int>(level));
    const TileName name{TileKind::kHashes, static_cast<std::uint8_t>(level), (end - 1) / kTileWidth,
                        static_cast<std::uint16_t>(hashes.size())};
    MINGMA_TRY(const auto served, hash_tile(name));
    if (served != hashes) return broken("a tile does not follow from the tiles below it", name.to_path());
    return {};
  }

  Result<std::vector<Digest>> hash_tile(const TileName& name) {
    MINGMA_TRY(const Bytes bytes, tiles_.read(name));
    ++report_.tiles;
    auto hashes = parse_hash_tile(bytes, name.width);
    if (!hashes.ok()) return hashes.error().within(name.to_path());
    return hashes;
  }

  FetchedTiles tiles_;
  TreeHead head_;
  const EntryVisitor& visit_;
  RightEdge edge_;
  LogReport report_;
};

Result<OpenedCheckpoint> fetch_checkpoint(const FetchResource& fetch, const LogPolicy& policy,
                                          std::string* note = nullptr) {
  MINGMA_TRY(const Bytes bytes, fetch(kCheckpointPath));
  if (note != nullptr) *note = as_text(bytes);
  return open_checkpoint(as_text(bytes), policy);
}

}  // namespace

Result<LogReport> verify_log(const FetchResource& fetch, const LogPolicy& policy, const EntryVisitor& visit) {
  return verify_log_since(fetch, policy, {{0}, empty_root()}, visit);
}

Result<LogReport> verify_log_since(const FetchResource& fetch, const LogPolicy& policy, const TreeHead& earlier,
                                   const EntryVisitor& visit) {
  MINGMA_TRY(const OpenedCheckpoint opened, fetch_checkpoint(fetch, policy));
  const TreeHead& head = opened.checkpoint.head;
  if (head.size < earlier.size) return Error(errors::kSplitView, "the log is shorter than when it was last seen");
  if (head.size == earlier.size && head.root != earlier.root) {
    return Error(errors::kSplitView, "the log has two roots for " + std::to_string(head.size.value) + " leaves");
  }
  return Walk(fetch, opened, visit).run(earlier);
}

Result<std::string> fetch_tlog_proof(const FetchResource& fetch, const LogPolicy& policy, LeafIndex index) {
  TlogProof proof;
  MINGMA_TRY(const OpenedCheckpoint opened, fetch_checkpoint(fetch, policy, &proof.checkpoint));
  const TreeHead& head = opened.checkpoint.head;
  if (index.value >= head.size.value)
    return Error(errors::kNoSuchLeaf, "the log's checkpoint does not reach this leaf yet");
  FetchedTiles tiles(fetch);
  NodeCache cache;
  MINGMA_TRY(TreeView view, TreeView::open(tiles, cache, head.size));
  proof.index = index;
  MINGMA_TRY(proof.path, view.inclusion_proof(index));
  MINGMA_TRY(const TileName name, tile_at({TileKind::kEntries, 0, index.value / kTileWidth, 0}, head.size));
  MINGMA_TRY(const Bytes bundle, tiles.read(name));
  MINGMA_TRY(const auto entries, parse_bundle(bundle, name.width));
  MINGMA_CHECK(verify_tlog_proof(proof, leaf_hash(entries[index.value % kTileWidth]), policy));
  return proof.to_string();
}

Result<void> export_log(TileSource& source, std::string_view signed_checkpoint, const ResourceSink& sink) {
  MINGMA_TRY(const Note note, parse_note(signed_checkpoint));
  MINGMA_TRY(const Checkpoint checkpoint, parse_checkpoint(note.text));
  for (const TileName& tile : tiles_of(checkpoint.head.size)) {
    MINGMA_TRY(const Bytes bytes, source.read(tile));
    MINGMA_CHECK(sink(tile.to_path(), bytes));
  }
  return sink(kCheckpointPath, as_bytes(signed_checkpoint));
}

}  // namespace mingma::ledger
