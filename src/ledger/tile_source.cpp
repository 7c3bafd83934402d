#include "ledger/tile_source.h"

#include "ledger/errors.h"

namespace mingma::ledger {

Result<Bytes> cut_tile(const TileName& wanted, ByteView wider) {
  const Error short_tile(errors::kInvalidBundle, "a tile with fewer items than its name says", wanted.to_path());
  if (wanted.kind == TileKind::kHashes) {
    const std::size_t bytes = wanted.width * sizeof(Digest);
    if (wider.size() < bytes) return short_tile;
    return to_bytes(wider.first(bytes));
  }
  std::size_t end = 0;
  for (std::uint16_t i = 0; i < wanted.width; ++i) {
    if (wider.size() - end < 2) return short_tile;
    const std::size_t length = static_cast<std::size_t>(wider[end]) << 8 | wider[end + 1];
    if (wider.size() - end - 2 < length) return short_tile;
    end += 2 + length;
  }
  return to_bytes(wider.first(end));
}

Result<Bytes> FetchedTiles::read(const TileName& tile) {
  auto exact = fetch_(tile.to_path());
  if (exact.ok() || tile.full() || !exact.error().is(errors::kNoSuchTile)) return exact;
  TileName full = tile;
  full.width = kTileWidth;
  MINGMA_TRY(const Bytes wider, fetch_(full.to_path()));
  return cut_tile(tile, wider);
}

}  // namespace mingma::ledger
