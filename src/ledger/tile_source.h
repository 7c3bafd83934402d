// Anything that can hand out the tiles of one log: its own store, a directory, a web site.
#pragma once

#include <functional>
#include <string_view>

#include "base/error.h"
#include "ledger/tile.h"

namespace mingma::ledger {

// A source is not trusted by those who read it: they check lengths here and hashes against a signed root.
class TileSource {
 public:
  virtual ~TileSource() = default;
  // The bytes of exactly this tile. For a partial tile the source may cut a wider one down.
  // kNoSuchTile when the source does not have it.
  virtual Result<Bytes> read(const TileName& tile) = 0;
};

// The resource at this path below the log's URL: "checkpoint", "tile/0/000". kNoSuchTile when absent.
using FetchResource = std::function<Result<Bytes>(std::string_view path)>;

// Tiles fetched by path; when a partial tile is gone, the full one is asked for and cut.
class FetchedTiles final : public TileSource {
 public:
  explicit FetchedTiles(FetchResource fetch) : fetch_(std::move(fetch)) {}
  Result<Bytes> read(const TileName& tile) override;

 private:
  FetchResource fetch_;
};

// The first `count` hashes or entries of a tile that holds at least so many.
Result<Bytes> cut_tile(const TileName& wanted, ByteView wider);

}  // namespace mingma::ledger
