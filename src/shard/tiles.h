// The ledger's storage over a shard's tables: tiles and bundles in kLedgerTilesTable, the unfinished edge in
// kLedgerMetaTable. Threading: as the store. Ownership: borrows the store or batch.
#pragma once

#include "ledger/storage.h"
#include "store/store.h"

namespace mingma::shard {

class StoreTiles final : public ledger::TileStore {
 public:
  explicit StoreTiles(const store::Reader& reader) : reader_(reader) {}
  Result<std::optional<Bytes>> get(std::string_view key) const override;

 private:
  const store::Reader& reader_;
};

class BatchTiles final : public ledger::TileBatch {
 public:
  explicit BatchTiles(store::Batch& batch) : batch_(batch) {}
  void put(std::string_view key, ByteView value) override;
  void erase(std::string_view key) override;

 private:
  store::Batch& batch_;
};

}  // namespace mingma::shard
