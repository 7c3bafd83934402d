#include "ledger/ledger.h"

#include <algorithm>
#include <string>

#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

constexpr std::string_view kMetaKey = "m";

void put_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xff));
}

std::string key_of(char kind, std::uint64_t number) {
  std::string key(1, kind);
  put_u64(key, number);
  return key;
}

std::string tile_key(std::size_t level, std::uint64_t index) {
  std::string key = "h";
  key.push_back(static_cast<char>(level));
  put_u64(key, index);
  return key;
}

std::string bundle_key(std::uint64_t index) { return key_of('b', index); }
std::string fragment_key(std::uint64_t first_leaf) { return key_of('f', first_leaf); }

Error broken(std::string message, std::string where = {}) {
  return {errors::kLedgerBroken, std::move(message) + "; stop this shard and restore it", std::move(where)};
}

Bytes tile_bytes(std::span<const Digest> hashes) {
  Bytes out;
  out.reserve(hashes.size() * sizeof(Digest));
  for (const Digest& hash : hashes) append(out, hash);
  return out;
}

struct Meta {
  TreeSize size{};
  std::vector<std::uint8_t> fragments;
};

Bytes encode_meta(const RightEdge& edge) {
  std::string head;
  put_u64(head, edge.size.value);
  Bytes out = to_bytes(as_bytes(head));
  append(out, edge.fragments);
  return out;
}

Result<Meta> read_meta(const TileStore& store) {
  MINGMA_TRY(const std::optional<Bytes> stored, store.get(kMetaKey));
  Meta out;
  if (!stored) return out;
  if (stored->size() < 8) return broken("the ledger's size record is cut short");
  for (std::size_t i = 0; i < 8; ++i) out.size.value = out.size.value << 8 | (*stored)[i];
  out.fragments.assign(stored->begin() + 8, stored->end());
  const std::uint64_t open_entries = out.size.value % kTileWidth;
  bool good =
      out.fragments.empty() ? open_entries == 0 : out.fragments.front() == 0 && out.fragments.back() < open_entries;
  for (std::size_t i = 1; i < out.fragments.size(); ++i) good = good && out.fragments[i - 1] < out.fragments[i];
  if (!good) return broken("the ledger's size record contradicts itself");
  return out;
}

Result<Bytes> read_fragments(const TileStore& store, const Meta& meta) {
  const std::uint64_t first = meta.size.value / kTileWidth * kTileWidth;
  Bytes out;
  for (const std::uint8_t offset : meta.fragments) {
    MINGMA_TRY(const std::optional<Bytes> fragment, store.get(fragment_key(first + offset)));
    if (!fragment)
      return broken("entries of the unfinished bundle are missing", "leaf " + std::to_string(first + offset));
    append(out, *fragment);
  }
  return out;
}

Result<Bytes> read_full(const TileStore& store, const TileName& tile) {
  const std::string key = tile.kind == TileKind::kEntries ? bundle_key(tile.index) : tile_key(tile.level, tile.index);
  MINGMA_TRY(std::optional<Bytes> stored, store.get(key));
  if (!stored) return broken("a full tile is missing", tile.to_path());
  return *std::move(stored);
}

}  // namespace

Digest RightEdge::root() const {
  std::vector<Digest> row;
  for (const auto& level : levels) {
    // What the level below amounts to is the last, unfinished node of this one.
    std::vector<Digest> joined = level;
    joined.insert(joined.end(), row.begin(), row.end());
    row.clear();
    if (!joined.empty()) row.push_back(merkle_root(joined));
  }
  return row.empty() ? empty_root() : row.front();
}

Result<LeafIndex> StagedLeaves::append(std::span<const Bytes> entries, TileBatch& batch) {
  std::vector<ByteView> views(entries.begin(), entries.end());
  return append(views, batch);
}

Result<LeafIndex> StagedLeaves::append(std::span<const ByteView> entries, TileBatch& batch) {
  MINGMA_ASSERT(!entries.empty());
  for (const ByteView entry : entries) {
    if (entry.size() > kEntryBytesMax) return Error(errors::kEntryTooLarge, "a ledger entry has at most 65,535 bytes");
  }
  const LeafIndex first{edge_.size.value};
  std::size_t from_entry = edge_.size.value % kTileWidth;
  std::size_t from_byte = edge_.bundle.size();
  for (const ByteView entry : entries) {
    append_entry(entry, batch);
    if (edge_.size.value % kTileWidth == 0) {
      from_entry = 0;
      from_byte = 0;
    }
  }
  if (edge_.size.value % kTileWidth != 0) write_fragment(from_byte, from_entry, batch);
  batch.put(kMetaKey, encode_meta(edge_));
  return first;
}

void StagedLeaves::append_entry(ByteView entry, TileBatch& batch) {
  ledger::append_entry(edge_.bundle, entry);
  append_hash(leaf_hash(entry), 0, batch);
  ++edge_.size.value;
  if (edge_.size.value % kTileWidth != 0) return;
  const std::uint64_t first = edge_.size.value - kTileWidth;
  batch.put(bundle_key(first / kTileWidth), edge_.bundle);
  for (const std::uint8_t offset : edge_.fragments) batch.erase(fragment_key(first + offset));
  edge_.bundle.clear();
  edge_.fragments.clear();
}

// Called before the size is raised: `size` counts the leaves before this one.
void StagedLeaves::append_hash(const Digest& hash, std::size_t level, TileBatch& batch) {
  if (edge_.levels.size() <= level) edge_.levels.resize(level + 1);
  edge_.levels[level].push_back(hash);
  if (edge_.levels[level].size() < kTileWidth) return;
  const std::uint64_t index = hashes_at_level({edge_.size.value + 1}, static_cast<int>(level)) / kTileWidth - 1;
  batch.put(tile_key(level, index), tile_bytes(edge_.levels[level]));
  const Digest root = merkle_root(edge_.levels[level]);
  edge_.levels[level].clear();
  append_hash(root, level + 1, batch);
}

void StagedLeaves::write_fragment(std::size_t from_byte, std::size_t from_entry, TileBatch& batch) {
  const std::uint64_t first = edge_.size.value / kTileWidth * kTileWidth;
  batch.put(fragment_key(first + from_entry), ByteView(edge_.bundle).subspan(from_byte));
  edge_.fragments.push_back(static_cast<std::uint8_t>(from_entry));
}

Result<Ledger> Ledger::open(const TileStore& store) {
  Ledger out(store);
  RightEdge& edge = out.edge_;
  MINGMA_TRY(const Meta meta, read_meta(store));
  edge.size = meta.size;
  edge.fragments = meta.fragments;
  MINGMA_TRY(edge.bundle, read_fragments(store, meta));
  const auto entries = parse_bundle(edge.bundle, meta.size.value % kTileWidth);
  if (!entries.ok()) return broken("the unfinished bundle is damaged");
  for (int level = 0; hashes_at_level(meta.size, level) > 0; ++level) {
    auto& hashes = edge.levels.emplace_back();
    if (level == 0) {
      for (const ByteView entry : *entries) hashes.push_back(leaf_hash(entry));
      continue;
    }
    const std::uint64_t end = hashes_at_level(meta.size, level);
    for (std::uint64_t index = end / kTileWidth * kTileWidth; index < end; ++index) {
      const TileName below{TileKind::kHashes, static_cast<std::uint8_t>(level - 1), index, kTileWidth};
      MINGMA_TRY(const Bytes tile, read_full(store, below));
      const auto parsed = parse_hash_tile(tile, kTileWidth);
      if (!parsed.ok()) return broken("a tile is damaged", below.to_path());
      hashes.push_back(merkle_root(*parsed));
    }
  }
  return out;
}

void Ledger::commit(StagedLeaves&& staged) {
  MINGMA_ASSERT(staged.base_ == edge_.size);
  edge_ = std::move(staged.edge_);
}

Result<Bytes> Ledger::read(const TileName& tile) {
  MINGMA_TRY(const TileName present, tile_at(tile, edge_.size));
  if (tile.width > present.width) return Error(errors::kNoSuchTile, "the tile is not yet that wide", tile.to_path());
  if (present.full()) {
    MINGMA_TRY(Bytes full, read_full(*store_, present));
    if (tile.full()) return full;
    return cut_tile(tile, full);
  }
  if (tile.kind == TileKind::kEntries) return cut_tile(tile, edge_.bundle);
  return tile_bytes(std::span(edge_.levels[tile.level]).first(tile.width));
}

Result<Bytes> Ledger::read_stored_entries(const TileName& bundle) const {
  MINGMA_TRY(const std::optional<Bytes> full, store_->get(bundle_key(bundle.index)));
  if (full) return cut_tile(bundle, *full);
  MINGMA_TRY(const Meta meta, read_meta(*store_));
  if (meta.size.value / kTileWidth != bundle.index) return broken("a bundle is missing", bundle.to_path());
  MINGMA_TRY(const Bytes open_bundle, read_fragments(*store_, meta));
  return cut_tile(bundle, open_bundle);
}

Result<Bytes> Ledger::entry(LeafIndex index) {
  if (index.value >= edge_.size.value) return Error(errors::kNoSuchLeaf, "the ledger has no such leaf yet");
  const TileName name{TileKind::kEntries, 0, index.value / kTileWidth,
                      static_cast<std::uint16_t>(index.value % kTileWidth + 1)};
  MINGMA_TRY(const Bytes bundle, read(name));
  MINGMA_TRY(const std::vector<ByteView> entries, parse_bundle(bundle, name.width));
  return to_bytes(entries.back());
}

}  // namespace mingma::ledger
