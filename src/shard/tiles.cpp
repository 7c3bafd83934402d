#include "shard/tiles.h"

#include "shard/tables.h"

namespace mingma::shard {
namespace {

// Full bundles ("b") and hash tiles ("h") are written once; everything else changes with every append.
store::TableId table_of(std::string_view key) {
  return key.starts_with('b') || key.starts_with('h') ? kLedgerTilesTable : kLedgerMetaTable;
}

}  // namespace

Result<std::optional<Bytes>> StoreTiles::get(std::string_view key) const {
  return reader_.get(table_of(key), as_bytes(key));
}
void BatchTiles::put(std::string_view key, ByteView value) { batch_.put(table_of(key), as_bytes(key), value); }
void BatchTiles::erase(std::string_view key) { batch_.erase(table_of(key), as_bytes(key)); }

}  // namespace mingma::shard
