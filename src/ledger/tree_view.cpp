#include "ledger/tree_view.h"

#include <bit>
#include <optional>
#include <span>

#include "ledger/errors.h"

namespace mingma::ledger {
namespace {

constexpr std::size_t kWaistSlots = 65'536;
constexpr std::size_t kUpperSlots = 1'024;
constexpr std::size_t kLeafTileSlots = 64;
// A leaf tile's nodes are kept from this height up; the few below are hashed again from its leaves. Keeping all of them
// would take 16 times the memory, keeping none 20 times the hashing.
constexpr int kWaistHeight = 4;

// Nodes of one tile, row after row from `lowest` (0: the tile's own hashes) up to height 7. `width` is the number of
// the tile's hashes; only complete subtrees have a node.
std::size_t row_offset(std::size_t width, int lowest, int height) {
  std::size_t offset = 0;
  for (int h = lowest; h < height; ++h) offset += width >> h;
  return offset;
}

std::vector<Digest> rows_of(std::span<const Digest> hashes, int lowest) {
  std::vector<Digest> row(hashes.begin(), hashes.end());
  std::vector<Digest> out;
  for (int height = 0; height < kTileHeight; ++height) {
    if (height >= lowest) out.insert(out.end(), row.begin(), row.end());
    const std::size_t pairs = row.size() / 2;
    for (std::size_t i = 0; i < pairs; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    row.resize(pairs);
  }
  return out;
}

Result<std::vector<Digest>> read_hashes(TileSource& source, const TileName& tile) {
  MINGMA_TRY(const Bytes bytes, source.read(tile));
  auto hashes = parse_hash_tile(bytes, tile.width);
  if (!hashes.ok()) return hashes.error().within(tile.to_path());
  return hashes;
}

struct Slot {
  std::uint8_t level = 0;
  std::uint64_t tile = 0;
  std::vector<Digest> nodes;  // empty: the slot is free
};

// Slots of one kind, made on first use: a view that only reads the right edge costs nothing.
struct SlotTable {
  std::size_t capacity;
  std::vector<Slot> slots;
};

Slot& slot_in(SlotTable& table, int level, std::uint64_t tile) {
  if (table.slots.empty()) table.slots.resize(table.capacity);
  constexpr std::uint64_t kLevelStride = 131;  // keeps the first tiles of different levels apart
  return table.slots[(tile + static_cast<std::uint64_t>(level) * kLevelStride) % table.capacity];
}

bool holds(const Slot& slot, int level, std::uint64_t tile) {
  return !slot.nodes.empty() && slot.level == level && slot.tile == tile;
}

}  // namespace

struct NodeCache::Slots {
  SlotTable waists{kWaistSlots, {}};
  SlotTable upper{kUpperSlots, {}};
  SlotTable leaf_tiles{kLeafTileSlots, {}};

  // All rows of a full tile above the leaves, read and hashed on first use.
  Result<const std::vector<Digest>*> upper_rows(TileSource& source, int level, std::uint64_t tile) {
    Slot& slot = slot_in(upper, level, tile);
    if (!holds(slot, level, tile)) {
      MINGMA_TRY(const auto hashes,
                 read_hashes(source, {TileKind::kHashes, static_cast<std::uint8_t>(level), tile, kTileWidth}));
      slot = {static_cast<std::uint8_t>(level), tile, rows_of(hashes, 0)};
    }
    return &slot.nodes;
  }

  Result<const std::vector<Digest>*> leaf_hashes(TileSource& source, std::uint64_t tile) {
    Slot& slot = slot_in(leaf_tiles, 0, tile);
    if (!holds(slot, 0, tile)) {
      MINGMA_TRY(auto hashes, read_hashes(source, {TileKind::kHashes, 0, tile, kTileWidth}));
      slot = {0, tile, std::move(hashes)};
    }
    return &slot.nodes;
  }

  Result<const std::vector<Digest>*> waist(TileSource& source, std::uint64_t tile) {
    Slot& slot = slot_in(waists, 0, tile);
    if (!holds(slot, 0, tile)) {
      MINGMA_TRY(const auto* hashes, leaf_hashes(source, tile));
      slot = {0, tile, rows_of(*hashes, kWaistHeight)};
    }
    return &slot.nodes;
  }
};

NodeCache::NodeCache() : slots_(std::make_unique<Slots>()) {}
NodeCache::~NodeCache() = default;
NodeCache::NodeCache(NodeCache&&) noexcept = default;
NodeCache& NodeCache::operator=(NodeCache&&) noexcept = default;

Result<TreeView> TreeView::open(TileSource& source, NodeCache& cache, TreeSize size) {
  TreeView out(source, cache, size);
  for (int level = 0; hashes_at_level(size, level) > 0; ++level) {
    const std::uint64_t hashes = hashes_at_level(size, level);
    auto& rows = out.edge_.emplace_back();
    const auto width = static_cast<std::uint16_t>(hashes % kTileWidth);
    if (width == 0) continue;
    MINGMA_TRY(const auto tile,
               read_hashes(source, {TileKind::kHashes, static_cast<std::uint8_t>(level), hashes / kTileWidth, width}));
    rows = rows_of(tile, 0);
  }
  for (int bit = 63; bit >= 0; --bit) {
    if ((size.value >> bit & 1) == 0) continue;
    MINGMA_TRY(const Digest peak, out.node(bit, (size.value >> bit) - 1));
    out.peaks_.push_back(peak);
  }
  out.suffixes_ = out.peaks_;
  for (std::size_t i = out.peaks_.size(); i-- > 1;)
    out.suffixes_[i - 1] = node_hash(out.peaks_[i - 1], out.suffixes_[i]);
  return out;
}

Digest TreeView::root() const { return suffixes_.empty() ? empty_root() : suffixes_.front(); }

CompactTree TreeView::compact() const { return {size_, peaks_}; }

Result<Digest> TreeView::node(int height, std::uint64_t index) {
  const int level = height / kTileHeight;
  const int inside = height % kTileHeight;
  const std::uint64_t tile = index >> (kTileHeight - inside);
  const std::uint64_t position = index & ((std::uint64_t{1} << (kTileHeight - inside)) - 1);
  const std::uint64_t hashes = hashes_at_level(size_, level);
  MINGMA_ASSERT(index < (size_.value >> height));
  if (tile < hashes / kTileWidth) return full_tile_node(level, tile, inside, position);
  return edge_[static_cast<std::size_t>(level)][row_offset(hashes % kTileWidth, 0, inside) + position];
}

Result<Digest> TreeView::full_tile_node(int level, std::uint64_t tile, int height, std::uint64_t position) {
  NodeCache::Slots& slots = *cache_->slots_;
  if (level > 0) {
    MINGMA_TRY(const auto* rows, slots.upper_rows(*source_, level, tile));
    return (*rows)[row_offset(kTileWidth, 0, height) + position];
  }
  if (height >= kWaistHeight) {
    MINGMA_TRY(const auto* rows, slots.waist(*source_, tile));
    return (*rows)[row_offset(kTileWidth, kWaistHeight, height) + position];
  }
  MINGMA_TRY(const auto* hashes, slots.leaf_hashes(*source_, tile));
  const std::size_t width = std::size_t{1} << height;
  return merkle_root(std::span(*hashes).subspan(position * width, width));
}

Result<Digest> TreeView::leaf(LeafIndex index) {
  if (index.value >= size_.value) return Error(errors::kNoSuchLeaf, "the tree has no such leaf");
  return node(0, index.value);
}

Result<ProofPath> TreeView::inclusion_proof(LeafIndex index) {
  if (index.value >= size_.value) return Error(errors::kNoSuchLeaf, "the tree has no such leaf");
  // The complete subtree the leaf lies in.
  std::size_t peak = 0;
  std::uint64_t begin = 0;
  std::uint64_t left = size_.value;
  std::uint64_t width = std::bit_floor(left);
  while (index.value >= begin + width) {
    begin += width;
    left -= width;
    width = std::bit_floor(left);
    ++peak;
  }
  ProofPath path;
  for (int height = 0; (std::uint64_t{1} << height) < width; ++height) {
    MINGMA_TRY(const Digest sibling, node(height, (index.value >> height) ^ 1));
    path.push_back(sibling);
  }
  if (peak + 1 < peaks_.size()) path.push_back(suffixes_[peak + 1]);
  for (std::size_t i = peak; i-- > 0;) path.push_back(peaks_[i]);
  return path;
}

Result<ProofPath> TreeView::consistency_proof(TreeSize earlier) {
  if (earlier > size_) return Error(errors::kNoSuchLeaf, "the earlier tree is larger than this one");
  ProofPath path;
  if (earlier.value > 0 && earlier < size_) MINGMA_CHECK(subproof(earlier.value, 0, size_.value, true, path));
  return path;
}

// RFC 6962, 2.1.2: SUBPROOF(earlier, D[begin:end], whole). Depth is bounded by the tree's height.
Result<void> TreeView::subproof(std::uint64_t earlier, std::uint64_t begin, std::uint64_t end, bool whole,
                                ProofPath& out) {
  if (earlier == end) {
    if (whole) return {};
    MINGMA_TRY(const Digest root, range_root(begin, end));
    out.push_back(root);
    return {};
  }
  const std::uint64_t middle = begin + std::bit_ceil(end - begin) / 2;
  if (earlier <= middle) {
    MINGMA_CHECK(subproof(earlier, begin, middle, whole, out));
    MINGMA_TRY(const Digest right, range_root(middle, end));
    out.push_back(right);
  } else {
    MINGMA_CHECK(subproof(earlier, middle, end, false, out));
    MINGMA_TRY(const Digest left, range_root(begin, middle));
    out.push_back(left);
  }
  return {};
}

// Every range the recursion meets is a complete subtree or runs from a peak to the end.
Result<Digest> TreeView::range_root(std::uint64_t begin, std::uint64_t end) {
  if (end == size_.value) {
    std::uint64_t start = 0;
    for (const Digest& suffix : suffixes_) {
      if (start == begin) return suffix;
      start += std::bit_floor(size_.value - start);
    }
  }
  const std::uint64_t width = end - begin;
  MINGMA_ASSERT(std::has_single_bit(width) && begin % width == 0);
  return node(std::countr_zero(width), begin / width);
}

}  // namespace mingma::ledger
