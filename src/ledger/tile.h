// Tiles and entry bundles of the tiled-log layout: their names and bytes.
//
// A hash tile of level L holds up to 256 hashes of complete subtrees of 256^L leaves; an entry bundle holds up to 256
// entries, each behind its length as a big-endian uint16. Names: "tile/0/x001/234", "tile/1/000.p/17",
// "tile/entries/000". One name per tile: anything else is refused.
// Threading: values.
// Errors: kInvalidTilePath, kInvalidBundle.
// Source: C2SP tlog-tiles.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ledger/hash.h"

namespace mingma::ledger {

inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr int kTileHeight = 8;
inline constexpr std::size_t kEntryBytesMax = 65'535;

enum class TileKind : std::uint8_t { kHashes, kEntries };

struct TileName {
  TileKind kind = TileKind::kHashes;
  std::uint8_t level = 0;     // 0 to 63; 0 for entries
  std::uint64_t index = 0;    // position within the level, below 2^56
  std::uint16_t width = 256;  // hashes or entries in it; 256 is a full tile
  auto operator<=>(const TileName&) const = default;

  bool full() const { return width == kTileWidth; }
  std::string to_path() const;
};

Result<TileName> parse_tile_path(std::string_view path);

// How many hashes this level has in a tree of `size` leaves.
std::uint64_t hashes_at_level(TreeSize size, int level);
// All tiles (hashes and entries) that a tree of `size` leaves is served as, in order of kind, level, index.
std::vector<TileName> tiles_of(TreeSize size);
// The tile with the kind, level and index of `tile`, as wide as it is in a tree of `size` leaves; kNoSuchTile when
// empty.
Result<TileName> tile_at(const TileName& tile, TreeSize size);

// Appends one entry to a bundle. Requires entry.size() <= kEntryBytesMax.
void append_entry(Bytes& bundle, ByteView entry);
// The entries of a bundle, as views into it. Exactly `count` of them and nothing after.
Result<std::vector<ByteView>> parse_bundle(ByteView bundle, std::size_t count);
// The hashes of a tile: exactly `count` times 32 bytes.
Result<std::vector<Digest>> parse_hash_tile(ByteView tile, std::size_t count);

}  // namespace mingma::ledger
